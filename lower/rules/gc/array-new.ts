/**
 * New arrays: allocate, store header and length, fill. What the allocator returns is not cleared, so every element is
 * written before the next safepoint; the fill goes on to the end of the object's last eight bytes.
 */

import { F32, F64, I8, I16, I32, I64, type StorageType, V128, type ValType } from "../../../core/types/types.ts";
import { NULL_REFERENCE } from "../../../gc/layout/memory-map.ts";
import { arrayBytes } from "../../../gc/layout/object-layout.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH } from "../../../gc/layout/objects.ts";
import { storeName } from "../../access/storage.ts";
import { checkRange } from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import { constantI32, i32Operand, isNullConstant, type Operand } from "../../instructions/operand.ts";
import { type ElementPlace, elementOf, pushBytes } from "./array-access.ts";
import { fillPattern, fillVectors } from "./array-stubs.ts";

/** Bytes of an array above which allocation traps at once. */
const MAXIMUM_BYTES = 2 ** 30;
/** Up to so many bytes of elements are filled by stores in line. */
const INLINE_FILL = 64;
const NULL_PATTERN = (BigInt(NULL_REFERENCE) << 32n) | BigInt(NULL_REFERENCE);

/** A new array whose elements are still to be written. */
interface NewArray {
  readonly address: number;
  /** Bytes of the object, where they are known here. */
  readonly bytes: number | undefined;
  /** Pushes the bytes of the elements, to the object's end. */
  pushElementBytes(): void;
}

/** Allocates an array and stores its header and length. */
function allocate(
  lowering: FunctionLowering,
  { id, log2 }: ElementPlace,
  length: Operand,
  operands: readonly Operand[],
): NewArray {
  const { code, module } = lowering;
  const constant = constantI32(length);
  let address: number;
  let fixedBytes: number | undefined;
  let size = -1;
  if (constant !== undefined && arrayBytes(log2, constant >>> 0) <= MAXIMUM_BYTES) {
    fixedBytes = arrayBytes(log2, constant);
    address = lowering.allocation(operands).fixed(fixedBytes);
  } else {
    size = lowering.temporary(I32);
    lowering.get(length);
    code.i32((MAXIMUM_BYTES - ARRAY_ELEMENTS) >> log2);
    code.op("i32.gt_u");
    lowering.trapIf(TrapCode.allocationTooLarge);
    pushBytes(lowering, length, log2);
    code.i32(ARRAY_ELEMENTS + 7);
    code.op("i32.add");
    code.i32(-8);
    code.op("i32.and");
    code.set(size);
    address = lowering.allocation(operands).sized(size);
  }
  code.get(address);
  module.typeRecord(code, id);
  code.access("i32.store", 0);
  code.get(address);
  lowering.get(length);
  code.access("i32.store", ARRAY_LENGTH);
  return {
    address,
    bytes: fixedBytes,
    pushElementBytes: () => {
      if (fixedBytes !== undefined) code.i32(fixedBytes - ARRAY_ELEMENTS);
      else {
        code.get(size);
        code.i32(ARRAY_ELEMENTS);
        code.op("i32.sub");
      }
    },
  };
}

/** Eight bytes of repeated elements, where they are known here. */
function constantPattern(storage: StorageType, value: Operand | undefined): bigint | undefined {
  if (value === undefined) return storage >= 0 ? NULL_PATTERN : 0n;
  if (isNullConstant(value)) return NULL_PATTERN;
  const number = constantI32(value);
  if (number === undefined) return undefined;
  if (storage === I8) return BigInt(number & 0xff) * 0x0101010101010101n;
  if (storage === I16) return BigInt(number & 0xffff) * 0x0001000100010001n;
  return BigInt(number >>> 0) * 0x0000000100000001n;
}

/** Pushes eight bytes of repeated elements. */
function pushPattern(lowering: FunctionLowering, storage: StorageType, value: Operand): void {
  const { code } = lowering;
  lowering.get(value);
  const repeat = (mask: number | undefined, factor: bigint): void => {
    if (mask !== undefined) {
      code.i32(mask);
      code.op("i32.and");
    }
    code.op("i64.extend_i32_u");
    code.i64(factor);
    code.op("i64.mul");
  };
  switch (storage) {
    case I64:
      return;
    case F64:
      code.op("i64.reinterpret_f64");
      return;
    case I8:
      repeat(0xff, 0x0101010101010101n);
      return;
    case I16:
      repeat(0xffff, 0x0001000100010001n);
      return;
    case F32:
      code.op("i32.reinterpret_f32");
  }
  repeat(undefined, 0x0000000100000001n);
}

/** Fills a new array with a value, or with the default where it is undefined. */
function fill(
  lowering: FunctionLowering,
  array: NewArray,
  { storage }: ElementPlace,
  value: Operand | undefined,
): void {
  const { code, module } = lowering;
  const pushStart = (): void => {
    code.get(array.address);
    code.i32(ARRAY_ELEMENTS);
    code.op("i32.add");
  };
  if (storage === V128 && value !== undefined) {
    pushStart();
    array.pushElementBytes();
    lowering.get(value);
    code.call(fillVectors(module));
    return;
  }
  const pattern = constantPattern(storage, value);
  const pushValue = (): void =>
    pattern === undefined ? pushPattern(lowering, storage, value as Operand) : code.i64(pattern);
  if (array.bytes !== undefined && array.bytes <= ARRAY_ELEMENTS + INLINE_FILL) {
    fillInline(lowering, array.address, array.bytes, pushValue);
    return;
  }
  pushStart();
  array.pushElementBytes();
  pushValue();
  code.call(fillPattern(module));
}

function fillInline(lowering: FunctionLowering, address: number, bytes: number, pushValue: () => void): void {
  const { code } = lowering;
  if (bytes === ARRAY_ELEMENTS) return;
  const pattern = lowering.temporary(I64);
  pushValue();
  code.set(pattern);
  for (let offset = ARRAY_ELEMENTS; offset < bytes; offset += 8) {
    code.get(address);
    code.get(pattern);
    code.access("i64.store", offset);
  }
}

const create = withOperands((lowering, instruction, operands) => {
  const element = elementOf(lowering.module, instruction);
  const [value, length] = operands as readonly [Operand, Operand];
  const array = allocate(lowering, element, length, operands);
  fill(lowering, array, element, value);
  push(lowering, instruction, array);
}, "allocation");

const createDefault = withOperands((lowering, instruction, operands) => {
  const element = elementOf(lowering.module, instruction);
  const array = allocate(lowering, element, operands[0] as Operand, operands);
  fill(lowering, array, element, undefined);
  push(lowering, instruction, array);
}, "allocation");

const createFixed = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const element = elementOf(module, instruction);
  const array = allocate(lowering, element, i32Operand(instruction.immediates.count), operands);
  operands.forEach((operand, i) => {
    code.get(array.address);
    lowering.get(operand);
    code.access(storeName(element.storage), ARRAY_ELEMENTS + (i << element.log2));
  });
  push(lowering, instruction, array);
}, "allocation");

/** Core 4.6.9: a segment that is too short traps before anything is allocated. A dropped one is found by the host. */
const createFromData = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const [start, length] = operands as readonly [Operand, Operand];
  const element = elementOf(module, instruction);
  const data = instruction.immediates.index2;
  const available = module.valid.module.data[data]?.bytes.length ?? 0;
  lowering.get(length);
  code.i32(available >> element.log2);
  code.op("i32.gt_u");
  lowering.get(start);
  code.i32(available);
  pushBytes(lowering, length, element.log2);
  code.op("i32.sub");
  code.op("i32.gt_u");
  code.op("i32.or");
  lowering.trapIf(TrapCode.memoryOutOfBounds);
  const array = allocate(lowering, element, length, operands);
  code.get(array.address);
  code.i32(ARRAY_ELEMENTS);
  code.op("i32.add");
  lowering.get(start);
  pushBytes(lowering, length, element.log2);
  code.trapSite(TrapCode.memoryOutOfBounds);
  code.withItems("memory.init", module.dataAt(data), module.heapMemory);
  push(lowering, instruction, array);
}, "allocation");

const createFromElements = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const [start, length] = operands as readonly [Operand, Operand];
  const element = elementOf(module, instruction);
  const segment = module.segmentAt(instruction.immediates.index2);
  checkRange(lowering, start, length, () => segment.pushLength(code), TrapCode.tableOutOfBounds);
  const array = allocate(lowering, element, length, operands);
  code.get(array.address);
  code.i32(ARRAY_ELEMENTS);
  code.op("i32.add");
  segment.pushWords(code);
  pushBytes(lowering, start, element.log2);
  code.op("i32.add");
  pushBytes(lowering, length, element.log2);
  code.withItems("memory.copy", module.heapMemory, module.heapMemory);
  push(lowering, instruction, array);
}, "allocation");

function push(lowering: FunctionLowering, { pushed }: Instruction, { address }: NewArray): void {
  lowering.pushLocal(address, pushed[0] as ValType);
}

export const newArrayRules = {
  "array.new": create,
  "array.new_default": createDefault,
  "array.new_fixed": createFixed,
  "array.new_data": createFromData,
  "array.new_elem": createFromElements,
} satisfies RuleFamily;
