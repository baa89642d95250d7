/** Loads and stores of fields, elements and cells of globals, by storage type, and the write barrier. */

import type { Sign } from "../../core/ops/row.ts";
import { F32, F64, I8, I16, I32, I64, type StorageType, V128 } from "../../core/types/types.ts";
import { HEADER_OLD_UNLOGGED } from "../../gc/layout/objects.ts";
import { isRoot } from "../../gc/layout/reference-types.ts";
import type { FunctionLowering } from "../function/function-lowering.ts";
import { TrapCode } from "../host/lowered.ts";
import { isNullConstant, type Operand } from "../instructions/operand.ts";

const loads = new Map<StorageType, string>([
  [I64, "i64.load"],
  [F32, "f32.load"],
  [F64, "f64.load"],
  [V128, "v128.load"],
]);
const stores = new Map<StorageType, string>([
  [I8, "i32.store8"],
  [I16, "i32.store16"],
  [I64, "i64.store"],
  [F32, "f32.store"],
  [F64, "f64.store"],
  [V128, "v128.store"],
]);

/** The host's load of a field; packed ones are extended with `sign`. */
export function loadName(storage: StorageType, sign: Sign | undefined): string {
  if (storage === I8) return sign === "signed" ? "i32.load8_s" : "i32.load8_u";
  if (storage === I16) return sign === "signed" ? "i32.load16_s" : "i32.load16_u";
  return loads.get(storage) ?? "i32.load";
}

/** The host's plain store of a field. */
export function storeName(storage: StorageType): string {
  return stores.get(storage) ?? "i32.store";
}

/** True where storing this operand may make an old object refer to a young one. */
export function needsBarrier(lowering: FunctionLowering, value: Operand): boolean {
  return isRoot(lowering.module.types, value.type) && !isNullConstant(value);
}

/**
 * The write barrier's fast half: an old object that was not written since the last collection is logged, on a path that
 * is seldom taken. Traps where the object is null.
 */
export function writeBarrier(
  lowering: FunctionLowering,
  object: Operand,
  onNull: TrapCode = TrapCode.nullStructureReference,
): void {
  const { code, module } = lowering;
  const flag = lowering.temporary(I32);
  lowering.get(object);
  code.access("i32.load8_u", 0, onNull);
  code.i32(HEADER_OLD_UNLOGGED);
  code.op("i32.and");
  code.tee(flag);
  code.unlikely();
  // The object's address, in a way that uses the flag once more (see Stubs.trapWith).
  lowering.get(object);
  code.get(flag);
  code.op("i32.add");
  code.i32(-HEADER_OLD_UNLOGGED);
  code.op("i32.add");
  code.call(module.stubs.log());
  code.end();
}
