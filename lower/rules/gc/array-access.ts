/** Elements of arrays: bounds, addresses. */

import { type ArrayType, I32, type StorageType } from "../../../core/types/types.ts";
import { storageLog2 } from "../../../gc/layout/object-layout.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH } from "../../../gc/layout/objects.ts";
import { checkRange } from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import { constantI32, type Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

/** What the elements of an array type are. */
export interface ElementPlace {
  readonly id: number;
  readonly storage: StorageType;
  readonly log2: number;
  readonly shared: boolean;
}

/** The elements of the array type that an instruction names first. */
export function elementOf(module: ModuleLowering, { immediates }: Pick<Instruction, "immediates">): ElementPlace {
  const id = module.idOf(immediates.index);
  const { composite, shared } = module.types.type(id);
  const { storage } = (composite as ArrayType).element;
  return { id, storage, log2: storageLog2(storage), shared };
}

/** Pushes an array's length; traps where it is null. */
function pushLength(lowering: FunctionLowering, array: Operand): void {
  lowering.get(array);
  lowering.code.access("i32.load", ARRAY_LENGTH, TrapCode.nullArrayReference);
}

/** Traps unless the index is below the array's length. */
export function checkElement(lowering: FunctionLowering, array: Operand, index: Operand): void {
  const length = lowering.temporary(I32);
  lowering.get(index);
  pushLength(lowering, array);
  lowering.code.tee(length);
  lowering.code.op("i32.ge_u");
  lowering.trapIf(TrapCode.arrayOutOfBounds, length);
}

/** Traps unless the elements are all in the array. */
export function checkElements(lowering: FunctionLowering, array: Operand, start: Operand, count: Operand): void {
  checkRange(lowering, start, count, () => pushLength(lowering, array), TrapCode.arrayOutOfBounds);
}

/** Offsets of accesses are kept well below what an address and they can add up to. */
const MAXIMUM_STATIC_OFFSET = 1 << 24;

/** Pushes an address; the element is at the returned offset from it. */
export function pushElement(lowering: FunctionLowering, array: Operand, index: Operand, log2: number): number {
  const { code } = lowering;
  lowering.get(array);
  const constant = constantI32(index);
  if (constant !== undefined && constant >= 0 && constant < MAXIMUM_STATIC_OFFSET >> log2)
    return ARRAY_ELEMENTS + (constant << log2);
  pushBytes(lowering, index, log2);
  code.op("i32.add");
  return ARRAY_ELEMENTS;
}

/** Pushes the address of an element, offset and all. */
export function pushElementAddress(lowering: FunctionLowering, array: Operand, index: Operand, log2: number): void {
  const offset = pushElement(lowering, array, index, log2);
  lowering.code.i32(offset);
  lowering.code.op("i32.add");
}

/** Pushes a number of elements in bytes. */
export function pushBytes(lowering: FunctionLowering, count: Operand, log2: number): void {
  lowering.get(count);
  if (log2 === 0) return;
  lowering.code.i32(log2);
  lowering.code.op("i32.shl");
}
