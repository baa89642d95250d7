/** Atomic accesses to fields of structs and elements of arrays. */

import { trapIfNull } from "../../access/null-check.ts";
import { needsBarrier, writeBarrier } from "../../access/storage.ts";
import { type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";
import { checkElement, elementOf, pushElement } from "../gc/array-access.ts";
import { fieldOf } from "../gc/struct.ts";
import { access, storedOperand } from "./atomic-access.ts";

/** Null is told apart first: for an atomic access its address is unaligned, and the host would say so. */
const struct = withOperands((lowering, instruction, operands) => {
  const { row } = instruction;
  const [object, ...values] = operands as readonly [Operand, ...Operand[]];
  const { storage, offset } = fieldOf(lowering.module, instruction);
  const stored = storedOperand(row, values);
  trapIfNull(lowering, object, TrapCode.nullStructureReference);
  if (stored !== undefined && needsBarrier(lowering, stored)) writeBarrier(lowering, object);
  access(lowering, row, storage, values, () => {
    lowering.get(object);
    return offset;
  });
  lowering.pushResults(instruction);
});

const array = withOperands((lowering, instruction, operands) => {
  const { row } = instruction;
  const [object, index, ...values] = operands as readonly [Operand, Operand, ...Operand[]];
  const { storage, log2 } = elementOf(lowering.module, instruction);
  const stored = storedOperand(row, values);
  checkElement(lowering, object, index);
  if (stored !== undefined && needsBarrier(lowering, stored))
    writeBarrier(lowering, object, TrapCode.nullArrayReference);
  access(lowering, row, storage, values, () => pushElement(lowering, object, index, log2));
  lowering.pushResults(instruction);
});

export const objectAtomicRules = {
  "struct.atomic.get": struct,
  "struct.atomic.set": struct,
  "struct.atomic.rmw": struct,
  "struct.atomic.xchg": struct,
  "struct.atomic.cmpxchg": struct,
  "array.atomic.get": array,
  "array.atomic.set": array,
  "array.atomic.rmw": array,
  "array.atomic.xchg": array,
  "array.atomic.cmpxchg": array,
} satisfies RuleFamily;
