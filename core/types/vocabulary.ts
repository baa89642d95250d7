/**
 * The words of value types, each with all that belongs to it: one row per number, vector and packed type, and one per
 * abstract heap type. Whoever reads, writes, names or compares types takes it from here.
 *
 * Core 3.3.3 "Heap types": `none <: i31, struct, array <: eq <: any`, `nofunc <: func`, `noextern <: extern`,
 * `noexn <: exn`. Stack switching, "Types": `nocont <: cont`. Shared-everything threads, "Managed waiter queues":
 * `nowaitqueue <: waitqueue`.
 */
import type { FeatureName } from "../base/features.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  type AbstractHeapName,
  abstractOf,
  F32,
  F64,
  I8,
  I16,
  I32,
  I64,
  isAbstract,
  isAbstractShared,
  isNullable,
  isRef,
  refAbstract,
  type StorageType,
  V128,
  type ValType,
} from "./types.ts";

/** A type that is no reference. */
export interface PlainType {
  readonly name: string;
  readonly type: StorageType;
  /** Its byte in the binary format (core 5.3.1, 5.3.2, 5.3.9). */
  readonly code: number;
  readonly feature: FeatureName;
}

/** The numbers and the vector. */
export const numberTypes: readonly PlainType[] = [
  { name: "i32", type: I32, code: 0x7f, feature: "mvp" },
  { name: "i64", type: I64, code: 0x7e, feature: "mvp" },
  { name: "f32", type: F32, code: 0x7d, feature: "mvp" },
  { name: "f64", type: F64, code: 0x7c, feature: "mvp" },
  { name: "v128", type: V128, code: 0x7b, feature: "simd" },
];

/** The types that only fields and elements have. */
export const packedTypes: readonly PlainType[] = [
  { name: "i8", type: I8, code: 0x78, feature: "gc" },
  { name: "i16", type: I16, code: 0x77, feature: "gc" },
];

/** The abstract heap types that are at the top of a hierarchy. */
export type Hierarchy = "any" | "func" | "extern" | "exn" | "cont" | "waitqueue";

export interface AbstractHeapType {
  readonly name: AbstractHeapName;
  /** Its byte in the binary format. */
  readonly code: AbstractHeapCode;
  /** The one word of the text format for the nullable reference to it, if it has one. */
  readonly shorthand: string | undefined;
  readonly hierarchy: Hierarchy;
  /** The heap types strictly above it. */
  readonly above: readonly AbstractHeapName[];
  /** Whether it is below all others of its hierarchy, defined types included: no value but null has it. */
  readonly isBottom: boolean;
  readonly feature: FeatureName;
}

type Detail = Omit<AbstractHeapType, "name" | "code" | "isBottom">;
const gc = (shorthand: string, hierarchy: Hierarchy, ...above: AbstractHeapName[]): Detail => ({
  shorthand,
  hierarchy,
  above,
  feature: "gc",
});

/** The bottom of each hierarchy. */
export const bottoms: Readonly<Record<Hierarchy, AbstractHeapName>> = {
  any: "none",
  func: "nofunc",
  extern: "noextern",
  exn: "noexn",
  cont: "nocont",
  waitqueue: "nowaitqueue",
};

const details: Readonly<Record<AbstractHeapName, Detail>> = {
  any: gc("anyref", "any"),
  eq: gc("eqref", "any", "any"),
  i31: gc("i31ref", "any", "eq", "any"),
  struct: gc("structref", "any", "eq", "any"),
  array: gc("arrayref", "any", "eq", "any"),
  none: gc("nullref", "any", "i31", "struct", "array", "eq", "any"),
  func: { shorthand: "funcref", hierarchy: "func", above: [], feature: "reference-types" },
  nofunc: gc("nullfuncref", "func", "func"),
  extern: { shorthand: "externref", hierarchy: "extern", above: [], feature: "reference-types" },
  noextern: gc("nullexternref", "extern", "extern"),
  exn: { shorthand: "exnref", hierarchy: "exn", above: [], feature: "exceptions" },
  noexn: { shorthand: "nullexnref", hierarchy: "exn", above: ["exn"], feature: "exceptions" },
  cont: { shorthand: "contref", hierarchy: "cont", above: [], feature: "stack-switching" },
  nocont: { shorthand: "nullcontref", hierarchy: "cont", above: ["cont"], feature: "stack-switching" },
  waitqueue: { shorthand: "waitqueueref", hierarchy: "waitqueue", above: [], feature: "shared-everything-threads" },
  nowaitqueue: {
    shorthand: undefined,
    hierarchy: "waitqueue",
    above: ["waitqueue"],
    feature: "shared-everything-threads",
  },
};

export const abstractHeapTypes: readonly AbstractHeapType[] = (Object.keys(details) as AbstractHeapName[]).map(
  (name) => {
    const detail = details[name];
    return { name, code: AbstractHeap[name], isBottom: bottoms[detail.hierarchy] === name, ...detail };
  },
);

/** The abstract heap types by name. */
export const heapTypesByName: ReadonlyMap<string, AbstractHeapType> = new Map(
  abstractHeapTypes.map((row) => [row.name, row]),
);
/** The same by the shorthand for a nullable reference. */
export const heapTypesByShorthand: ReadonlyMap<string, AbstractHeapType> = new Map(
  abstractHeapTypes.flatMap((row) => (row.shorthand === undefined ? [] : [[row.shorthand, row] as const])),
);
const byCode: readonly (AbstractHeapType | undefined)[] = abstractHeapTypes.reduce<AbstractHeapType[]>((codes, row) => {
  codes[row.code] = row;
  return codes;
}, []);

/** The abstract heap type with this byte; undefined where none has it. */
export function heapTypeByCode(code: number): AbstractHeapType | undefined {
  return byCode[code];
}

/**
 * The value types of one word, by that word: numbers, the vector, and nullable references to unshared abstract heap
 * types.
 */
export const valueTypesByWord: ReadonlyMap<string, ValType> = new Map([
  ...numberTypes.map(({ name, type }) => [name, type] as const),
  ...[...heapTypesByShorthand].map(([word, { code }]) => [word, refAbstract(code, true)] as const),
]);

const plainNames: ReadonlyMap<StorageType, string> = new Map(
  [...numberTypes, ...packedTypes].map(({ type, name }) => [type, name]),
);

/** The one word of a value or storage type; undefined where it takes more. */
export function wordOf(type: StorageType): string | undefined {
  if (!isRef(type)) return plainNames.get(type);
  return isAbstract(type) && isNullable(type) && !isAbstractShared(type)
    ? byCode[abstractOf(type)]?.shorthand
    : undefined;
}
