/**
 * Tables lie in the heap memory, outside of the collected part: a record with the address of the elements and their
 * number, and the elements, four bytes each. Unshared externs are there in their internal form.
 */

import { I32, I64, type ValType } from "../../core/types/types.ts";
import { TABLE_ELEMENTS, TABLE_LENGTH } from "../../gc/layout/tables.ts";
import type { FunctionLowering } from "../function/function-lowering.ts";
import type { TrapCode } from "../host/lowered.ts";
import { constantI32, type Operand } from "../instructions/operand.ts";

const WORD_LOG2 = 2;

/** Sets a new local to the address of a table's record. */
export function tableRecordLocal(lowering: FunctionLowering, table: number): number {
  const record = lowering.temporary(I32);
  lowering.module.tableRecord(lowering.code, table);
  lowering.code.set(record);
  return record;
}

/** Pushes a table's length as an i32. */
export function pushLength(lowering: FunctionLowering, record: number): void {
  lowering.code.get(record);
  lowering.code.access("i32.load", TABLE_LENGTH);
}

/** Traps unless the index, an i32 or i64, is below the table's length. */
export function checkIndex(lowering: FunctionLowering, record: number, index: Operand, reason: TrapCode): void {
  const { code } = lowering;
  const length = lowering.temporary(I32);
  lowering.get(index);
  pushLength(lowering, record);
  code.tee(length);
  if (index.type === I64) code.op("i64.extend_i32_u");
  code.op(index.type === I64 ? "i64.ge_u" : "i32.ge_u");
  lowering.trapIf(reason, length);
}

/** Traps unless `count` elements from `start` on lie below the length that `pushBound` pushes as an i32. */
export function checkRange(
  lowering: FunctionLowering,
  start: Operand,
  count: Operand,
  pushBound: () => void,
  reason: TrapCode,
): void {
  const { code } = lowering;
  const wide = start.type === I64 || count.type === I64;
  const pushWide = (operand: Operand): void => {
    lowering.get(operand);
    if (wide && operand.type !== I64) code.op("i64.extend_i32_u");
  };
  const bound = lowering.temporary(I32);
  pushBound();
  code.set(bound);
  const pushBoundWide = (): void => {
    code.get(bound);
    if (wide) code.op("i64.extend_i32_u");
  };
  const prefix = wide ? "i64" : "i32";
  if (constantI32(start) === 0) {
    pushWide(count);
    pushBoundWide();
    code.op(`${prefix}.gt_u`);
    lowering.trapIf(reason, bound);
    return;
  }
  // In two compares, since the sum of start and count may wrap.
  pushWide(start);
  pushBoundWide();
  code.op(`${prefix}.gt_u`);
  pushWide(count);
  pushBoundWide();
  pushWide(start);
  code.op(`${prefix}.sub`);
  code.op(`${prefix}.gt_u`);
  code.op("i32.or");
  lowering.trapIf(reason);
}

/** Pushes the operand, known to be in range, as an i32. */
export function pushNarrow(lowering: FunctionLowering, operand: Operand): void {
  lowering.get(operand);
  if (operand.type === I64) lowering.code.op("i32.wrap_i64");
}

/** Pushes the address of the element with this index, which is in range. */
export function pushElementAddress(lowering: FunctionLowering, record: number, index: Operand): void {
  const { code } = lowering;
  code.get(record);
  code.access("i32.load", TABLE_ELEMENTS);
  pushScaled(lowering, index);
  code.op("i32.add");
}

/** Pushes a number of elements, in bytes. */
export function pushScaled(lowering: FunctionLowering, count: Operand): void {
  const constant = constantI32(count);
  if (constant !== undefined) {
    lowering.code.i32(constant << WORD_LOG2);
    return;
  }
  pushNarrow(lowering, count);
  lowering.code.i32(WORD_LOG2);
  lowering.code.op("i32.shl");
}

/** The type of a table's indices. */
export function indexType(lowering: FunctionLowering, table: number): ValType {
  return lowering.module.valid.tables[table]?.is64 === true ? I64 : I32;
}
