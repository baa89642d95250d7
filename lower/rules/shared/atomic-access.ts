/**
 * An atomic access to a word of memory: what the instruction does, as the host's instruction for the width of the
 * storage.
 *
 * The host has sequentially consistent accesses only, which are right for weaker orders too. Fields lie at multiples of
 * their size, so that no access is unaligned.
 */

import type { AtomicOperation, Row } from "../../../core/ops/row.ts";
import { atomicAccess } from "../../../core/ops/table.ts";
import { I8, I16, I32, I64, type StorageType } from "../../../core/types/types.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import type { Operand } from "../../instructions/operand.ts";

/** Base-2 logarithm of how many bytes of a word the storage takes. */
function sizeOf(storage: StorageType): number {
  if (storage === I8) return 0;
  if (storage === I16) return 1;
  return storage === I64 ? 3 : 2;
}

/** Writes the access: `pushPlace` pushes an address and returns the offset from it; then come the values. */
export function access(
  lowering: FunctionLowering,
  row: Row,
  storage: StorageType,
  values: readonly Operand[],
  pushPlace: () => number,
): void {
  const offset = pushPlace();
  for (const value of values) lowering.get(value);
  const host = atomicAccess(row.atomic as AtomicOperation, storage === I64 ? I64 : I32, sizeOf(storage));
  lowering.code.access(host.name, offset);
  if (row.sign === "signed") lowering.code.op(storage === I8 ? "i32.extend8_s" : "i32.extend16_s");
}

/** The operand that the instruction stores, if it stores one: always the last. */
export function storedOperand(row: Row, values: readonly Operand[]): Operand | undefined {
  return row.atomic === "get" ? undefined : values[values.length - 1];
}
