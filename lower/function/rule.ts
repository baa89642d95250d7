/**
 * How rules are written: by hand, or with the helpers here for those that leave operands where they are or take all of
 * them.
 */
import type { LoweringName } from "../../core/ops/rules.ts";
import type { Instruction, Safepoint, Unruled } from "../instructions/instruction.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import type { FunctionLowering, Rule } from "./function-lowering.ts";

export type { Rule };

/** A rule, or the choice of one by the instruction's immediates and types. */
export type RuleEntry = Rule | ((instruction: Unruled, module: ModuleLowering) => Rule);

/** Rules by the names that rows give in `lowering`. `lower/rules/rules.ts` makes one table of all families. */
export type RuleFamily = Readonly<Partial<Record<LoweringName, RuleEntry>>>;

/** Stands for all operands, however many there are. */
const ALL = 0x7fffffff;

type Emit = Rule["emit"];

/** A rule whose operands stay on the host's stack, and whose results the code leaves there. */
export function onStack(
  emit: (lowering: FunctionLowering, instruction: Instruction) => void,
  safepoint: Safepoint = "none",
): Rule {
  return {
    operands: 0,
    safepoint,
    emit: (lowering, instruction) => {
      emit(lowering, instruction);
      lowering.pushResults(instruction);
    },
  };
}

/** A rule that gets all operands as locals or constants. */
export function withOperands(emit: Emit, safepoint: Safepoint = "none"): Rule {
  return { operands: ALL, safepoint, emit };
}

/** A rule that gets the uppermost operand as a local or constant. */
export function withTop(emit: Emit, safepoint: Safepoint = "none"): Rule {
  return { operands: 1, safepoint, emit };
}
