/**
 * The types of the language, as small integers.
 *
 * A value type is compared, stored and passed millions of times while a module is checked, so it is one number and
 * two equal types are `===`:
 *
 *     negative:  a number, vector or packed type, or bottom; see the constants below
 *
 *     24        4   3    2    1     0
 *     +---------+----+----+----+----+
 *     |  index  |X/B | S  | A  | N  |      a reference type, zero or positive
 *     +---------+----+----+----+----+
 *       N  nullable
 *       A  abstract: index is the abstract heap type's byte (0x6E `any`, ...); else a type index
 *       S  shared (abstract only; a defined type carries its own sharedness)
 *       X  exact (defined types only: custom-descriptors, "Exact types")
 *       B  sharedness unknown (abstract bottoms in unreachable code only: shared-everything-threads, "bot-share")
 *
 * In a decoded `Module` the index is the module's own `typeidx`; after `TypeStore.canonicalize` it is a canonical id,
 * the same in all modules of a store. Which of the two a number holds is told by where it is found: `Module` holds the
 * first, `ValidModule` and all later stages the second.
 */

declare const valType: unique symbol;
/** A value type: number, vector, reference, or bottom. */
export type ValType = number & { readonly [valType]: true };
/** A field's type: a value type, or the packed `i8` and `i16`. */
export type StorageType = ValType;

export const I32 = -1 as ValType;
export const I64 = -2 as ValType;
export const F32 = -3 as ValType;
export const F64 = -4 as ValType;
export const V128 = -5 as ValType;
/** The packed storage types; never on the operand stack. */
export const I8 = -8 as StorageType;
export const I16 = -9 as StorageType;
/** The type of an operand popped from the polymorphic stack of unreachable code. */
export const BOT = -16 as ValType;

/** Abstract heap types by their byte in the binary format (core 5.3.4; ENCODINGS for the proposals'). */
export const AbstractHeap = {
  nocont: 0x75,
  noexn: 0x74,
  nofunc: 0x73,
  noextern: 0x72,
  none: 0x71,
  func: 0x70,
  extern: 0x6f,
  any: 0x6e,
  eq: 0x6d,
  i31: 0x6c,
  struct: 0x6b,
  array: 0x6a,
  exn: 0x69,
  cont: 0x68,
  waitqueue: 0x5c,
  nowaitqueue: 0x5b,
} as const;
export type AbstractHeapName = keyof typeof AbstractHeap;
export type AbstractHeapCode = (typeof AbstractHeap)[AbstractHeapName];

const NULLABLE = 1;
const ABSTRACT = 2;
const SHARED = 4;
const EXACT = 8;
const UNKNOWN_SHARE = 8;

/** A reference to an abstract heap type. */
export function refAbstract(code: AbstractHeapCode, nullable: boolean, shared = false): ValType {
  return ((code << 4) | ABSTRACT | (nullable ? NULLABLE : 0) | (shared ? SHARED : 0)) as ValType;
}

/** A reference to a bottom heap type of which unreachable code does not tell whether it is shared. */
export function refUnknownShare(code: AbstractHeapCode): ValType {
  return ((code << 4) | ABSTRACT | UNKNOWN_SHARE) as ValType;
}

/** A reference to a defined type by type index or canonical id. */
export function refDefined(index: number, nullable: boolean, exact = false): ValType {
  return ((index << 4) | (nullable ? NULLABLE : 0) | (exact ? EXACT : 0)) as ValType;
}

/**
 * A non-null reference of which unreachable code tells neither heap type nor sharedness: a subtype of every reference.
 */
export const BOT_REF = refUnknownShare(0 as AbstractHeapCode);

export const isRef = (type: ValType): boolean => type >= 0;
export const isNumeric = (type: ValType): boolean => type >= F64 && type <= I32;
export const isVector = (type: ValType): boolean => type === V128;
export const isPacked = (type: StorageType): boolean => type === I8 || type === I16;
export const isNullable = (ref: ValType): boolean => (ref & NULLABLE) !== 0;
/** True when the heap type is abstract; false when it is a defined type. */
export const isAbstract = (ref: ValType): boolean => (ref & ABSTRACT) !== 0;
export const isAbstractShared = (ref: ValType): boolean => (ref & (ABSTRACT | SHARED)) === (ABSTRACT | SHARED);
export const isUnknownShare = (ref: ValType): boolean =>
  (ref & (ABSTRACT | UNKNOWN_SHARE)) === (ABSTRACT | UNKNOWN_SHARE);
export const isExact = (ref: ValType): boolean => (ref & (ABSTRACT | EXACT)) === EXACT;
/** The abstract heap type's code of an abstract reference. */
export const abstractOf = (ref: ValType): AbstractHeapCode => (ref >> 4) as AbstractHeapCode;
/** The type index (in a `Module`) or canonical id (later) of a reference to a defined type. */
export const indexOf = (ref: ValType): number => ref >> 4;
export const withNull = (ref: ValType): ValType => (ref | NULLABLE) as ValType;
export const withoutNull = (ref: ValType): ValType => (ref & ~NULLABLE) as ValType;
/** The same reference type with another index: how canonicalization rewrites a type. */
export const withIndex = (ref: ValType, index: number): ValType => ((index << 4) | (ref & 15)) as ValType;

/** A heap type alone is represented by the non-null reference to it. */
export type HeapType = ValType;

export const FUNCREF = refAbstract(AbstractHeap.func, true);
export const EXTERNREF = refAbstract(AbstractHeap.extern, true);
export const ANYREF = refAbstract(AbstractHeap.any, true);
export const EXNREF = refAbstract(AbstractHeap.exn, true);

export interface FieldType {
  readonly storage: StorageType;
  readonly mutable: boolean;
}
export interface FuncType {
  readonly kind: "func";
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}
export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly FieldType[];
}
export interface ArrayType {
  readonly kind: "array";
  readonly element: FieldType;
}
export interface ContType {
  readonly kind: "cont";
  /** The continuation's function type: a type index or canonical id. */
  readonly func: number;
}
export type CompositeType = FuncType | StructType | ArrayType | ContType;

/** A type definition with its modifiers; indices are type indices in a `Module`, canonical ids in a `TypeStore`. */
export interface SubType {
  readonly final: boolean;
  readonly supertypes: readonly number[];
  readonly shared: boolean;
  /** custom-descriptors: the type which describes this one. */
  readonly descriptor: number | undefined;
  /** custom-descriptors: the type that this one describes. */
  readonly describes: number | undefined;
  readonly composite: CompositeType;
}

/** A recursion group: `types` has the group's definitions, the first at type index `start`. */
export interface RecGroup {
  readonly start: number;
  readonly types: readonly SubType[];
  /** Byte offset of the group, for errors. */
  readonly offset: number;
}
