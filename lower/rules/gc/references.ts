/** References without regard to what they refer to: null, equality, functions. */

import type { ValType } from "../../../core/types/types.ts";
import { NULL_REFERENCE } from "../../../gc/layout/memory-map.ts";
import { trapIfNull } from "../../access/null-check.ts";
import { onStack, type RuleFamily, withTop } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";

export const referenceRules = {
  "ref.is_null": onStack(({ code, module }, { popped }) => {
    if (module.lowered(popped[0] as ValType) >= 0) {
      code.op("ref.is_null");
      return;
    }
    code.i32(NULL_REFERENCE);
    code.op("i32.eq");
  }),
  "ref.as_non_null": withTop((lowering, { pushed }, [reference]) => {
    trapIfNull(lowering, reference as Operand, TrapCode.nullReference);
    lowering.pushOperand(reference as Operand, pushed[0] as ValType);
  }),
  "ref.eq": onStack(({ code }) => code.op("i32.eq")),
  "ref.func": onStack(({ code, module }, { immediates }) => module.functionReference(code, immediates.index)),
} satisfies RuleFamily;
