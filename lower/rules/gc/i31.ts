/** Small integers: the value in the upper 31 bits, the lowest bit set. */

import { trapIfNull } from "../../access/null-check.ts";
import { onStack, type RuleFamily, withTop } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";

export const i31Rules = {
  "ref.i31": onStack(({ code }) => {
    code.i32(1);
    code.op("i32.shl");
    code.i32(1);
    code.op("i32.or");
  }),
  "i31.get": withTop((lowering, instruction, [reference]) => {
    const { code } = lowering;
    trapIfNull(lowering, reference as Operand, TrapCode.nullI31Reference);
    lowering.get(reference as Operand);
    code.i32(1);
    code.op(instruction.row.sign === "signed" ? "i32.shr_s" : "i32.shr_u");
    lowering.pushResults(instruction);
  }),
} satisfies RuleFamily;
