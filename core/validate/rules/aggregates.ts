/**
 * Structures and arrays (core 3.4.7 "Aggregate reference instructions"; for types with a descriptor: custom
 * descriptors, "Allocation").
 */
import type { Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import { exactRef, isDefaultable, isSubtype } from "../../types/subtype.ts";
import {
  type FieldType,
  I8,
  I16,
  I32,
  isPacked,
  isRef,
  refDefined,
  type StorageType,
  type StructType,
  type ValType,
} from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { checkData, elemAt, elementAt, fieldAt, idAt, structAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { requireSubtype } from "./tables.ts";

/** WebAssembly JavaScript Interface, "Implementation-defined Limits". */
const MAX_FIXED_ELEMENTS = 10_000;

/** The operand that a field is read or written as: packed ones as `i32` (core 2.3 "Field types"). */
export const unpacked = (storage: StorageType): ValType => (storage === I8 || storage === I16 ? I32 : storage);

/** Core 3.4.7, `get`: packed fields are read with a sign, others without. */
export function checkSign(body: Body, row: Row, field: FieldType): void {
  const signed = row.sign !== undefined;
  if (signed === isPacked(field.storage)) return;
  if (signed) {
    body.fail(
      "packed-type",
      `type mismatch: cannot use ${row.name} with non-packed storage types such as ${body.name(field.storage)}`,
      "i8 or i16",
    );
  }
  const what = row.place;
  const only = `can only use ${what} \`get\` with non-packed storage types`;
  body.fail(
    "packed-type",
    `type mismatch: ${only}, cannot use ${what}.get with packed storage types`,
    "an unpacked type",
  );
}

export function requireMutable(body: Body, what: "field" | "array", { mutable }: FieldType): void {
  if (!mutable) body.fail("immutable-field", `immutable ${what}: ${what} is immutable`, `a mutable ${what}`);
}

/** Custom descriptors: whether a type has a descriptor decides how its values are allocated. */
function requireNoDescriptor(body: Body, index: number): void {
  if (body.types.type(idAt(body, index)).descriptor !== undefined) {
    body.fail("descriptor", `type with descriptor requires descriptor allocation: type ${index}`, "struct.new_desc");
  }
}

export function popFields(body: Body, { fields }: StructType): void {
  for (let i = fields.length - 1; i >= 0; i--) body.pop(unpacked((fields[i] as FieldType).storage));
}

export function requireDefaultable(body: Body, { storage }: FieldType): void {
  if (!isDefaultable(storage))
    body.fail(
      "not-defaultable",
      `type mismatch: ${body.name(storage)} is not defaultable`,
      "a type with a default value",
    );
}

function newStruct(body: Body, index: number): void {
  const struct = structAt(body, index);
  requireNoDescriptor(body, index);
  popFields(body, struct);
  body.push(exactRef(idAt(body, index)));
}

function newDefaultStruct(body: Body, index: number): void {
  const struct = structAt(body, index);
  requireNoDescriptor(body, index);
  for (const field of struct.fields) requireDefaultable(body, field);
  body.push(exactRef(idAt(body, index)));
}

function getField(body: Body, { index, index2 }: Immediates, row: Row): void {
  const field = fieldAt(body, index, index2);
  checkSign(body, row, field);
  body.pop(refDefined(idAt(body, index), true));
  body.push(unpacked(field.storage));
}

function setField(body: Body, { index, index2 }: Immediates): void {
  const field = fieldAt(body, index, index2);
  requireMutable(body, "field", field);
  body.pop(unpacked(field.storage));
  body.pop(refDefined(idAt(body, index), true));
}

const nullableArray = (body: Body, index: number): ValType => refDefined(idAt(body, index), true);

function newFixedArray(body: Body, { index, count }: Immediates): void {
  const type = unpacked(elementAt(body, index).storage);
  if (count > MAX_FIXED_ELEMENTS)
    body.fail("limit", `array.new_fixed has ${count} operands`, `at most ${MAX_FIXED_ELEMENTS} operands`);
  for (let i = 0; i < count; i++) body.pop(type);
  body.push(exactRef(idAt(body, index)));
}

/** Core 3.4.7, `array.new_data`: bytes can become numbers and vectors only. */
function requireNumeric(body: Body, { storage }: FieldType): void {
  if (isRef(storage))
    body.fail("array-type", "array type is not numeric or vector", "a numeric or vector element type");
}

/** Pops `[offset, length]` in a segment and pushes the new array. */
function newFromSegment(body: Body, index: number): void {
  body.pop(I32);
  body.pop(I32);
  body.push(exactRef(idAt(body, index)));
}

/** Pops `[array, index, offset in the segment, length]`. */
function initFromSegment(body: Body, index: number): void {
  body.pop(I32);
  body.pop(I32);
  body.pop(I32);
  body.pop(nullableArray(body, index));
}

function copyArray(body: Body, { index, index2 }: Immediates): void {
  const target = elementAt(body, index);
  const source = elementAt(body, index2);
  requireMutable(body, "array", target);
  // Core 3.4.7, `array.copy`: packed types must be the same, others may be subtypes.
  if (!isSubtype(body.types, source.storage, target.storage)) {
    body.fail(
      "array-type",
      `array types do not match: ${body.name(source.storage)} and ${body.name(target.storage)}`,
      body.name(target.storage),
    );
  }
  body.pop(I32);
  body.pop(I32);
  body.pop(nullableArray(body, index2));
  body.pop(I32);
  body.pop(nullableArray(body, index));
}

export const aggregateRules: Rules<
  | "struct.new"
  | "struct.new_default"
  | "struct.get"
  | "struct.set"
  | "array.new"
  | "array.new_default"
  | "array.new_fixed"
  | "array.new_data"
  | "array.new_elem"
  | "array.get"
  | "array.set"
  | "array.fill"
  | "array.copy"
  | "array.init_data"
  | "array.init_elem"
> = {
  "struct.new": (body, { index }) => newStruct(body, index),
  "struct.new_default": (body, { index }) => newDefaultStruct(body, index),
  "struct.get": getField,
  "struct.set": setField,
  "array.new": (body, { index }) => {
    const element = elementAt(body, index);
    body.pop(I32);
    body.pop(unpacked(element.storage));
    body.push(exactRef(idAt(body, index)));
  },
  "array.new_default": (body, { index }) => {
    requireDefaultable(body, elementAt(body, index));
    body.pop(I32);
    body.push(exactRef(idAt(body, index)));
  },
  "array.new_fixed": newFixedArray,
  "array.new_data": (body, { index, index2 }) => {
    requireNumeric(body, elementAt(body, index));
    checkData(body, index2);
    newFromSegment(body, index);
  },
  "array.new_elem": (body, { index, index2 }) => {
    requireSubtype(body, elemAt(body, index2), elementAt(body, index).storage);
    newFromSegment(body, index);
  },
  "array.get": (body, { index }, row) => {
    const element = elementAt(body, index);
    checkSign(body, row, element);
    body.pop(I32);
    body.pop(nullableArray(body, index));
    body.push(unpacked(element.storage));
  },
  "array.set": (body, { index }) => {
    const element = elementAt(body, index);
    requireMutable(body, "array", element);
    body.pop(unpacked(element.storage));
    body.pop(I32);
    body.pop(nullableArray(body, index));
  },
  "array.fill": (body, { index }) => {
    const element = elementAt(body, index);
    requireMutable(body, "array", element);
    body.pop(I32);
    body.pop(unpacked(element.storage));
    body.pop(I32);
    body.pop(nullableArray(body, index));
  },
  "array.copy": copyArray,
  "array.init_data": (body, { index, index2 }) => {
    const element = elementAt(body, index);
    requireMutable(body, "array", element);
    requireNumeric(body, element);
    checkData(body, index2);
    initFromSegment(body, index);
  },
  "array.init_elem": (body, { index, index2 }) => {
    const element = elementAt(body, index);
    requireMutable(body, "array", element);
    requireSubtype(body, elemAt(body, index2), element.storage);
    initFromSegment(body, index);
  },
};
