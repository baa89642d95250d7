/** Access to arrays: elements, length, fill and copy. */

import { ARRAY_LENGTH } from "../../../gc/layout/objects.ts";
import { copyReferences, valueStore } from "../../access/publication.ts";
import { loadName, needsBarrier, writeBarrier } from "../../access/storage.ts";
import { checkRange } from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import { isNullConstant, type Operand } from "../../instructions/operand.ts";
import {
  checkElement,
  checkElements,
  type ElementPlace,
  elementOf,
  pushBytes,
  pushElement,
  pushElementAddress,
} from "./array-access.ts";
import { fillElements } from "./array-stubs.ts";
import { copyBytes } from "./copy-stub.ts";

type Operands = readonly [Operand, Operand, Operand, Operand, Operand];
const { nullArrayReference } = TrapCode;

const get = withOperands((lowering, instruction, operands) => {
  const [array, index] = operands as Operands;
  const { code, module } = lowering;
  const { storage, log2 } = elementOf(module, instruction);
  checkElement(lowering, array, index);
  const offset = pushElement(lowering, array, index, log2);
  code.access(loadName(storage, instruction.row.sign), offset);
  lowering.pushResults(instruction);
});

const set = withOperands((lowering, instruction, operands) => {
  const [array, index, value] = operands as Operands;
  const { code, module } = lowering;
  const { storage, log2, shared } = elementOf(module, instruction);
  checkElement(lowering, array, index);
  if (needsBarrier(lowering, value)) writeBarrier(lowering, array, nullArrayReference);
  const offset = pushElement(lowering, array, index, log2);
  lowering.get(value);
  code.access(valueStore(module, storage, shared && !isNullConstant(value)), offset);
});

const length = onStack(({ code }) => code.access("i32.load", ARRAY_LENGTH, nullArrayReference));

const fill = withOperands((lowering, instruction, operands) => {
  const [array, start, value, count] = operands as Operands;
  const { code, module } = lowering;
  const element = elementOf(module, instruction);
  checkElements(lowering, array, start, count);
  const barrier = needsBarrier(lowering, value);
  if (barrier) writeBarrier(lowering, array, nullArrayReference);
  pushElementAddress(lowering, array, start, element.log2);
  lowering.get(value);
  lowering.get(count);
  if (element.log2 === 0) code.withItems("memory.fill", module.heapMemory);
  else code.call(fillElements(module, element.storage, valueStore(module, element.storage, element.shared)));
});

function copyElements(lowering: FunctionLowering, { storage, log2, shared }: ElementPlace, count: Operand): void {
  const { code, module } = lowering;
  pushBytes(lowering, count, log2);
  copyReferences(module, code, shared && storage >= 0, () => code.call(copyBytes(module)));
}

const copy = withOperands((lowering, instruction, operands) => {
  const [to, toStart, from, fromStart, count] = operands as Operands;
  const element = elementOf(lowering.module, instruction);
  checkElements(lowering, to, toStart, count);
  checkElements(lowering, from, fromStart, count);
  if (element.storage >= 0) writeBarrier(lowering, to, nullArrayReference);
  pushElementAddress(lowering, to, toStart, element.log2);
  pushElementAddress(lowering, from, fromStart, element.log2);
  copyElements(lowering, element, count);
});

const initData = withOperands((lowering, instruction, operands) => {
  const [array, start, from, count] = operands as Operands;
  const { code, module } = lowering;
  const { log2 } = elementOf(module, instruction);
  checkElements(lowering, array, start, count);
  pushElementAddress(lowering, array, start, log2);
  lowering.get(from);
  pushBytes(lowering, count, log2);
  code.trapSite(TrapCode.memoryOutOfBounds);
  code.withItems("memory.init", module.dataAt(instruction.immediates.index2), module.heapMemory);
});

const initElements = withOperands((lowering, instruction, operands) => {
  const [array, start, from, count] = operands as Operands;
  const { code, module } = lowering;
  const element = elementOf(module, instruction);
  const segment = module.segmentAt(instruction.immediates.index2);
  checkElements(lowering, array, start, count);
  checkRange(lowering, from, count, () => segment.pushLength(code), TrapCode.tableOutOfBounds);
  writeBarrier(lowering, array, nullArrayReference);
  pushElementAddress(lowering, array, start, element.log2);
  segment.pushWords(code);
  pushBytes(lowering, from, element.log2);
  code.op("i32.add");
  copyElements(lowering, element, count);
});

export const arrayRules = {
  "array.get": get,
  "array.set": set,
  "array.len": length,
  "array.fill": fill,
  "array.copy": copy,
  "array.init_data": initData,
  "array.init_elem": initElements,
} satisfies RuleFamily;
