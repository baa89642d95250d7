/**
 * Table instructions, on tables in the heap memory.
 *
 * All words of a table that may hold addresses are roots in every collection, so that storing to a table has no write
 * barrier.
 */

import { I64, type ValType } from "../../../core/types/types.ts";
import { isScanned } from "../../../gc/layout/reference-types.ts";
import { copyReferences, fillReferences, referenceStore } from "../../access/publication.ts";
import {
  checkIndex,
  checkRange,
  indexType,
  pushElementAddress,
  pushLength,
  pushNarrow,
  pushScaled,
  tableRecordLocal,
} from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";

const { tableOutOfBounds } = TrapCode;
type Operands = readonly [Operand, Operand, Operand];

function elementType(lowering: FunctionLowering, table: number): ValType {
  return lowering.module.valid.tables[table]?.element as ValType;
}

function isShared({ module }: FunctionLowering, table: number): boolean {
  return module.valid.tables[table]?.shared === true;
}

const get = withOperands((lowering, instruction, [index]) => {
  const { code } = lowering;
  const table = instruction.immediates.index;
  const record = tableRecordLocal(lowering, table);
  checkIndex(lowering, record, index as Operand, tableOutOfBounds);
  pushElementAddress(lowering, record, index as Operand);
  code.access("i32.load", 0);
  lowering.pushResults(instruction);
});

const set = withOperands((lowering, instruction, operands) => {
  const [index, value] = operands as Operands;
  const { code } = lowering;
  const table = instruction.immediates.index;
  const record = tableRecordLocal(lowering, table);
  checkIndex(lowering, record, index, tableOutOfBounds);
  pushElementAddress(lowering, record, index);
  lowering.get(value);
  code.access(referenceStore(lowering.module, isShared(lowering, table)), 0);
});

const size = withOperands((lowering, instruction) => {
  const table = instruction.immediates.index;
  pushLength(lowering, tableRecordLocal(lowering, table));
  if (indexType(lowering, table) === I64) lowering.code.op("i64.extend_i32_u");
  lowering.pushResults(instruction);
});

/** The heap has no room for 2^32 elements: a delta above becomes one that is refused. */
const grow = withOperands((lowering, instruction, operands) => {
  const [value, delta] = operands as Operands;
  const { code, module } = lowering;
  const table = instruction.immediates.index;
  const type = elementType(lowering, table);
  module.tableRecord(code, table);
  if (delta.type !== I64) lowering.get(delta);
  else {
    pushNarrow(lowering, delta);
    code.i32(-1);
    lowering.get(delta);
    code.i64(0xffffffffn);
    code.op("i64.le_u");
    code.op("select");
  }
  lowering.get(value);
  code.i32(isScanned(module.types, type) ? 1 : 0);
  code.call(module.runtime("growTable"));
  if (delta.type === I64) code.op("i64.extend_i32_s");
  lowering.pushResults(instruction);
});

const fill = withOperands((lowering, instruction, operands) => {
  const [start, value, count] = operands as Operands;
  const { code, module } = lowering;
  const table = instruction.immediates.index;
  const record = tableRecordLocal(lowering, table);
  checkRange(lowering, start, count, () => pushLength(lowering, record), tableOutOfBounds);
  pushElementAddress(lowering, record, start);
  pushNarrow(lowering, count);
  lowering.get(value);
  code.call(fillReferences(module, isShared(lowering, table)));
});

/** With the addresses of what to write and what to read on the stack, copies references into a table. */
function copyElements(lowering: FunctionLowering, table: number, count: Operand): void {
  const { code, module } = lowering;
  pushScaled(lowering, count);
  copyReferences(module, code, isShared(lowering, table), () =>
    code.withItems("memory.copy", module.heapMemory, module.heapMemory),
  );
}

const copy = withOperands((lowering, { immediates }, operands) => {
  const [to, from, count] = operands as Operands;
  const target = tableRecordLocal(lowering, immediates.index);
  const source = immediates.index2 === immediates.index ? target : tableRecordLocal(lowering, immediates.index2);
  checkRange(lowering, from, count, () => pushLength(lowering, source), tableOutOfBounds);
  checkRange(lowering, to, count, () => pushLength(lowering, target), tableOutOfBounds);
  pushElementAddress(lowering, target, to);
  pushElementAddress(lowering, source, from);
  copyElements(lowering, immediates.index, count);
});

const initialize = withOperands((lowering, { immediates }, operands) => {
  const [to, from, count] = operands as Operands;
  const { code } = lowering;
  const segment = lowering.module.segmentAt(immediates.index);
  const target = tableRecordLocal(lowering, immediates.index2);
  checkRange(lowering, from, count, () => segment.pushLength(code), tableOutOfBounds);
  checkRange(lowering, to, count, () => pushLength(lowering, target), tableOutOfBounds);
  pushElementAddress(lowering, target, to);
  segment.pushWords(code);
  pushScaled(lowering, from);
  code.op("i32.add");
  copyElements(lowering, immediates.index2, count);
});

const drop = withOperands((lowering, { immediates }) =>
  lowering.module.segmentAt(immediates.index).drop(lowering.code),
);

export const tableRules = {
  "table.get": get,
  "table.set": set,
  "table.size": size,
  "table.grow": grow,
  "table.fill": fill,
  "table.copy": copy,
  "table.init": initialize,
  "elem.drop": drop,
} satisfies RuleFamily;
