/**
 * The functions by which the linker starts an instance: `init`, which the creator runs once, and `initThreadLocals`,
 * which every other agent runs.
 *
 * `init` does what instantiation does before the start function (core 4.5.4 "Instantiation"): initial values of globals
 * and tables in order, elements of passive segments, then active element and data segments. Blocks and tables are
 * filled with null before it runs.
 *
 * Hosts take functions of some megabytes (JS API, "Implementation-defined Limits"), and a module may have more initial
 * values than that: the functions are pieces, of which each ends with a call of the next.
 */

import { assert } from "../core/base/assert.ts";
import type { DataSegment, ElementSegment, Expression, Table, TableType } from "../core/types/module.ts";
import { I32, I64, type ValType } from "../core/types/types.ts";
import { isHostExtern } from "../gc/layout/reference-types.ts";
import { TABLE_ELEMENTS, TABLE_LENGTH } from "../gc/layout/tables.ts";
import { pushCell } from "./access/global-cell.ts";
import { checkBytes, pushHostAddress } from "./access/memory-access.ts";
import { fillReferences, referenceStore, valueStore } from "./access/publication.ts";
import { checkRange, pushElementAddress, pushLength } from "./access/table-access.ts";
import type { WordStore } from "./access/words.ts";
import { FunctionLowering, type Rule } from "./function/function-lowering.ts";
import { TemporaryLocals } from "./function/temporary-locals.ts";
import type { HostCode } from "./host/host-code.ts";
import { TrapCode } from "./host/lowered.ts";
import { constantNumber, constantOf } from "./instructions/constant-expression.ts";
import type { FunctionBody } from "./instructions/function-body.ts";
import type { Instruction } from "./instructions/instruction.ts";
import type { InstructionReader } from "./instructions/instruction-reader.ts";
import { i32Operand, type Operand } from "./instructions/operand.ts";
import type { ElementSegmentAccess } from "./module/element-segment.ts";
import type { ModuleLowering } from "./module/module-lowering.ts";
import { needsRootCell } from "./module/placement.ts";
import { storedType, withInternalExterns } from "./passes/extern-storage.ts";

const WORD = 4;
/**
 * A piece that has this many bytes ends where it can, and a segment's elements are written in batches so that it can.
 */
const PIECE_BYTES = 1 << 20;
const BATCH = 4096;
/** The shadow-stack pointer is the functions' only parameter. */
const SHADOW_STACK_POINTER = 0;
const noBody: FunctionBody<Rule> = { name: "init", instructions: [], locals: [], parameters: 0, results: [] };
const noPolls = { atEntry: false, loops: new Set<number>() };

/** Adds `init` and `initThreadLocals` to the host module. */
export function addInitFunctions(module: ModuleLowering, reader: InstructionReader<Rule>): void {
  new Initializer(module, reader, "init").all();
  new Initializer(module, reader, "initThreadLocals").threadLocals();
}

class Initializer {
  readonly #module: ModuleLowering;
  readonly #reader: InstructionReader<Rule>;
  readonly #name: string;
  #code: HostCode;
  #temporaries: TemporaryLocals;
  /** By table: the greatest length that an active segment has asked for. No table gets shorter. */
  readonly #checked = new Map<number, number>();

  constructor(module: ModuleLowering, reader: InstructionReader<Rule>, name: string) {
    this.#module = module;
    this.#reader = reader;
    this.#name = `heddle.${name}`;
    const first = module.host.function(this.#name, [I32], []);
    module.host.export(name, "func", first.item);
    this.#code = first.code;
    this.#temporaries = new TemporaryLocals(first.code);
  }

  /** Begins a new piece where this one is long. No local is in use. */
  #endPiece(): void {
    if (this.#code.size < PIECE_BYTES) return;
    const next = this.#module.host.function(this.#name, [I32], []);
    this.#code.get(SHADOW_STACK_POINTER);
    this.#code.withItems("return_call", next.item);
    this.#code = next.code;
    this.#temporaries = new TemporaryLocals(next.code);
  }

  all(): void {
    const { module, imports, tables } = this.#module.valid;
    for (const index of this.#module.valid.memories.keys()) this.#memoryLength(index);
    for (let index = imports.global; index < this.#module.valid.globals.length; index++) {
      this.#global(index);
      this.#endPiece();
    }
    for (const [i, table] of module.tables.entries()) {
      this.#table(imports.table + i, table, tables[imports.table + i] as TableType);
      this.#endPiece();
    }
    for (const [index, segment] of module.elements.entries()) this.#passiveElements(index, segment);
    for (const [index, segment] of module.elements.entries()) this.#activeElements(index, segment);
    for (const [index, segment] of module.data.entries()) {
      this.#activeData(index, segment);
      this.#endPiece();
    }
  }

  threadLocals(): void {
    this.#module.valid.globals.forEach(({ threadLocal }, index) => {
      if (!threadLocal || index < this.#module.valid.imports.global) return;
      this.#global(index);
      this.#endPiece();
    });
  }

  /** Evaluates a constant expression; its value is on the host's stack. */
  #evaluate(instructions: readonly Instruction<Rule>[]): void {
    const body = withInternalExterns(this.#module, this.#reader, { ...noBody, instructions });
    assert(body.locals.length === 0, "constant expressions have no control flow");
    new FunctionLowering(this.#module, this.#code, body, noPolls, this.#temporaries).run();
  }

  #push(expression: Expression, type: ValType): void {
    this.#evaluate(this.#reader.expression(expression, type));
  }

  /** Evaluates an expression into a local, which `use` may read. */
  #withValue(expression: Expression, type: ValType, use: (value: number) => void): void {
    this.#push(expression, type);
    this.#withLocal(this.#module.lowered(type), use);
  }

  /** The same for a value that goes to memory. */
  #withStored(expression: Expression, type: ValType, use: (value: number) => void): void {
    const module = this.#module;
    this.#push(expression, type);
    if (isHostExtern(module.types, type)) {
      this.#code.get(SHADOW_STACK_POINTER);
      this.#code.call(module.runtime("internalize"));
    }
    this.#withLocal(module.lowered(storedType(module, type)), use);
  }

  /** Puts the value on the host's stack into a local, which `use` may read. */
  #withLocal(type: ValType, use: (value: number) => void): void {
    const value = this.#temporaries.acquire(type);
    this.#code.set(value);
    use(value);
    this.#temporaries.release(value);
  }

  #global(index: number): void {
    const module = this.#module;
    const code = this.#code;
    const global = module.valid.globals[index];
    const expression = module.valid.module.globals[index - module.valid.imports.global]?.init;
    if (global === undefined || expression === undefined) return;
    const { type, shared } = global;
    // The host's global starts with the constant, and its cell with null.
    if (!shared && module.initialConstant(index) !== undefined) return;
    this.#withValue(expression, type, (value) => {
      if (!shared) {
        code.get(value);
        code.globalSet(module.globalAt(index));
        if (!needsRootCell(module.types, type)) return;
      }
      const { offset } = pushCell(module, code, index);
      code.get(value);
      code.access(valueStore(module, type, shared), offset);
    });
  }

  /** Fills a table with its initial value, where that is not null. */
  #table(index: number, { init }: Table, { element, shared }: TableType): void {
    if (init === undefined) return;
    const module = this.#module;
    const code = this.#code;
    this.#withStored(init, element, (value) => {
      module.tableRecord(code, index);
      code.access("i32.load", TABLE_ELEMENTS);
      module.tableRecord(code, index);
      code.access("i32.load", TABLE_LENGTH);
      code.get(value);
      code.call(fillReferences(module, shared));
    });
  }

  #passiveElements(index: number, segment: ElementSegment): void {
    if (segment.mode.kind !== "passive") return;
    const access = this.#module.segmentAt(index);
    const type = this.#module.valid.elements[index] as ValType;
    const store = referenceStore(this.#module, access.place.shared);
    this.#inBatches(segment, (from, to) =>
      this.#storeItems(segment, type, from, to, store, () => access.pushWords(this.#code)),
    );
    this.#enable(access);
  }

  #enable(access: ElementSegmentAccess): void {
    if (access.place.count > 0) access.enable(this.#code);
  }

  /** Core 4.5.4: an active segment is `table.init` of all of it, then `elem.drop`. */
  #activeElements(index: number, segment: ElementSegment): void {
    const { mode } = segment;
    if (mode.kind !== "active") return;
    const type = this.#module.valid.elements[index] as ValType;
    const count = itemCount(segment);
    const isInside = this.#isInside(mode, count);
    // A segment without elements is its check.
    if (count === 0 && isInside) return;
    if (!isInside) {
      this.#withStart(mode, (lowering, at, record) => {
        checkRange(lowering, at, i32Operand(count), () => pushLength(lowering, record), TrapCode.tableOutOfBounds);
      });
    }
    const store = referenceStore(this.#module, this.#module.valid.tables[mode.index]?.shared === true);
    this.#inBatches(segment, (from, to) => {
      this.#withStart(mode, (lowering, at, record) => {
        const elements = this.#temporaries.acquire(I32);
        pushElementAddress(lowering, record, at);
        this.#code.set(elements);
        this.#storeItems(segment, type, from, to, store, () => this.#code.get(elements));
        this.#temporaries.release(elements);
      });
    });
  }

  /** Whether an earlier segment's check says that this one lies inside its table. Notes what it asks for. */
  #isInside({ index: table, at }: ActiveMode, count: number): boolean {
    const start = constantNumber(constantOf(this.#module.valid, at, this.#indexType(table)));
    if (start === undefined) return false;
    const checked = this.#checked.get(table) ?? -1;
    if (start + count <= checked) return true;
    this.#checked.set(table, start + count);
    return false;
  }

  #indexType(table: number): ValType {
    return this.#module.valid.tables[table]?.is64 === true ? I64 : I32;
  }

  /** Evaluates where an active segment starts; `use` may read that, and the address of the table's record. */
  #withStart(
    { index: table, at }: ActiveMode,
    use: (lowering: FunctionLowering, start: Operand, record: number) => void,
  ): void {
    const module = this.#module;
    const type = this.#indexType(table);
    this.#withValue(at, type, (start) => {
      const lowering = new FunctionLowering(module, this.#code, noBody, noPolls, this.#temporaries);
      const record = this.#temporaries.acquire(I32);
      module.tableRecord(this.#code, table);
      this.#code.set(record);
      use(lowering, { kind: "local", local: start, type }, record);
      this.#temporaries.release(record);
    });
  }

  /** Calls `store` for ranges of a segment's items, between which pieces may end. */
  #inBatches(segment: ElementSegment, store: (from: number, to: number) => void): void {
    const count = itemCount(segment);
    for (let from = 0; from < count; from += BATCH) {
      store(from, Math.min(from + BATCH, count));
      this.#endPiece();
    }
  }

  /** Stores some of a segment's items, behind the address of the first of all, which `pushAddress` pushes. */
  #storeItems(
    { items }: ElementSegment,
    type: ValType,
    from: number,
    to: number,
    store: WordStore,
    pushAddress: () => void,
  ): void {
    const module = this.#module;
    for (let i = from; i < to; i++) {
      if (items.kind === "functions") {
        pushAddress();
        module.functionReference(this.#code, items.indices[i] as number);
        this.#code.access(store, i * WORD);
      } else {
        this.#withStored(items.list[i] as Expression, type, (value) => {
          pushAddress();
          this.#code.get(value);
          this.#code.access(store, i * WORD);
        });
      }
    }
  }

  /** A memory with pages of a byte has its first length. */
  #memoryLength(index: number): void {
    const { memories, placement } = this.#module;
    if (placement.memoryLengths[index] === undefined) return;
    const offset = memories.pushLengthCell(this.#code, index);
    this.#code.i64(memories.type(index).minimum);
    this.#code.access("i64.store", offset);
  }

  /** An active data segment is `memory.init` of all of it, then `data.drop`; in the host module it is passive. */
  #activeData(index: number, segment: DataSegment): void {
    if (segment.mode.kind !== "active") return;
    const module = this.#module;
    const code = this.#code;
    const { index: memory, at } = segment.mode;
    const type = module.memories.type(memory).is64 ? I64 : I32;
    this.#withValue(at, type, (start) => {
      const lowering = new FunctionLowering(module, code, noBody, noPolls, this.#temporaries);
      const operand: Operand = { kind: "local", local: start, type };
      checkBytes(lowering, memory, operand, i32Operand(segment.bytes.length));
      pushHostAddress(lowering, memory, operand);
      code.i32(0);
      code.i32(segment.bytes.length);
      const data = module.dataAt(index);
      code.withItems("memory.init", data, module.memories.item(memory));
      code.withItems("data.drop", data);
    });
  }
}

type ActiveMode = Extract<ElementSegment["mode"], { readonly kind: "active" }>;

function itemCount({ items }: ElementSegment): number {
  return items.kind === "functions" ? items.indices.length : items.list.length;
}
