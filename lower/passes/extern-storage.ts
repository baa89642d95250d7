/**
 * Unshared externs in memory. Locals and signatures have the host's `externref`; fields, elements, tables and
 * exceptions, which the collector must be able to follow, have what `any.convert_extern` makes of one: null, an i31, an
 * object's address, or that of a box which stands for a value of JS.
 *
 * So before anything else looks at a function, its accesses to externs in memory are written anew as accesses to
 * internal references:
 *
 *     struct.set $type $field          any.convert_extern  struct.set $type $field
 *     table.get $table                 table.get $table  extern.convert_any
 *
 * An operand below others is converted where it was pushed. Where that place is not found, in front of control flow,
 * the operands wait in locals instead.
 */

import { Immediates } from "../../core/ops/immediates.ts";
import type { Place } from "../../core/ops/row.ts";
import { rowNamed, rows } from "../../core/ops/table.ts";
import { AbstractHeap, isNullable, refAbstract, type ValType } from "../../core/types/types.ts";
import { isHostExtern } from "../../gc/layout/reference-types.ts";
import type { HostCode } from "../host/host-code.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction, RuleNeeds } from "../instructions/instruction.ts";
import type { InstructionReader } from "../instructions/instruction-reader.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

/** Instructions that store operands to memory, or load their results from there. */
const inMemory: ReadonlySet<Place | undefined> = new Set<Place>(["struct", "array", "table"]);
const throws = rowNamed("throw");
const nullConstant = rowNamed("ref.null");
const accessesMemory = Uint8Array.from(rows, (row) => (inMemory.has(row.place) || row === throws ? 1 : 0));

/** The type that memory has a value of this type in. */
export function storedType(module: ModuleLowering, type: ValType): ValType {
  return isHostExtern(module.types, type) ? refAbstract(AbstractHeap.any, isNullable(type)) : type;
}

/** With a value as memory has it on the stack, leaves it as locals have it. */
export function pushLoaded(module: ModuleLowering, code: HostCode, type: ValType): void {
  if (isHostExtern(module.types, type)) code.call(module.runtime("externalize"));
}

/** The body with externs in memory as internal references; the same one where it has none. */
export function withInternalExterns<R extends RuleNeeds>(
  module: ModuleLowering,
  reader: InstructionReader<R>,
  body: FunctionBody<R>,
): FunctionBody<R> {
  const isExtern = (type: ValType): boolean => isHostExtern(module.types, type);
  const isAccess = ({ row, popped, pushed }: Instruction): boolean =>
    accessesMemory[row.id] === 1 && (popped.some(isExtern) || pushed.some(isExtern));
  if (!body.instructions.some(isAccess)) return body;
  const rewriter = new Rewriter(module, reader, body.locals);
  for (const instruction of body.instructions) {
    if (isAccess(instruction)) rewriter.access(instruction);
    else rewriter.result.push(instruction);
  }
  return { ...body, instructions: rewriter.result, locals: rewriter.locals };
}

const noTypes: readonly ValType[] = [];
const noImmediates = new Immediates();

class Rewriter<R extends RuleNeeds> {
  readonly result: Instruction<R>[] = [];
  readonly locals: ValType[];
  readonly #module: ModuleLowering;
  readonly #reader: InstructionReader<R>;
  /** Locals where operands wait, by type. An access has done with them before the next one begins. */
  readonly #waiting = new Map<ValType, number[]>();

  constructor(module: ModuleLowering, reader: InstructionReader<R>, locals: readonly ValType[]) {
    this.#module = module;
    this.#reader = reader;
    this.locals = [...locals];
  }

  access(instruction: Instruction): void {
    const { popped, pushed, offset } = instruction;
    const first = popped.findIndex((type) => this.#isExtern(type));
    if (first >= 0) this.#convertOperands(popped, first, offset);
    const stored = (type: ValType): ValType => storedType(this.#module, type);
    this.result.push(this.#reader.withRule({ ...instruction, popped: popped.map(stored), pushed: pushed.map(stored) }));
    const [loaded] = pushed;
    if (loaded === undefined || !this.#isExtern(loaded)) return;
    this.result.push(this.#instruction("extern.convert_any", [stored(loaded)], [loaded], offset));
  }

  #isExtern(type: ValType): boolean {
    return isHostExtern(this.#module.types, type);
  }

  /** Converts the externs among the operands, of which the one at `first` is the lowest. */
  #convertOperands(popped: readonly ValType[], first: number, offset: number): void {
    const types = [...popped];
    for (let i = popped.length - 1; i >= first; i--) {
      const type = popped[i] as ValType;
      if (!this.#isExtern(type)) continue;
      const end = this.#endOfOperand(popped.length - 1 - i);
      if (end === undefined) {
        this.#convertThroughLocals(types, first, offset);
        return;
      }
      const stored = storedType(this.#module, type);
      types[i] = stored;
      const producer = this.result[end - 1];
      if (producer?.row === nullConstant)
        this.result[end - 1] = this.#reader.withRule({ ...producer, pushed: [stored] });
      else this.result.splice(end, 0, this.#instruction("any.convert_extern", [type], [stored], offset));
    }
  }

  /** Where, in the result, the operand below `above` others has been pushed; undefined where control flow hides it. */
  #endOfOperand(above: number): number | undefined {
    let missing = above;
    let at = this.result.length;
    while (missing > 0) {
      const instruction = this.result[--at];
      if (instruction === undefined || instruction.row.control !== undefined) return undefined;
      missing -= instruction.pushed.length;
      if (missing < 0) return undefined;
      missing += instruction.popped.length;
    }
    return at;
  }

  #convertThroughLocals(types: readonly ValType[], first: number, offset: number): void {
    const used = new Map<ValType, number>();
    const loads: Instruction<R>[] = [];
    for (const type of types.slice(first).reverse()) {
      const immediates = new Immediates();
      immediates.index = this.#local(type, used);
      this.result.push(this.#instruction("local.set", [type], noTypes, offset, immediates));
      loads.unshift(this.#instruction("local.get", noTypes, [type], offset, immediates));
    }
    for (const load of loads) {
      const [type] = load.pushed as [ValType];
      this.result.push(load);
      if (this.#isExtern(type))
        this.result.push(this.#instruction("any.convert_extern", [type], [storedType(this.#module, type)], offset));
    }
  }

  /** A local of this type that holds no other operand of the same access. */
  #local(type: ValType, used: Map<ValType, number>): number {
    const locals = this.#waiting.get(type) ?? [];
    this.#waiting.set(type, locals);
    const count = used.get(type) ?? 0;
    used.set(type, count + 1);
    if (count === locals.length) locals.push(this.locals.push(type) - 1);
    return locals[count] as number;
  }

  #instruction(
    name: string,
    popped: readonly ValType[],
    pushed: readonly ValType[],
    offset: number,
    immediates = noImmediates,
  ): Instruction<R> {
    return this.#reader.withRule({ row: rowNamed(name), immediates, popped, pushed, offset });
  }
}
