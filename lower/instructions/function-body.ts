/** A function as lowering sees it. */
import type { ValType } from "../../core/types/types.ts";
import type { Instruction, RuleNeeds } from "./instruction.ts";

export interface FunctionBody<R extends RuleNeeds = RuleNeeds> {
  readonly name: string;
  readonly instructions: readonly Instruction<R>[];
  /** Parameters first; canonical types. */
  readonly locals: readonly ValType[];
  readonly parameters: number;
  readonly results: readonly ValType[];
}
