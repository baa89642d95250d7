/**
 * The first word of an object: the address of its type record or of its custom descriptor, and the collector's flags
 * (gc/layout/objects.ts has the picture).
 */

import { AbstractHeap, abstractOf, isAbstract, type ValType } from "../../../core/types/types.ts";
import { HEADER_FLAGS_MASK } from "../../../gc/layout/objects.ts";
import { hierarchyOf } from "../../../gc/layout/reference-types.ts";
import { TYPE_RECORD } from "../../../gc/layout/type-record.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import type { HostCode } from "../../host/host-code.ts";
import type { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

const { any, eq, i31 } = AbstractHeap;

/** True for a reference type to which small integers belong. */
export function mayBeI31(module: ModuleLowering, type: ValType): boolean {
  if (!isAbstract(type) || hierarchyOf(module.types, type) !== any) return false;
  const heap = abstractOf(type);
  return heap === any || heap === eq || heap === i31;
}

/** Pushes whether the operand is a small integer. */
export function pushIsI31(lowering: FunctionLowering, operand: Operand): void {
  lowering.get(operand);
  lowering.code.i32(1);
  lowering.code.op("i32.and");
}

/** Pushes an object's header. A null traps, as `onNull` says where it is given. */
export function pushHeader(lowering: FunctionLowering, object: Operand, onNull?: TrapCode): void {
  lowering.get(object);
  lowering.code.access("i32.load", 0, onNull);
}

/** Takes the flags off a header on the stack. */
export function dropFlags(code: HostCode): void {
  code.i32(~HEADER_FLAGS_MASK);
  code.op("i32.and");
}

/** Of a header on the stack, pushes the type record. */
export function pushRecord(code: HostCode): void {
  dropFlags(code);
  code.access("i32.load", TYPE_RECORD);
}

/**
 * With a header and a record's or descriptor's address on the stack, pushes two numbers: the first is below the second,
 * unsigned, if the header holds this address.
 */
export function pushDistance(code: HostCode): void {
  code.op("i32.xor");
  code.i32(HEADER_FLAGS_MASK + 1);
}
