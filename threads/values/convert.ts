/**
 * Values between JS and lowered code: ToJSValue and ToWebAssemblyValue of the WebAssembly JavaScript Interface (section
 * 5.6 "Exported functions"), on lowered values: `number`, `bigint`, and for references an address, a function index or
 * a host value.
 */
import { assert, InternalError } from "../../core/base/assert.ts";
import { AbstractHeap } from "../../core/types/types.ts";
import { heapTypeByCode } from "../../core/types/vocabulary.ts";
import { hostSlot } from "../../gc/heap/js-values.ts";
import { KIND_ARRAY, KIND_HOST, KIND_STRUCT, KIND_WAIT_QUEUE } from "../../gc/layout/record-kinds.ts";
import { type Address, addressOf } from "../../gc/objects.ts";
import type { BoxedValues } from "./boxed-values.ts";
import type { FunctionTable } from "./functions.ts";
import { isHostReference, NULL, type ReferenceKind, type ValueKind } from "./kinds.ts";
import type { Mutator } from "./mutator.ts";
import type { Objects } from "./objects.ts";
import type { SharedValues } from "./shared-values.ts";
import type { Temporaries } from "./temporaries.ts";

/** What conversion asks of the agent. */
export interface Conversions extends Mutator {
  /** Finds the type record of a function index. */
  readonly control: { functionType(index: number): number };
  readonly objects: Objects;
  readonly functions: FunctionTable;
  readonly values: BoxedValues;
  readonly sharedValues: SharedValues;
  readonly temporaries: Temporaries;
  /** The JS function of a function index. */
  functionObject(index: number): object;
  /** The function index of a JS function that this store exported; undefined for any other value. */
  functionIndex(value: unknown): number | undefined;
}

/** Checks a value that JS hands over, and lowers it. Raises the TypeErrors that the JS API says. */
export function toLowered(agent: Conversions, kind: ValueKind, value: unknown): unknown {
  switch (kind.kind) {
    case "i32":
      return typeof value === "number" ? value | 0 : toNumber(value) | 0;
    case "i64":
      return BigInt.asIntN(64, value as bigint);
    case "f32":
    case "f64":
      return typeof value === "number" ? value : toNumber(value);
    case "v128":
      throw new TypeError("a v128 value has no JS representation");
    case "ref":
      return referenceToLowered(agent, kind, value);
  }
}

/** A conversion of values of one kind. */
export type Converter = (value: unknown) => unknown;

// What the host itself converts is a number, a BigInt or anything at all already.
const toNumeric: Converter = (value) => (typeof value === "number" ? value : +(value as number));
const toBigInt: Converter = (value) => (typeof value === "bigint" ? value : BigInt.asIntN(64, value as bigint));
const toItself: Converter = (value) => value;

/** `toLowered` for one kind, where the host takes the result and makes of a number what the kind asks for. */
export function lowerOf(agent: Conversions, kind: ValueKind): Converter {
  if (kind.kind === "i64") return toBigInt;
  if (kind.kind !== "ref") return toNumeric;
  if (isHostReference(kind) && kind.nullable && kind.heap === AbstractHeap.extern) return toItself;
  return (value) => referenceToLowered(agent, kind, value);
}

/** `fromLowered` for one kind. */
export function liftOf(agent: Conversions, kind: ValueKind): Converter {
  return kind.kind !== "ref" || isHostReference(kind) ? toItself : (value) => referenceFromLowered(agent, kind, value);
}

/** ToNumber of ECMAScript, which refuses symbols and BigInts. */
function toNumber(value: unknown): number {
  return +(value as number);
}

function referenceToLowered(agent: Conversions, kind: ReferenceKind, value: unknown): unknown {
  if (value === null) {
    if (!kind.nullable) throw new TypeError(`null is no ${describe(kind)}`);
    return isHostReference(kind) ? null : NULL;
  }
  switch (kind.hierarchy) {
    case "extern":
      if (kind.heap === AbstractHeap.noextern) throw new TypeError("only null is a reference to noextern");
      return kind.shared ? sharedExternToLowered(agent, value) : value;
    case "func":
      return functionToLowered(agent, kind, value);
    case "any":
      return anyToLowered(agent, kind, value);
    case "waitqueue":
      return waitQueueToLowered(agent, kind, value);
    default:
      throw new TypeError(`a reference of the ${kind.hierarchy} hierarchy has no JS representation`);
  }
}

function functionToLowered(agent: Conversions, kind: ReferenceKind, value: unknown): number {
  const index = agent.functionIndex(value);
  if (index === undefined)
    throw new TypeError(`${describe(kind)} expected: null or a function that this store exported`);
  const known = agent.functions.refer(index);
  const fits =
    kind.heap !== AbstractHeap.nofunc &&
    (kind.record === 0
      ? !kind.shared || known?.shared === true
      : isSubtypeRecord(agent, agent.control.functionType(index), kind));
  if (!fits) throw new TypeError(`the function is no ${describe(kind)}`);
  return index;
}

/** Shared-everything threads, "Conversions": what all agents can have. */
function sharedExternToLowered(agent: Conversions, value: unknown): number {
  if (isI31(value)) return (value << 1) | 1;
  if (typeof value === "string" || typeof value === "number") return shareValue(agent, value);
  const described = agent.objects.describe(value);
  if (described?.shared === true) return described.address;
  throw new TypeError("a shared externref must be null, a string, a number or a shared object");
}

function waitQueueToLowered(agent: Conversions, kind: ReferenceKind, value: unknown): number {
  const described = agent.objects.describe(value);
  const isQueue = described !== undefined && agent.heap.objects.kindOf(described.address) === KIND_WAIT_QUEUE;
  if (!isQueue || kind.heap === AbstractHeap.nowaitqueue || !kind.shared)
    throw new TypeError(`${describe(kind)} expected`);
  return described.address;
}

function anyToLowered(agent: Conversions, kind: ReferenceKind, value: unknown): number {
  const described = agent.objects.describe(value);
  if (described !== undefined) {
    if (!isObjectOf(agent, described, kind)) throw new TypeError(`the object is no ${describe(kind)}`);
    return described.address;
  }
  const { heap, record } = kind;
  if (
    record === 0 &&
    isI31(value) &&
    (heap === AbstractHeap.any || heap === AbstractHeap.eq || heap === AbstractHeap.i31)
  ) {
    return (value << 1) | 1;
  }
  if (heap === AbstractHeap.any && record === 0 && !kind.shared) return boxValue(agent, value);
  throw new TypeError(`${describe(kind)} expected`);
}

/** Makes a heap object that holds a JS value, kept alive until the current call from JS ends. */
function boxValue(agent: Conversions, value: unknown): number {
  return agent.asMutator((sp) => {
    const address = agent.values.allocate(value, sp);
    agent.temporaries.keep(address);
    return address;
  });
}

/** Makes a heap object of a string or number for all agents, kept alive until the current call from JS ends. */
function shareValue(agent: Conversions, value: string | number): number {
  return agent.asMutator((sp) => {
    const address = agent.sharedValues.allocate(value, sp);
    agent.temporaries.keep(address);
    return address;
  });
}

/** A number that `i31` holds; -0 is none. */
function isI31(value: unknown): value is number {
  return typeof value === "number" && (value << 1) >> 1 === value && !Object.is(value, -0);
}

/** `anyref`. */
export const anyKind: ReferenceKind = {
  kind: "ref",
  hierarchy: "any",
  nullable: true,
  shared: false,
  heap: AbstractHeap.any,
  record: 0,
  exact: false,
  depth: 0,
};

/** `extern.convert_any`: what `fromLowered` does for `anyref`. */
export function externalize(agent: Conversions, reference: number): unknown {
  return referenceFromLowered(agent, anyKind, reference);
}

/**
 * `any.convert_extern` on a host value, by a mutator with the shadow stack up to `sp`: what `toLowered` does for
 * `anyref`.
 */
export function internalize(agent: Conversions, value: unknown, sp: number): number {
  if (value === null) return NULL;
  if (isI31(value)) return (value << 1) | 1;
  const described = agent.objects.describe(value);
  // A shared object stays a JS value here: as an unshared `anyref` it would lose its type's sharedness.
  return described !== undefined && !described.shared ? described.address : agent.values.allocate(value, sp);
}

function isObjectOf(
  agent: Conversions,
  { address, shared }: { address: Address; shared: boolean },
  kind: ReferenceKind,
): boolean {
  if (shared !== kind.shared) return false;
  if (kind.record !== 0) return isSubtypeRecord(agent, agent.heap.objects.typeOf(address), kind);
  const type = agent.heap.objects.kindOf(address);
  switch (kind.heap) {
    case AbstractHeap.any:
      return type !== KIND_WAIT_QUEUE;
    case AbstractHeap.eq:
      return type === KIND_STRUCT || type === KIND_ARRAY;
    case AbstractHeap.struct:
      return type === KIND_STRUCT;
    case AbstractHeap.array:
      return type === KIND_ARRAY;
    default:
      return false;
  }
}

function isSubtypeRecord(agent: Conversions, record: number, { record: above, exact, depth }: ReferenceKind): boolean {
  if (exact) return (record | 0) === (above | 0);
  return agent.heap.objects.isSubtype(record, above, depth);
}

/** What JS sees of a lowered value. The agent must be a mutator where the value is a reference. */
export function fromLowered(agent: Conversions, kind: ValueKind, value: unknown): unknown {
  switch (kind.kind) {
    case "i32":
    case "i64":
    case "f32":
    case "f64":
      return value;
    case "v128":
      throw new TypeError("a v128 value has no JS representation");
    case "ref":
      return referenceFromLowered(agent, kind, value);
  }
}

function referenceFromLowered(agent: Conversions, kind: ReferenceKind, value: unknown): unknown {
  if (isHostReference(kind)) return value;
  assert(typeof value === "number", "lowered references are numbers");
  if (value === NULL) return null;
  switch (kind.hierarchy) {
    case "func":
      return agent.functionObject(value);
    case "waitqueue":
      return agent.objects.wrap(addressOf(value), true);
    case "any":
    case "extern": {
      if (value & 1) return value >> 1;
      const { objects } = agent.heap;
      if (objects.kindOf(value) === KIND_HOST) return agent.values.get(hostSlot(objects, value));
      const address = addressOf(value);
      return agent.sharedValues.get(address) ?? agent.objects.wrap(address, kind.shared);
    }
    default:
      throw new TypeError(`a reference of the ${kind.hierarchy} hierarchy has no JS representation`);
  }
}

/**
 * True where JS has no value for the kind: functions with such a parameter or result throw when called (JS API 5.6).
 */
export function isOpaqueToJs(kind: ValueKind): boolean {
  return kind.kind === "v128" || (kind.kind === "ref" && (kind.hierarchy === "exn" || kind.hierarchy === "cont"));
}

/** The error of whatever would have to give JS a value of such a kind. */
export function opaqueError(): TypeError {
  return new TypeError("the type has values that JS cannot have");
}

/** DefaultValue of the JS API: what a missing initial value stands for. */
export function defaultLowered(kind: ValueKind): unknown {
  if (kind.kind === "i64") return 0n;
  if (kind.kind === "v128") throw new TypeError("a v128 value has no JS representation");
  if (kind.kind !== "ref") return 0;
  if (!kind.nullable) throw new TypeError(`${describe(kind)} has no default value`);
  return isHostReference(kind) ? undefined : NULL;
}

/** A reference kind in words, for messages. */
function describe(kind: ReferenceKind): string {
  const name = heapTypeByCode(kind.heap)?.name;
  if (name === undefined) throw new InternalError("unknown heap type");
  const type = `${kind.shared ? "shared " : ""}${name}${kind.record === 0 ? "" : " type"} reference`;
  return kind.nullable ? `nullable ${type}` : type;
}
