/**
 * Tests and casts.
 *
 * A type that has no subtypes, or an exact one, is one compare of the header. Others compare the header first, which is
 * right for most objects in most programs, and then look into the type's display of supertypes. Where the type has
 * custom descriptors, the header holds one of those: then the record is loaded first and compared in the header's
 * place. Abstract types look at the low bit (i31) and at the record's kind. Function references find their type's
 * record by index. A null, or an i31, is told apart first, unless the static type excludes it.
 */

import { isHeapSubtype } from "../../../core/types/subtype.ts";
import {
  AbstractHeap,
  abstractOf,
  I32,
  indexOf,
  isAbstract,
  isExact,
  isNullable,
  type ValType,
} from "../../../core/types/types.ts";
import { heapTypeByCode } from "../../../core/types/vocabulary.ts";
import { FUNCTION_TYPES_POINTER } from "../../../gc/layout/control-words.ts";
import { KIND_ARRAY, KIND_STRUCT } from "../../../gc/layout/record-kinds.ts";
import { isFunctionReference } from "../../../gc/layout/reference-types.ts";
import { TYPE_KIND } from "../../../gc/layout/type-record.ts";
import { pushIsNotNull, pushIsNull } from "../../access/null-check.ts";
import { pushIsInDisplay } from "../../access/type-check.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type RuleFamily, withTop } from "../../function/rule.ts";
import type { HostCode } from "../../host/host-code.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";
import { mayBeI31, pushDistance, pushHeader, pushIsI31, pushRecord } from "./header.ts";

const { array, eq, i31, struct } = AbstractHeap;
const result = { kind: "result", type: I32 } as const;

const isBottom = (type: ValType): boolean => isAbstract(type) && heapTypeByCode(abstractOf(type))?.isBottom === true;
const isAbstractOf = (type: ValType, code: number): boolean => isAbstract(type) && abstractOf(type) === code;

/** Pushes whether the operand is of the reference type `target`. */
function pushTest(lowering: FunctionLowering, operand: Operand, target: ValType): void {
  const { code, module } = lowering;
  const mayBeNull = isNullable(operand.type);
  if (isHeapSubtype(module.types, operand.type, target)) {
    if (mayBeNull && !isNullable(target)) pushIsNotNull(lowering, operand);
    else code.i32(1);
    return;
  }
  if (isBottom(target)) {
    if (mayBeNull && isNullable(target)) pushIsNull(lowering, operand);
    else code.i32(0);
    return;
  }
  if (!mayBeNull) {
    pushTestNonNull(lowering, operand, target);
    return;
  }
  pushIsNull(lowering, operand);
  code.block("if", result);
  code.i32(isNullable(target) ? 1 : 0);
  code.else();
  pushTestNonNull(lowering, operand, target);
  code.end();
}

/**
 * Pushes whether an operand that is not null is of the heap type of `target`, which is no bottom and not above the
 * operand's type.
 */
function pushTestNonNull(lowering: FunctionLowering, operand: Operand, target: ValType): void {
  const { code, module } = lowering;
  if (isAbstractOf(target, i31)) {
    pushIsI31(lowering, operand);
    return;
  }
  if (isFunctionReference(module.types, operand.type)) {
    pushFunctionTest(lowering, operand, target);
    return;
  }
  if (!mayBeI31(module, operand.type)) {
    pushObjectTest(lowering, operand, target);
    return;
  }
  pushIsI31(lowering, operand);
  code.block("if", result);
  code.i32(isAbstractOf(target, eq) ? 1 : 0);
  code.else();
  pushObjectTest(lowering, operand, target);
  code.end();
}

/** Pushes whether an object is of the heap type of `target`. */
function pushObjectTest(lowering: FunctionLowering, object: Operand, target: ValType): void {
  const { code, module } = lowering;
  pushHeader(lowering, object);
  if (isAbstract(target)) {
    pushRecord(code);
    code.access("i32.load", TYPE_KIND);
    pushKindTest(code, abstractOf(target));
    return;
  }
  const id = indexOf(target);
  if (hasNoSubtypes(module, target)) {
    pushCompare(module, code, id, true);
    return;
  }
  const found = lowering.temporary(I32);
  pushCompare(module, code, id, true, found);
  code.block("if", result);
  code.i32(1);
  code.else();
  pushIsSubtype(lowering, found, id);
  code.end();
}

/** Whether no other type is below the target. */
function hasNoSubtypes({ types }: ModuleLowering, target: ValType): boolean {
  return isExact(target) || types.type(indexOf(target)).final;
}

/**
 * With a header on the stack, pushes whether its type is just this, or whether it is not. What was looked at is left in
 * the local `found`: the header, or for a type with custom descriptors the record.
 */
function pushCompare(module: ModuleLowering, code: HostCode, id: number, equal: boolean, found?: number): void {
  const described = hasDescriptors(module, id);
  if (described) pushRecord(code);
  if (found !== undefined) code.tee(found);
  module.typeRecord(code, id);
  if (described) {
    code.op(equal ? "i32.eq" : "i32.ne");
    return;
  }
  pushDistance(code);
  code.op(equal ? "i32.lt_u" : "i32.ge_u");
}

function hasDescriptors({ types }: ModuleLowering, id: number): boolean {
  return types.type(id).descriptor !== undefined;
}

/** With what `pushCompare` left in `found`, pushes whether the type is a subtype. */
function pushIsSubtype(lowering: FunctionLowering, found: number, id: number): void {
  const { code, module } = lowering;
  if (hasDescriptors(module, id)) {
    pushIsInDisplay(module, code, found, id);
    return;
  }
  const record = lowering.temporary(I32);
  code.get(found);
  pushRecord(code);
  code.set(record);
  pushIsInDisplay(module, code, record, id);
}

/** With a record's kind on the stack, pushes whether it belongs to an abstract type. */
function pushKindTest(code: HostCode, heap: number): void {
  code.i32(heap === struct ? KIND_STRUCT : KIND_ARRAY);
  // Structs and arrays have the two lowest kinds.
  code.op(heap === struct || heap === array ? "i32.eq" : "i32.le_u");
}

/** Pushes whether a function is of a defined function type. */
function pushFunctionTest(lowering: FunctionLowering, reference: Operand, target: ValType): void {
  const { code, module } = lowering;
  const id = indexOf(target);
  const record = lowering.temporary(I32);
  code.i32(FUNCTION_TYPES_POINTER);
  code.access("i32.load", 0);
  lowering.get(reference);
  code.i32(2);
  code.op("i32.shl");
  code.op("i32.add");
  code.access("i32.load", 0);
  if (isExact(target) || module.types.type(id).final) {
    module.typeRecord(code, id);
    code.op("i32.eq");
    return;
  }
  code.set(record);
  pushIsInDisplay(module, code, record, id);
}

/** Traps unless the operand is of the type `target`. */
function check(lowering: FunctionLowering, operand: Operand, target: ValType): void {
  const { code, module } = lowering;
  const isObject = !isAbstract(target) && !isFunctionReference(module.types, target);
  if (!isObject || isHeapSubtype(module.types, operand.type, target)) {
    const mayFail =
      !isHeapSubtype(module.types, operand.type, target) || (isNullable(operand.type) && !isNullable(target));
    if (!mayFail) return;
    pushTest(lowering, operand, target);
    code.op("i32.eqz");
    lowering.trapIf(TrapCode.castFailure);
    return;
  }
  const skipsNull = isNullable(operand.type) && isNullable(target);
  code.block("block");
  if (skipsNull) {
    pushIsNull(lowering, operand);
    code.branch("br_if", 0);
  }
  checkObject(lowering, operand, target);
  code.end();
}

/** Inside a block that is left where the cast succeeds: a null that must fail traps by itself. */
function checkObject(lowering: FunctionLowering, operand: Operand, target: ValType): void {
  const { code, module } = lowering;
  const id = indexOf(target);
  if (mayBeI31(module, operand.type)) {
    pushIsI31(lowering, operand);
    lowering.trapIf(TrapCode.castFailure);
  }
  pushHeader(lowering, operand, TrapCode.castFailure);
  if (hasNoSubtypes(module, target)) {
    pushCompare(module, code, id, false);
    lowering.trapIf(TrapCode.castFailure);
    return;
  }
  const found = lowering.temporary(I32);
  pushCompare(module, code, id, true, found);
  code.branch("br_if", 0);
  pushIsSubtype(lowering, found, id);
  code.op("i32.eqz");
  lowering.trapIf(TrapCode.castFailure);
}

const test = withTop((lowering, instruction, [reference]) => {
  pushTest(lowering, reference as Operand, lowering.module.resolve(instruction.immediates.heap));
  lowering.pushResults(instruction);
});

const cast = withTop((lowering, { immediates, pushed }, [reference]) => {
  check(lowering, reference as Operand, lowering.module.resolve(immediates.heap));
  lowering.pushOperand(reference as Operand, pushed[0] as ValType);
});

/** The reference stays on the host's stack, where the label or the code behind takes it. */
function branch(onSuccess: boolean) {
  return withTop((lowering, instruction: Instruction, [reference]) => {
    const { code, labels, module } = lowering;
    lowering.get(reference as Operand);
    pushTest(lowering, reference as Operand, module.resolve(instruction.immediates.heap2));
    if (!onSuccess) code.op("i32.eqz");
    code.branch("br_if", labels.branch(instruction.immediates.label));
    lowering.pushResults(instruction);
  });
}

export const castRules = {
  "ref.test": test,
  "ref.cast": cast,
  br_on_cast: branch(true),
  br_on_cast_fail: branch(false),
} satisfies RuleFamily;
