/**
 * How values cross between JS and lowered code: types boiled down to what conversion needs.
 *
 * A kind can be structured-cloned, and holds addresses of type records in place of type ids, so that a Worker converts
 * values without knowing the store's types.
 */

import { InternalError } from "../../core/base/assert.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  abstractOf,
  F32,
  F64,
  type FuncType,
  I32,
  I64,
  indexOf,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  V128,
  type ValType,
} from "../../core/types/types.ts";
import { type Hierarchy, heapTypeByCode } from "../../core/types/vocabulary.ts";
import type { TypeRecords } from "../../gc/heap/type-records.ts";
import { NULL } from "../../gc/objects.ts";

export interface ReferenceKind {
  readonly kind: "ref";
  /** In lowered code unshared `extern` is a reference of the host, all others i32. */
  readonly hierarchy: Hierarchy;
  readonly nullable: boolean;
  readonly shared: boolean;
  /** The abstract heap type; of a defined type, the abstract type above it. */
  readonly heap: AbstractHeapCode;
  /** Address of the defined type's record; 0 for an abstract type. */
  readonly record: number;
  /** Whether a subtype is none of it (custom descriptors, "Exact Types"). */
  readonly exact: boolean;
  /** Depth of the defined type, which is its place in the display of a subtype. */
  readonly depth: number;
}
interface NumberKind {
  readonly kind: "i32" | "i64" | "f32" | "f64" | "v128";
}
export type ValueKind = NumberKind | ReferenceKind;

/** A function type, for conversion. `record` is the address of the type's record. */
export interface Signature {
  readonly params: readonly ValueKind[];
  readonly results: readonly ValueKind[];
  readonly record: number;
  readonly shared: boolean;
}

/** The null reference as JS sees it in an i32 result. */
export { NULL };

function hierarchyOf(code: AbstractHeapCode): Hierarchy {
  const heap = heapTypeByCode(code);
  if (heap === undefined) throw new InternalError("unknown heap type");
  return heap.hierarchy;
}

/** True for an unshared extern, which lowered code holds as the host's `externref`. */
export function isHostReference(kind: ValueKind): boolean {
  return kind.kind === "ref" && kind.hierarchy === "extern" && !kind.shared;
}

/** True for an i32 that may be the address of a heap object. */
export function isHeapAddress(kind: ValueKind): boolean {
  return kind.kind === "ref" && kind.hierarchy !== "func" && !isHostReference(kind);
}

/** True for a kind whose values in memory the collector follows: unshared externs are there in their internal form. */
export function isScanned(kind: ValueKind): boolean {
  return kind.kind === "ref" && kind.hierarchy !== "func";
}

/** The type of the host's value that stands for a value of this kind. */
export function hostType(kind: ValueKind): "i32" | "i64" | "f32" | "f64" | "v128" | "externref" {
  if (kind.kind !== "ref") return kind.kind;
  return isHostReference(kind) ? "externref" : "i32";
}

/** Makes kinds of the types of one store. */
export class Kinds {
  readonly #types: TypeStore;
  readonly #records: TypeRecords;
  readonly #signatures = new Map<number, Signature>();

  constructor(types: TypeStore, records: TypeRecords) {
    this.#types = types;
    this.#records = records;
  }

  of(type: ValType): ValueKind {
    switch (type) {
      case I32:
        return { kind: "i32" };
      case I64:
        return { kind: "i64" };
      case F32:
        return { kind: "f32" };
      case F64:
        return { kind: "f64" };
      case V128:
        return { kind: "v128" };
    }
    if (type < 0) throw new InternalError("only value types cross to JS");
    const nullable = isNullable(type);
    if (isAbstract(type)) {
      const heap = abstractOf(type);
      return {
        kind: "ref",
        hierarchy: hierarchyOf(heap),
        nullable,
        shared: isAbstractShared(type),
        heap,
        record: 0,
        exact: false,
        depth: 0,
      };
    }
    const id = indexOf(type);
    const definition = this.#types.type(id);
    const heap = AbstractHeap[definition.composite.kind];
    return {
      kind: "ref",
      hierarchy: hierarchyOf(heap),
      nullable,
      shared: definition.shared,
      heap,
      record: this.#records.addressOf(id),
      exact: isExact(type),
      depth: this.#types.depth(id),
    };
  }

  /** The signature of function type `id`. */
  signature(id: number): Signature {
    let signature = this.#signatures.get(id);
    if (signature === undefined) {
      const type = this.#types.type(id);
      const { params, results } = type.composite as FuncType;
      signature = {
        params: params.map((param) => this.of(param)),
        results: results.map((result) => this.of(result)),
        record: this.#records.addressOf(id),
        shared: type.shared,
      };
      this.#signatures.set(id, signature);
    }
    return signature;
  }
}
