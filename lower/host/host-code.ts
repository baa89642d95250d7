/**
 * Assembles the body of one function of the host module.
 *
 * Items of the host module (functions, globals, ...) are named by `HostItem`s, whose indices are known only when the
 * whole module is: so their places are noted as marks, and `encode` writes the indices in between. Type-record
 * addresses, branch hints and places that may trap are marks too.
 */
import { assert, InternalError } from "../../core/base/assert.ts";
import { writeInstruction, writeOpcode } from "../../core/binary/immediates.ts";
import { writeHeapType, writeValType } from "../../core/binary/types.ts";
import { Writer } from "../../core/binary/writer.ts";
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import { rowNamed } from "../../core/ops/table.ts";
import { type ValType, withoutNull } from "../../core/types/types.ts";
import type { TrapCode } from "./lowered.ts";

/** A function, global, table, memory or tag of the host module; the index is assigned when the module is encoded. */
export class HostItem {
  index = -1;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A block's type: a value type, a type index of the host module, or nothing. */
export type HostBlockType =
  | { readonly kind: "empty" }
  | { readonly kind: "result"; readonly type: ValType }
  | { readonly kind: "type"; readonly index: number };
export const emptyBlock: HostBlockType = { kind: "empty" };

/** What a mark stands for, with its value: the item; the type; 1 if the branch is likely, else 0; the trap's code. */
const ITEM = 0;
const TYPE = 1;
const HINT = 2;
const TRAP = 3;

/** What is to be known of an encoded body; offsets are from its first byte (of the local declarations). */
export interface EncodedCode {
  readonly relocations: { readonly offset: number; readonly type: number }[];
  readonly hints: { readonly offset: number; readonly likely: boolean }[];
  readonly traps: { readonly offset: number; readonly code: TrapCode }[];
  /** Alternates offsets and places in the source (`position`). */
  readonly positions: number[];
}

const EMPTY_BLOCK = 0x40;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;

export class HostCode {
  readonly #writer = new Writer();
  /** Where the marks are, what they are, and their values. */
  readonly #markOffsets: number[] = [];
  readonly #markKinds: number[] = [];
  readonly #markValues: (HostItem | number)[] = [];
  /** Alternates offsets in what was written and places in the source. */
  readonly #positions: number[] = [];
  readonly #locals: ValType[] = [];
  readonly #parameters: number;
  #prologue: HostCode | undefined;
  /** A `local.set` not yet written, so that a `local.get` of the same local makes it a `local.tee`. */
  #pendingSet = -1;
  /** Number of open blocks. */
  depth = 0;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** Bytes that were written; somewhat less than the body will have. */
  get size(): number {
    return this.#writer.size;
  }

  get hasPrologue(): boolean {
    return this.#prologue !== undefined;
  }

  /** Code that goes before all other, may be written after it, and has no locals of its own. */
  prologue(): HostCode {
    this.#prologue ??= new HostCode(this.#parameters);
    return this.#prologue;
  }

  /** Declares a local and returns its index. */
  local(type: ValType): number {
    this.#locals.push(type);
    return this.#parameters + this.#locals.length - 1;
  }

  /** Writes an instruction that has no immediates. */
  op(name: string): void {
    this.#flush();
    writeOpcode(this.#writer, rowNamed(name));
  }

  /** Writes an instruction with its immediates as they are for the host. */
  instruction(instruction: Row, immediates: Immediates): void {
    this.#flush();
    writeInstruction(this.#writer, instruction, immediates);
  }

  get(local: number): void {
    if (this.#pendingSet === local) {
      this.#pendingSet = -1;
      this.#local(LOCAL_TEE, local);
      return;
    }
    this.#flush();
    this.#local(LOCAL_GET, local);
  }

  set(local: number): void {
    this.#flush();
    this.#pendingSet = local;
  }

  tee(local: number): void {
    this.#flush();
    this.#local(LOCAL_TEE, local);
  }

  i32(value: number): void {
    this.#flush();
    this.#writer.u8(0x41);
    this.#writer.s32(value | 0);
  }

  i64(value: bigint): void {
    this.#flush();
    this.#writer.u8(0x42);
    this.#writer.s64(BigInt.asIntN(64, value));
  }

  /** The null of a reference type of the host. */
  nullOf(type: ValType): void {
    this.#flush();
    this.#writer.u8(0xd0);
    writeHeapType(this.#writer, withoutNull(type));
  }

  /** The address of a type's record, written by relocation. */
  typeRecord(type: number): void {
    this.#flush();
    this.#writer.u8(0x41);
    this.#mark(TYPE, type);
    this.#writer.paddedS32(0);
  }

  /** A load or store on the heap memory. With `trap`, a null address there stands for that trap. */
  access(name: string, offset: number, trap?: TrapCode): void {
    const instruction = rowNamed(name);
    assert(instruction.memory !== undefined, "only accesses have an offset");
    if (trap !== undefined) this.trapSite(trap);
    else this.#flush();
    writeOpcode(this.#writer, instruction);
    this.#writer.u32(instruction.memory.sizeLog2);
    this.#writer.u32(offset);
  }

  /** Notes that the next instruction, where the host traps, stands for `code`. */
  trapSite(code: TrapCode): void {
    this.#flush();
    this.#mark(TRAP, code);
  }

  /** Notes that what follows comes from a place in the source. */
  position(place: number): void {
    // A `local.set` that is pending may get there first, but cannot trap.
    this.#positions.push(this.#writer.size, place);
  }

  /** Notes whether the condition of the next `if` or `br_if` usually holds. */
  hint(likely: boolean): void {
    this.#flush();
    this.#mark(HINT, likely ? 1 : 0);
  }

  globalGet(global: HostItem): void {
    this.#item(0x23, global);
  }

  globalSet(global: HostItem): void {
    this.#item(0x24, global);
  }

  call(target: HostItem): void {
    this.#item(0x10, target);
  }

  returnCall(target: HostItem): void {
    this.#item(0x12, target);
  }

  /** `call_indirect` or `return_call_indirect` with a host type. */
  callIndirect(type: number, table: HostItem, tail: boolean): void {
    this.#flush();
    this.#writer.u8(tail ? 0x13 : 0x11);
    this.#writer.u32(type);
    this.#mark(ITEM, table);
  }

  throw(tag: HostItem): void {
    this.#item(0x08, tag);
  }

  /** Any instruction whose only immediates are items: `memory.size`, `memory.copy`, `data.drop`, ... */
  withItems(name: string, ...items: readonly HostItem[]): void {
    this.#flush();
    writeOpcode(this.#writer, rowNamed(name));
    for (const item of items) this.#mark(ITEM, item);
  }

  block(name: "block" | "loop" | "if", type: HostBlockType = emptyBlock): void {
    this.#flush();
    this.#writer.u8(rowNamed(name).code);
    this.#blockType(type);
    this.depth++;
  }

  /** `if` for a condition which hardly ever holds. */
  unlikely(type: HostBlockType = emptyBlock): void {
    this.hint(false);
    this.block("if", type);
  }

  tryTable(
    type: HostBlockType,
    clauses: readonly { readonly code: number; readonly tag: HostItem | undefined; readonly label: number }[],
  ): void {
    this.#flush();
    this.#writer.u8(0x1f);
    this.#blockType(type);
    this.#writer.u32(clauses.length);
    for (const { code, tag, label } of clauses) {
      this.#writer.u8(code);
      if (tag !== undefined) this.#mark(ITEM, tag);
      this.#writer.u32(label);
    }
    this.depth++;
  }

  else(): void {
    this.#flush();
    this.#writer.u8(0x05);
  }

  end(): void {
    this.#flush();
    this.#writer.u8(0x0b);
    this.depth--;
  }

  /** `br`, `br_if`: `label` counts blocks outwards from here. */
  branch(name: "br" | "br_if", label: number): void {
    this.#flush();
    this.#writer.u8(rowNamed(name).code);
    this.#writer.u32(label);
  }

  branchTable(labels: readonly number[], otherwise: number): void {
    this.#flush();
    this.#writer.u8(0x0e);
    this.#writer.u32(labels.length);
    for (const label of labels) this.#writer.u32(label);
    this.#writer.u32(otherwise);
  }

  /** Writes the finished body; every `HostItem` must have its index. The body's own `end` is added. */
  encode(writer: Writer): EncodedCode {
    this.#writeLocals(writer);
    const into: EncodedCode = { relocations: [], hints: [], traps: [], positions: [] };
    if (this.#prologue !== undefined) this.#prologue.#copyTo(writer, into);
    this.#copyTo(writer, into);
    writer.u8(0x0b);
    return into;
  }

  /** Copies what was written, with what is at the marks. */
  #copyTo(writer: Writer, into: EncodedCode): void {
    this.#flush();
    const source = this.#writer.view();
    const marks = this.#markOffsets;
    const positions = this.#positions;
    let from = 0;
    let nextPosition = 0;
    for (let mark = 0; mark <= marks.length; mark++) {
      const to = mark < marks.length ? (marks[mark] as number) : source.length;
      for (; nextPosition < positions.length && (positions[nextPosition] as number) < to; nextPosition += 2) {
        into.positions.push(
          writer.size + (positions[nextPosition] as number) - from,
          positions[nextPosition + 1] as number,
        );
      }
      writer.slice(source, from, to);
      from = to;
      if (mark < marks.length) this.#writeMark(writer, into, mark);
    }
  }

  #writeMark(writer: Writer, { relocations, hints, traps }: EncodedCode, mark: number): void {
    const offset = writer.size;
    const value = this.#markValues[mark];
    switch (this.#markKinds[mark]) {
      case ITEM: {
        const { index, name } = value as HostItem;
        if (index < 0) throw new InternalError(`${name} has no index`);
        writer.u32(index);
        return;
      }
      case TYPE:
        relocations.push({ offset, type: value as number });
        return;
      case HINT:
        hints.push({ offset, likely: value === 1 });
        return;
      case TRAP:
        traps.push({ offset, code: value as TrapCode });
    }
  }

  #writeLocals(writer: Writer): void {
    const runs: { type: ValType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    writer.vector(runs, ({ type, count }) => {
      writer.u32(count);
      writeValType(writer, type);
    });
  }

  #blockType(type: HostBlockType): void {
    if (type.kind === "empty") this.#writer.u8(EMPTY_BLOCK);
    else if (type.kind === "result") writeValType(this.#writer, type.type);
    else this.#writer.s33(type.index);
  }

  #item(opcode: number, item: HostItem): void {
    this.#flush();
    this.#writer.u8(opcode);
    this.#mark(ITEM, item);
  }

  #local(opcode: number, local: number): void {
    this.#writer.u8(opcode);
    this.#writer.u32(local);
  }

  /** Notes a mark at the end of what was written. */
  #mark(kind: number, value: HostItem | number): void {
    this.#markOffsets.push(this.#writer.size);
    this.#markKinds.push(kind);
    this.#markValues.push(value);
  }

  #flush(): void {
    if (this.#pendingSet < 0) return;
    const local = this.#pendingSet;
    this.#pendingSet = -1;
    this.#local(LOCAL_SET, local);
  }
}
