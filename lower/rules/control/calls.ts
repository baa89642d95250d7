/**
 * Calls. Every function of the host module has the shadow-stack pointer as its last parameter; a call passes the end of
 * what the caller has spilled, a tail call the caller's own pointer.
 *
 * A function reference is an index into the agent's function table. Calling null is an index beyond the table for the
 * host. The host merges function types which differ in reference types only, so `call_indirect` compares type records
 * where the table's type does not say enough.
 */

import { isSubtype } from "../../../core/types/subtype.ts";
import { I32, refDefined } from "../../../core/types/types.ts";
import { FUNCTION_TYPES_POINTER } from "../../../gc/layout/control-words.ts";
import { NULL_REFERENCE } from "../../../gc/layout/memory-map.ts";
import { checkIndex, pushElementAddress } from "../../access/table-access.ts";
import { pushIsInDisplay } from "../../access/type-check.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type Rule, type RuleFamily, withTop } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";

/** The shadow-stack pointer for a callee: the caller's own where the call is the last thing that it does. */
function pushStackPointer(lowering: FunctionLowering, tail: boolean): void {
  if (tail) lowering.pushStackPointer(0);
  else lowering.pushCalleeStack();
}

function call(tail: boolean): Rule {
  return onStack(
    (lowering, { immediates }) => {
      pushStackPointer(lowering, tail);
      const target = lowering.module.functionAt(immediates.index);
      if (!tail) lowering.code.call(target);
      else {
        lowering.code.returnCall(target);
        lowering.slots.unreachable();
      }
    },
    tail ? "none" : "call",
  );
}

/**
 * A call of a function that never lets the collector run: nothing is spilled, and its frame may begin where the
 * caller's does.
 */
export const quietCall: Rule = onStack((lowering, { immediates }) => {
  lowering.pushStackPointer(0);
  lowering.code.call(lowering.module.functionAt(immediates.index));
});

/**
 * A shared function may have come into the store while this agent ran: has the linker put it into the agent's table,
 * where its index is not below those that the agent knows.
 */
function resolveShared({ code, module }: FunctionLowering, type: number, pushIndex: () => void): void {
  if (!module.types.type(type).shared) return;
  pushIndex();
  code.globalGet(module.imports.heap("known"));
  code.op("i32.ge_u");
  code.unlikely();
  pushIndex();
  code.call(module.runtime("resolve"));
  code.end();
}

/** Calls the function whose index `pushIndex` pushes. */
function callIndex(lowering: FunctionLowering, type: number, tail: boolean, pushIndex: () => void): void {
  const { code, module, slots } = lowering;
  resolveShared(lowering, type, pushIndex);
  pushStackPointer(lowering, tail);
  pushIndex();
  code.trapSite(TrapCode.nullFunctionReference);
  code.callIndirect(module.hostTypeOf(type), module.functionTable, tail);
  if (tail) slots.unreachable();
}

function callReference(tail: boolean): Rule {
  return withTop(
    (lowering, instruction, [reference]) => {
      const type = lowering.module.idOf(instruction.immediates.index);
      callIndex(lowering, type, tail, () => lowering.get(reference as Operand));
      lowering.pushResults(instruction);
    },
    tail ? "none" : "call",
  );
}

function callIndirect(tail: boolean): Rule {
  return withTop(
    (lowering, instruction, [index]) => {
      const type = lowering.module.idOf(instruction.immediates.index);
      const target = loadTarget(lowering, instruction, index as Operand, type);
      callIndex(lowering, type, tail, () => lowering.code.get(target));
      lowering.pushResults(instruction);
    },
    tail ? "none" : "call",
  );
}

/** Loads a function index from a table into a local, with the checks of `call_indirect`. */
function loadTarget(lowering: FunctionLowering, { immediates }: Instruction, index: Operand, type: number): number {
  const { code, module } = lowering;
  const record = lowering.temporary(I32);
  const target = lowering.temporary(I32);
  module.tableRecord(code, immediates.index2);
  code.set(record);
  checkIndex(lowering, record, index, TrapCode.undefinedElement);
  pushElementAddress(lowering, record, index);
  code.access("i32.load", 0);
  code.tee(target);
  code.i32(NULL_REFERENCE);
  code.op("i32.eq");
  lowering.trapIf(TrapCode.uninitializedElement);
  const element = module.valid.tables[immediates.index2]?.element;
  const isKnown = element !== undefined && isSubtype(module.types, element, refDefined(type, true));
  if (!isKnown) checkType(lowering, target, type);
  return target;
}

/** Traps if the function in the local `target` is not of the type `type` or a subtype. */
function checkType(lowering: FunctionLowering, target: number, type: number): void {
  const { code, module } = lowering;
  const record = lowering.temporary(I32);
  code.i32(FUNCTION_TYPES_POINTER);
  code.access("i32.load", 0);
  code.get(target);
  code.i32(2);
  code.op("i32.shl");
  code.op("i32.add");
  code.access("i32.load", 0);
  code.tee(record);
  module.typeRecord(code, type);
  code.op("i32.ne");
  if (module.types.type(type).final) {
    lowering.trapIf(TrapCode.indirectCallTypeMismatch);
    return;
  }
  code.block("if");
  pushIsInDisplay(module, code, record, type);
  code.op("i32.eqz");
  lowering.trapIf(TrapCode.indirectCallTypeMismatch);
  code.end();
}

export const callRules = {
  call: call(false),
  return_call: call(true),
  call_ref: callReference(false),
  return_call_ref: callReference(true),
  call_indirect: callIndirect(false),
  return_call_indirect: callIndirect(true),
} satisfies RuleFamily;
