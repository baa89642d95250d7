/** References without regard to what they refer to: null, equality, functions. */
import type { ValType } from "../../types.ts";
import { TrapCode } from "../lowered.ts";
import { pushIsNull, trapIfNull } from "../null-check.ts";
import type { Operand } from "../operand.ts";
import { onStack, registerRules, withTop } from "../registry.ts";

registerRules({
  "ref.is_null": withTop((lowering, instruction, [reference]) => {
    pushIsNull(lowering, reference as Operand);
    lowering.pushResults(instruction);
  }),
  "ref.as_non_null": withTop((lowering, { pushed }, [reference]) => {
    trapIfNull(lowering, reference as Operand, TrapCode.nullReference);
    lowering.pushOperand(reference as Operand, pushed[0] as ValType);
  }),
  "ref.eq": onStack(({ code }) => code.op("i32.eq")),
  "ref.func": onStack(({ code, module }, { immediates }) => module.functionReference(code, immediates.index)),
});
