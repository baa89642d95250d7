/**
 * Subtyping and the structural rules behind it. All types here are canonical: their indices are ids of one `TypeStore`.
 *
 * Each rule names its section in the core specification, or the proposal that adds it.
 */
import type { TypeStore } from "./type-store.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  type AbstractHeapName,
  abstractOf,
  BOT,
  BOT_REF,
  type CompositeType,
  type FieldType,
  indexOf,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  isUnknownShare,
  refAbstract,
  refDefined,
  type ValType,
  withoutNull,
} from "./types.ts";
import { type AbstractHeapType, abstractHeapTypes, bottoms, type Hierarchy, heapTypeByCode } from "./vocabulary.ts";

const { array, cont, func, nocont, nowaitqueue, struct } = AbstractHeap;

/**
 * Which abstract heap type is below which (core 3.3.3), reflexive, as a table of 32 x 32 over the codes 0x5B .. 0x75.
 */
const FIRST_CODE = nowaitqueue;
const abstractTable = new Uint8Array(32 * 32);
for (const { name, code, above } of abstractHeapTypes) {
  for (const other of [name, ...above])
    abstractTable[((code - FIRST_CODE) << 5) | (AbstractHeap[other] - FIRST_CODE)] = 1;
}
const isAbstractSubtype = (a: AbstractHeapCode, b: AbstractHeapCode): boolean =>
  abstractTable[((a - FIRST_CODE) << 5) | (b - FIRST_CODE)] === 1;

/** The abstract heap type just above all types of a kind (core 3.3.3: `struct <: eq`, ...). */
const abstractOfKind = { func, struct, array, cont } as const;
const hierarchyOf = (code: AbstractHeapCode): Hierarchy => (heapTypeByCode(code) as AbstractHeapType).hierarchy;
type Kind = keyof typeof abstractOfKind;
const ofEachKind = (choose: (hierarchy: Hierarchy) => AbstractHeapName): Readonly<Record<Kind, AbstractHeapCode>> => ({
  func: AbstractHeap[choose(hierarchyOf(func))],
  struct: AbstractHeap[choose(hierarchyOf(struct))],
  array: AbstractHeap[choose(hierarchyOf(array))],
  cont: AbstractHeap[choose(hierarchyOf(cont))],
});
/** The bottom and the top of the hierarchy of all types of a kind. */
const bottomOfKind = ofEachKind((hierarchy) => bottoms[hierarchy]);
const topOfKind = ofEachKind((hierarchy) => hierarchy);

/**
 * Core 3.3.10 "Defined types", declared subtyping: reflexive and transitive over the declared supertypes. The display
 * makes that one comparison: `b` is above `a` if it stands in `a`'s list of supertypes at its own depth.
 */
export function isSubtypeId(store: TypeStore, a: number, b: number): boolean {
  return a === b || store.display(a)[store.depth(b)] === b;
}

/** Core 3.3.5 "Value types", 3.3.4 "Reference types": nullability is covariant, then heap types are compared. */
export function isSubtype(store: TypeStore, a: ValType, b: ValType): boolean {
  if (a === b || a === BOT) return true;
  if (a < 0 || b < 0) return false;
  if (isNullable(a) && !isNullable(b)) return false;
  return isHeapSubtype(store, a, b);
}

/** Core 3.3.3 "Heap types"; the nullability of both sides is ignored. */
export function isHeapSubtype(store: TypeStore, a: ValType, b: ValType): boolean {
  if (isAbstract(a)) {
    if (abstractOf(a) === abstractOf(BOT_REF)) return true;
    return isAbstract(b) ? isAbstractBelowAbstract(a, b) : isAbstractBelowDefined(store, a, indexOf(b));
  }
  if (isAbstract(b)) return isDefinedBelowAbstract(store, indexOf(a), b);
  // Custom descriptors, "Exact types": `exact x <: x`, and nothing but `exact x` and bottoms is below `exact x`.
  if (isExact(b)) return isExact(a) && indexOf(a) === indexOf(b);
  return isSubtypeId(store, indexOf(a), indexOf(b));
}

/**
 * Shared-everything threads, "Heap types": shared and unshared types are never subtypes of one another, and the shared
 * hierarchy mirrors the unshared one; "Instructions": `bot-share` is below both.
 */
function isAbstractBelowAbstract(a: ValType, b: ValType): boolean {
  return (
    (isUnknownShare(a) || (!isUnknownShare(b) && isAbstractShared(a) === isAbstractShared(b))) &&
    isAbstractSubtype(abstractOf(a), abstractOf(b))
  );
}

/** Core 3.3.3: only the bottom of its hierarchy is below a defined type, exact or not, and with the same sharedness. */
function isAbstractBelowDefined(store: TypeStore, a: ValType, b: number): boolean {
  const type = store.type(b);
  return (
    abstractOf(a) === bottomOfKind[type.composite.kind] && (isUnknownShare(a) || isAbstractShared(a) === type.shared)
  );
}

/**
 * Core 3.3.3: a defined type is below the abstract type of its kind and what is above that, with the same sharedness.
 */
function isDefinedBelowAbstract(store: TypeStore, a: number, b: ValType): boolean {
  const type = store.type(a);
  if (isUnknownShare(b) || isAbstractShared(b) !== type.shared || abstractOf(b) === abstractOf(BOT_REF)) return false;
  return isAbstractSubtype(abstractOfKind[type.composite.kind], abstractOf(b));
}

/** Whether a reference's heap type is shared; undefined where unreachable code does not tell. */
export function sharednessOf(store: TypeStore, ref: ValType): boolean | undefined {
  if (!isAbstract(ref)) return store.type(indexOf(ref)).shared;
  return isUnknownShare(ref) ? undefined : isAbstractShared(ref);
}

/** Shared-everything threads, "Heap types": whether a value type is `ok(shared)`. Numbers and vectors always are. */
export function isSharedValue(store: TypeStore, type: ValType): boolean {
  return type < 0 || sharednessOf(store, type) !== false;
}

/**
 * Whether a reference is to a continuation: below `cont`, shared or not (stack switching, "Instructions": not
 * `castable`).
 */
export function isContinuation(store: TypeStore, ref: ValType): boolean {
  if (!isAbstract(ref)) return store.type(indexOf(ref)).composite.kind === "cont";
  return abstractOf(ref) === cont || abstractOf(ref) === nocont;
}

/** The nullable reference to the top of a reference's hierarchy, with its sharedness. Not for `BOT_REF`. */
export function topOf(store: TypeStore, ref: ValType): ValType {
  if (isAbstract(ref)) return refAbstract(AbstractHeap[hierarchyOf(abstractOf(ref))], true, isAbstractShared(ref));
  const type = store.type(indexOf(ref));
  return refAbstract(topOfKind[type.composite.kind], true, type.shared);
}

/** Core 3.2.6 "Value types", defaultable: numbers, vectors and nullable references have a default value. */
export const isDefaultable = (type: ValType): boolean => type < 0 || isNullable(type);

/** Core 3.3.9 "Field types": an immutable field is covariant, a mutable one invariant. */
function isFieldSubtype(store: TypeStore, a: FieldType, b: FieldType): boolean {
  if (a.mutable !== b.mutable) return false;
  return b.mutable ? a.storage === b.storage : isSubtype(store, a.storage, b.storage);
}

/** Core 3.3.8 "Composite types"; stack switching for `cont`. */
export function isCompositeSubtype(store: TypeStore, a: CompositeType, b: CompositeType): boolean {
  // Functions: parameters contravariant, results covariant.
  if (a.kind === "func" && b.kind === "func") return isFuncSubtype(store, a.params, a.results, b.params, b.results);
  // Structures: a subtype may have more fields at the end.
  if (a.kind === "struct" && b.kind === "struct") {
    return (
      a.fields.length >= b.fields.length &&
      b.fields.every((field, i) => isFieldSubtype(store, a.fields[i] as FieldType, field))
    );
  }
  if (a.kind === "array" && b.kind === "array") return isFieldSubtype(store, a.element, b.element);
  // Continuations: covariant in their function type.
  return a.kind === "cont" && b.kind === "cont" && isSubtypeId(store, a.func, b.func);
}

/** Core 3.3.8, function types given by their parts, so that instructions can compare parts of a type. */
export function isFuncSubtype(
  store: TypeStore,
  aParams: readonly ValType[],
  aResults: readonly ValType[],
  bParams: readonly ValType[],
  bResults: readonly ValType[],
): boolean {
  return areSubtypes(store, bParams, aParams) && areSubtypes(store, aResults, bResults);
}

/** Core 3.3.6 "Result types": the same length, and each below its counterpart. */
export function areSubtypes(store: TypeStore, a: readonly ValType[], b: readonly ValType[]): boolean {
  return a.length === b.length && a.every((type, i) => isSubtype(store, type, b[i] as ValType));
}

/**
 * Core 2.3 "Reference types", type difference: what is left of `a` after a cast to `b` took its share: no null, if `b`
 * took null.
 */
export function difference(a: ValType, b: ValType): ValType {
  return isNullable(b) ? withoutNull(a) : a;
}

/** The non-null exact reference to a defined type: what allocating instructions push. */
export const exactRef = (id: number): ValType => refDefined(id, false, true);
