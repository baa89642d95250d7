/**
 * Exceptions.
 *
 *     throw       allocate an exception in the heap (gc/layout/exception-layout.ts), throw its address with the host's
 *                 one tag
 *     throw_ref   throw the address
 *     try_table   a host `try_table` that catches everything, with the choice of a clause behind it:
 *
 *     block $after
 *       block $caught (result i32)
 *         try_table (catch $exception $caught)  body  end
 *         br $after
 *       end
 *       local.set $e
 *       if (the tag of $e is the first clause's)  its values, br to its label  end
 *       ...
 *       throw $e                ;; none fits
 *     end
 *
 * The exception needs no root on its way: an agent that unwinds reaches no safepoint before the handler, and where it
 * meets JS, the boundary keeps the exception alive (threads/values/exceptions.ts). There, what JS throws becomes an
 * exception of the heap too, so nothing that the language may catch comes any other way; traps do, and are not caught.
 */

import type { CatchClause } from "../../../core/ops/immediates.ts";
import { I32 } from "../../../core/types/types.ts";
import { EXCEPTION_TAG, exceptionLayout } from "../../../gc/layout/exception-layout.ts";
import { loweredBlock } from "../../../gc/layout/reference-types.ts";
import { trapIfNull } from "../../access/null-check.ts";
import { loadName, storeName } from "../../access/storage.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type Rule, type RuleFamily, withOperands, withTop } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";
import { pushLoaded } from "../../passes/extern-storage.ts";

/** Makes an exception; returns the local with its address. */
function create(lowering: FunctionLowering, tag: number, operands: readonly Operand[]): number {
  const { code, module } = lowering;
  const type = module.valid.tags[tag] as number;
  const { params } = module.functionTypeOf(type);
  const { size, offsets } = exceptionLayout(module.types, type);
  const address = lowering.allocation(operands).fixed(size);
  code.get(address);
  module.typeRecord(code, type);
  code.access("i32.store", 0);
  code.get(address);
  module.tagNumber(code, tag);
  code.access("i32.store", EXCEPTION_TAG);
  for (const [index, param] of params.entries()) {
    code.get(address);
    lowering.get(operands[index] as Operand);
    code.access(storeName(param), offsets[index] as number);
  }
  return address;
}

/** Throws the exception whose address `pushAddress` pushes. */
function throwAddress({ code, module, slots }: FunctionLowering, pushAddress: () => void): void {
  pushAddress();
  code.throw(module.imports.heap("exception"));
  slots.unreachable();
}

const throwTag = withOperands((lowering, { immediates }, operands) => {
  const address = create(lowering, immediates.index, operands);
  throwAddress(lowering, () => lowering.code.get(address));
}, "allocation");

const throwReference = withTop((lowering, _, [reference]) => {
  trapIfNull(lowering, reference as Operand, TrapCode.nullExceptionReference);
  throwAddress(lowering, () => lowering.get(reference as Operand));
});

const tryTable: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    const { code, module } = lowering;
    const type = module.blockType(instruction.immediates);
    const hostType = module.hostBlock(type);
    const { catches } = instruction.immediates;
    code.block("block", hostType);
    if (catches.length === 0) lowering.openLabel({ kind: "block" });
    else {
      const { params } = loweredBlock(module.types, type);
      lowering.openLabel({ kind: "block", close: () => closeTryTable(lowering, catches) });
      code.block("block", module.hostBlockOf(params, [I32]));
      code.tryTable(hostType, [{ code: 0, tag: module.imports.heap("exception"), label: 0 }]);
    }
    lowering.pushResults(instruction);
  },
};

/** What follows the body of a `try_table`, whose host block is closed: its label too. */
function closeTryTable(lowering: FunctionLowering, catches: readonly CatchClause[]): void {
  const { code, slots } = lowering;
  const after = slots.save();
  code.branch("br", 1);
  code.end();
  // The exception may come from anywhere in the body.
  slots.forget();
  const exception = lowering.temporary(I32);
  code.set(exception);
  const handled = catches.findIndex(({ tag }) => tag === undefined);
  for (const clause of handled < 0 ? catches : catches.slice(0, handled + 1))
    branchToClause(lowering, exception, clause);
  if (handled < 0) throwAddress(lowering, () => code.get(exception));
  slots.restore(after);
  code.end();
}

/** Branches to a clause's label if the clause catches the exception. */
function branchToClause(lowering: FunctionLowering, exception: number, { kind, tag, label }: CatchClause): void {
  const { code, labels, module } = lowering;
  const branch = (): void => {
    if (kind.endsWith("_ref")) code.get(exception);
    code.branch("br", labels.branch(label));
  };
  if (tag === undefined) {
    branch();
    return;
  }
  code.get(exception);
  code.access("i32.load", EXCEPTION_TAG);
  module.tagNumber(code, tag);
  code.op("i32.eq");
  code.block("if");
  pushPayload(lowering, exception, module.valid.tags[tag] as number);
  branch();
  code.end();
}

/** Pushes the values of an exception whose tag has the function type `type`. */
function pushPayload({ code, module }: FunctionLowering, exception: number, type: number): void {
  const { offsets } = exceptionLayout(module.types, type);
  for (const [index, param] of module.functionTypeOf(type).params.entries()) {
    code.get(exception);
    code.access(loadName(param, undefined), offsets[index] as number);
    pushLoaded(module, code, param);
  }
}

/** Legacy instructions are written anew before lowering (lower/passes/legacy-exceptions.ts). */
export const exceptionRules = { throw: throwTag, throw_ref: throwReference, try_table: tryTable } satisfies RuleFamily;
