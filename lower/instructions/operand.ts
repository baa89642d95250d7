/** An operand that a rule may read any number of times: a local of the host function, or a constant. */
import { Immediates } from "../../core/ops/immediates.ts";
import { rowNamed } from "../../core/ops/table.ts";
import { I32, type ValType } from "../../core/types/types.ts";
import type { Instruction } from "./instruction.ts";

export type Operand =
  | { readonly kind: "local"; readonly local: number; readonly type: ValType }
  /** `instruction` is the constant's: `i32.const`, `ref.null`, ... */
  | { readonly kind: "constant"; readonly instruction: ConstantInstruction; readonly type: ValType };

export type ConstantInstruction = Pick<Instruction, "row" | "immediates" | "pushed">;

const i32Constant = rowNamed("i32.const");
const nullConstant = rowNamed("ref.null");

/** The value of an `i32.const`; undefined for other operands. */
export function constantI32(operand: Operand): number | undefined {
  return operand.kind === "constant" && operand.instruction.row === i32Constant
    ? operand.instruction.immediates.i32
    : undefined;
}

export function isNullConstant(operand: Operand): boolean {
  return operand.kind === "constant" && operand.instruction.row === nullConstant;
}

/** An operand with a number that lowering makes up. */
export function i32Operand(value: number): Operand {
  const immediates = new Immediates();
  immediates.i32 = value;
  return { kind: "constant", instruction: { row: i32Constant, immediates, pushed: [I32] }, type: I32 };
}
