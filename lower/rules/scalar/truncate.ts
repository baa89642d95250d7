/**
 * Conversions of floats to integers that trap (core 4.3.3 "trunc"): the host's own, behind a store of the operand to a
 * cell of the agent.
 *
 * The standard's message tells NaN from a number that is too large, and most hosts' traps do not. When the host has
 * trapped, the linker looks whether the cell holds a NaN (threads/traps/conversion-operand.ts). In a loop that does
 * nothing but convert, the store takes no time that could be measured on x64 with V8, where a comparison of the operand
 * with itself takes a tenth.
 */
import { F32 } from "../../../core/types/types.ts";
import { type RuleFamily, withTop } from "../../function/rule.ts";
import { CONVERSION_OPERAND_F32 } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";

const truncate = withTop((lowering, instruction, operands) => {
  const [operand] = operands as readonly [Operand];
  const { code, module } = lowering;
  code.globalGet(module.imports.base("operand"));
  lowering.get(operand);
  if (operand.type === F32) code.access("f32.store", CONVERSION_OPERAND_F32);
  else code.access("f64.store", 0);
  lowering.get(operand);
  code.instruction(instruction.row, instruction.immediates);
  lowering.pushResults(instruction);
});

export const truncateRules = { truncate } satisfies RuleFamily;
