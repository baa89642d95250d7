/**
 * Where the fields of an object are.
 *
 *     struct   header | fields of the supertypes, where those have them | own fields
 *     array    header | length | elements
 *     custom descriptor   header | record of the described type | fields, as of any struct
 *
 * A struct begins as its supertype does, so that code for the supertype works on it. Own fields are placed at multiples
 * of their size, larger ones first; smaller ones fill the gaps that this leaves. Packed fields take their one or two
 * bytes, references four.
 */

import { assert } from "../../core/base/assert.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import {
  F32,
  F64,
  I8,
  I16,
  I32,
  I64,
  type StorageType,
  type StructType,
  V128,
  type ValType,
} from "../../core/types/types.ts";
import { ARRAY_ELEMENTS, DESCRIPTOR_FIELDS, OBJECT_ALIGN, STRUCT_FIELDS } from "./objects.ts";
import { isScanned } from "./reference-types.ts";

export interface StructLayout {
  /** Bytes of an object, a multiple of 8. */
  readonly size: number;
  /** Byte offset of each field. */
  readonly offsets: readonly number[];
  /** Byte offsets of the references that the collector follows, in ascending order. */
  readonly references: readonly number[];
}

export interface ArrayLayout {
  /** Base-2 logarithm of an element's bytes. */
  readonly elementLog2: number;
  /** Whether the collector follows the elements. */
  readonly references: boolean;
}

/** A layout that a subtype goes on from. */
interface OpenLayout extends StructLayout {
  readonly end: number;
  readonly gaps: readonly Gap[];
}
interface Gap {
  readonly start: number;
  readonly end: number;
}

const structLayouts = new WeakMap<TypeStore, Map<number, OpenLayout>>();

/** Bytes of a field or element, as a power of two. */
export function storageLog2(type: StorageType): number {
  switch (type) {
    case I8:
      return 0;
    case I16:
      return 1;
    case I32:
    case F32:
      return 2;
    case I64:
    case F64:
      return 3;
    case V128:
      return 4;
    default:
      return 2;
  }
}

/** True for references that the collector follows: an address, an i31 or null. */
function isHeapReference(types: TypeStore, type: ValType): boolean {
  return isScanned(types, type);
}

export function structLayout(types: TypeStore, id: number): StructLayout {
  let layouts = structLayouts.get(types);
  if (layouts === undefined) {
    layouts = new Map();
    structLayouts.set(types, layouts);
  }
  let above: OpenLayout | undefined;
  // From the root down, so that a long chain of supertypes needs no recursion.
  for (const each of types.display(id)) {
    let layout = layouts.get(each);
    if (layout === undefined) {
      layout = extend(types, structType(types, each), above ?? emptyLayout(types, each));
      layouts.set(each, layout);
    }
    above = layout;
  }
  return above as OpenLayout;
}

function structType(types: TypeStore, id: number): StructType {
  const { composite } = types.type(id);
  assert(composite.kind === "struct", "only structs have fields");
  return composite;
}

/** What a type without a supertype begins with. All supertypes of a descriptor's type are such types themselves. */
function emptyLayout(types: TypeStore, id: number): OpenLayout {
  const end = types.type(id).describes === undefined ? STRUCT_FIELDS : DESCRIPTOR_FIELDS;
  return { size: OBJECT_ALIGN, offsets: [], references: [], end, gaps: [] };
}

/** Places the fields that a type has beyond its supertype's. */
function extend(types: TypeStore, { fields }: StructType, above: OpenLayout): OpenLayout {
  const offsets = [...above.offsets];
  const gaps = [...above.gaps];
  let { end } = above;
  const own = [...fields.keys()].slice(offsets.length);
  const sizeOf = (index: number): number => 1 << storageLog2(fields[index]?.storage as StorageType);
  own.sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const index of own) {
    const bytes = sizeOf(index);
    const gap = takeGap(gaps, bytes);
    if (gap !== undefined) {
      offsets[index] = gap;
      continue;
    }
    const start = alignUp(end, Math.min(bytes, OBJECT_ALIGN));
    if (start > end) gaps.push({ start: end, end: start });
    offsets[index] = start;
    end = start + bytes;
  }
  const references = offsets
    .filter((_, index) => isHeapReference(types, fields[index]?.storage as ValType))
    .sort((a, b) => a - b);
  return { size: alignUp(end, OBJECT_ALIGN), offsets, references, end, gaps };
}

/** Takes `bytes` out of the first gap that has them, aligned, and returns the offset. */
function takeGap(gaps: Gap[], bytes: number): number | undefined {
  for (const [i, gap] of gaps.entries()) {
    const start = alignUp(gap.start, bytes);
    if (start + bytes > gap.end) continue;
    const rest = [
      { start: gap.start, end: start },
      { start: start + bytes, end: gap.end },
    ].filter((part) => part.end > part.start);
    gaps.splice(i, 1, ...rest);
    return start;
  }
  return undefined;
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}

export function arrayLayout(types: TypeStore, id: number): ArrayLayout {
  const { composite } = types.type(id);
  assert(composite.kind === "array", "only arrays have elements");
  const { storage } = composite.element;
  return { elementLog2: storageLog2(storage), references: isHeapReference(types, storage) };
}

/** Bytes of an array of so many elements, a multiple of 8. */
export function arrayBytes(elementLog2: number, length: number): number {
  return alignUp(ARRAY_ELEMENTS + length * 2 ** elementLog2, OBJECT_ALIGN);
}
