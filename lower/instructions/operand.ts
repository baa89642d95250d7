/** An operand that a rule may read any number of times: a local of the host function, or a constant. */
import { assert } from "../../core/base/assert.ts";
import { Immediates } from "../../core/ops/immediates.ts";
import { rowByName } from "../../core/ops/table.ts";
import { I32, type ValType } from "../../core/types/types.ts";
import type { Instruction } from "./instruction.ts";

export type Operand =
  | { readonly kind: "local"; readonly local: number; readonly type: ValType }
  /** `instruction` is the constant's: `i32.const`, `ref.null`, ... */
  | { readonly kind: "constant"; readonly instruction: ConstantInstruction; readonly type: ValType };

export type ConstantInstruction = Pick<Instruction, "row" | "immediates" | "pushed">;

/** Instructions whose value is the same wherever they stand. */
export const constantNames: ReadonlySet<string> = new Set(["i32.const", "i64.const", "f32.const", "f64.const", "v128.const", "ref.null"]);

/** The value of an `i32.const`; undefined for other operands. */
export function constantI32(operand: Operand): number | undefined {
  return operand.kind === "constant" && operand.instruction.row.name === "i32.const" ? operand.instruction.immediates.i32 : undefined;
}

export function isNullConstant(operand: Operand): boolean {
  return operand.kind === "constant" && operand.instruction.row.name === "ref.null";
}

/** An operand with a number that lowering makes up. */
export function i32Operand(value: number): Operand {
  const row = rowByName("i32.const");
  assert(row !== undefined, "there is an i32.const");
  const immediates = new Immediates();
  immediates.i32 = value;
  return { kind: "constant", instruction: { row, immediates, pushed: [I32] }, type: I32 };
}
