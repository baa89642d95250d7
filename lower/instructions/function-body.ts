/** A function as lowering sees it. */
import type { ValType } from "../../core/types/types.ts";
import type { Instruction } from "./instruction.ts";

export interface FunctionBody {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  /** Parameters first; canonical types. */
  readonly locals: readonly ValType[];
  readonly parameters: number;
  readonly results: readonly ValType[];
}
