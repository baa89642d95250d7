/**
 * Value, reference and heap types in the binary format (core 5.3.1 to 5.3.5; shared-everything-threads,
 * custom-descriptors, stack-switching, "Binary format"). Each type's byte is a feature's: a type of a feature that is
 * off is refused by the feature's name.
 */
import { invalid } from "../base/errors.ts";
import type { FeatureName } from "../base/features.ts";
import {
  AbstractHeap,
  abstractOf,
  type HeapType,
  indexOf,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  isPacked,
  isRef,
  refAbstract,
  refDefined,
  type StorageType,
  V128,
  type ValType,
  withNull,
} from "../types/types.ts";
import { heapTypeByCode, numberTypes, type PlainType, packedTypes } from "../types/vocabulary.ts";
import type { Reader } from "./reader.ts";
import { limits } from "./sections.ts";
import type { Writer } from "./writer.ts";

const REF_NON_NULL = 0x64;
const REF_NULL = 0x63;
const EXACT = 0x62;
const SHARED = 0x65;
const plainTypes = [...numberTypes, ...packedTypes];
const typeOfCode: ReadonlyMap<number, PlainType> = new Map(plainTypes.map((row) => [row.code, row]));
const codeOfPlain: ReadonlyMap<ValType, number> = new Map(plainTypes.map(({ type, code }) => [type, code]));

/** Refuses what belongs to a feature that is off; `at` is an index into the reader's bytes. */
export function requireFeature(reader: Reader, feature: FeatureName, phrase: string, at: number): void {
  if (!reader.features.has(feature))
    reader.fail(`${phrase}: the feature ${feature} is off`, "feature-off", at, `the feature ${feature}`);
}

/** A type index, which a module that defines no more types than any may can really have. */
export function readTypeIndex(reader: Reader): number {
  const at = reader.pos;
  return checkTypeIndex(reader, reader.u32(), at);
}

/** The same for an index already read, `at` in the reader's bytes. */
export function checkTypeIndex(reader: Reader, index: number, at: number): number {
  // Not malformed: the index is well written, but no module has that type.
  if (index >= limits.types) invalid(`unknown type ${index}`, "unknown-type", reader.base + at);
  return index;
}

function readAbstract(reader: Reader, code: number, shared: boolean, phrase: string, at: number): HeapType {
  const heap = heapTypeByCode(code);
  if (heap === undefined) return reader.fail(phrase, "malformed-type", at);
  requireFeature(reader, heap.feature, phrase, at);
  return refAbstract(heap.code, false, shared);
}

/** A heap type, as the non-null reference to it. */
export function readHeapType(reader: Reader, phrase = "malformed heap type"): HeapType {
  const at = reader.pos;
  const first = reader.peek();
  if (first === EXACT) {
    reader.pos++;
    requireFeature(reader, "custom-descriptors", phrase, at);
    return refDefined(readTypeIndex(reader), false, true);
  }
  if (first === SHARED) {
    reader.pos++;
    requireFeature(reader, "shared-everything-threads", phrase, at);
    return readAbstract(reader, reader.u8(), true, phrase, at);
  }
  if ((first & 0xc0) === 0x40) {
    reader.pos++;
    return readAbstract(reader, first, false, phrase, at);
  }
  const index = reader.s33();
  if (index < 0) reader.fail(phrase, "malformed-type", at);
  requireFeature(reader, "function-references", phrase, at);
  return refDefined(checkTypeIndex(reader, index, at), false);
}

/** A reference type; `funcref` needs no feature where `tableElement`. */
export function readRefType(reader: Reader, phrase = "malformed reference type", tableElement = false): ValType {
  const at = reader.pos;
  const first = reader.u8();
  switch (first) {
    case REF_NON_NULL:
    case REF_NULL: {
      requireFeature(reader, "function-references", phrase, at);
      const heap = readHeapType(reader, phrase);
      return first === REF_NULL ? withNull(heap) : heap;
    }
    case SHARED:
      requireFeature(reader, "shared-everything-threads", phrase, at);
      return withNull(readAbstract(reader, reader.u8(), true, phrase, at));
    case AbstractHeap.func:
      if (tableElement) return refAbstract(AbstractHeap.func, true);
  }
  return withNull(readAbstract(reader, first, false, phrase, at));
}

/** A value type. */
export function readValType(reader: Reader, phrase = "malformed value type"): ValType {
  const first = reader.peek();
  const plain = typeOfCode.get(first);
  if (plain === undefined) return readRefType(reader, phrase);
  if (isPacked(plain.type)) reader.fail(phrase, "malformed-type");
  if (plain.type === V128) requireFeature(reader, plain.feature, phrase, reader.pos);
  reader.pos++;
  return plain.type;
}

/** A storage type: a value type, `i8` or `i16`. */
export function readStorageType(reader: Reader): StorageType {
  const packed = typeOfCode.get(reader.peek())?.type;
  if (packed !== undefined && isPacked(packed)) {
    reader.pos++;
    return packed;
  }
  return readValType(reader, "malformed storage type");
}

/** Writes a heap type: the type that the reference points to, whether it may be null or not. */
export function writeHeapType(writer: Writer, heap: HeapType): void {
  if (isAbstract(heap)) {
    if (isAbstractShared(heap)) writer.u8(SHARED);
    writer.u8(abstractOf(heap));
  } else if (isExact(heap)) {
    writer.u8(EXACT);
    writer.u32(indexOf(heap));
  } else {
    writer.s33(indexOf(heap));
  }
}

/** Writes a value or storage type; nullable references to unshared abstract types in their short form. */
export function writeValType(writer: Writer, type: StorageType): void {
  if (!isRef(type)) {
    writer.u8(codeOfPlain.get(type) as number);
    return;
  }
  if (isNullable(type) && isAbstract(type) && !isAbstractShared(type)) {
    writer.u8(abstractOf(type));
    return;
  }
  writer.u8(isNullable(type) ? REF_NULL : REF_NON_NULL);
  writeHeapType(writer, type);
}
