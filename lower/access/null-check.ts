/** Testing for null, by hierarchy: the host's own test for host references, a compare for addresses and indices. */

import { isNullable } from "../../core/types/types.ts";
import { NULL_REFERENCE } from "../../gc/layout/memory-map.ts";
import type { FunctionLowering } from "../function/function-lowering.ts";
import type { TrapCode } from "../host/lowered.ts";
import type { Operand } from "../instructions/operand.ts";

/** Pushes whether the operand is null. */
export function pushIsNull(lowering: FunctionLowering, operand: Operand): void {
  const { code, module } = lowering;
  lowering.get(operand);
  if (module.lowered(operand.type) >= 0) {
    code.op("ref.is_null");
    return;
  }
  code.i32(NULL_REFERENCE);
  code.op("i32.eq");
}

/** Pushes whether the operand is not null. */
export function pushIsNotNull(lowering: FunctionLowering, operand: Operand): void {
  const { code, module } = lowering;
  if (module.lowered(operand.type) >= 0) {
    pushIsNull(lowering, operand);
    code.op("i32.eqz");
    return;
  }
  lowering.get(operand);
  code.i32(NULL_REFERENCE);
  code.op("i32.ne");
}

/** Traps where the operand is null, unless its type says that it is not. */
export function trapIfNull(lowering: FunctionLowering, operand: Operand, reason: TrapCode): void {
  if (!isNullable(operand.type)) return;
  pushIsNull(lowering, operand);
  lowering.trapIf(reason);
}
