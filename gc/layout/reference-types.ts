/**
 * How types look in the host module (DESIGN 4): every reference is an i32, except unshared externs, which stay
 * `externref`.
 */
import { topOf } from "../../core/types/subtype.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  abstractOf,
  BOT,
  EXTERNREF,
  type FuncType,
  I32,
  isAbstract,
  isAbstractShared,
  type ValType,
} from "../../core/types/types.ts";

/** The top of a reference's hierarchy and whether it is shared. */
function top(types: TypeStore, type: ValType): { readonly heap: AbstractHeapCode; readonly shared: boolean } {
  const reference = topOf(types, type);
  return { heap: abstractOf(reference), shared: isAbstractShared(reference) };
}

/** The abstract heap type at the top of a reference's hierarchy. */
export function hierarchyOf(types: TypeStore, type: ValType): AbstractHeapCode {
  return top(types, type).heap;
}

/** True for a reference that is an `externref` of the host. */
export function isHostExtern(types: TypeStore, type: ValType): boolean {
  if (type < 0) return false;
  const { heap, shared } = top(types, type);
  return heap === AbstractHeap.extern && !shared;
}

/** True for a function reference: a function index. */
export function isFunctionReference(types: TypeStore, type: ValType): boolean {
  return type >= 0 && top(types, type).heap === AbstractHeap.func;
}

/** The type of the host's value which stands for a value of `type`. */
export function loweredType(types: TypeStore, type: ValType): ValType {
  if (type === BOT) return I32;
  if (type < 0) return type;
  const { heap, shared } = top(types, type);
  return heap === AbstractHeap.extern && !shared ? EXTERNREF : I32;
}

export interface LoweredSignature {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

/** Parameters and results in the host's types, without the shadow-stack pointer: of blocks. */
export function loweredBlock(types: TypeStore, type: FuncType): LoweredSignature {
  return {
    params: type.params.map((t) => loweredType(types, t)),
    results: type.results.map((t) => loweredType(types, t)),
  };
}

/** The host's signature of a function: the shadow-stack pointer is its last parameter. */
export function loweredFunction(types: TypeStore, type: FuncType): LoweredSignature {
  const { params, results } = loweredBlock(types, type);
  return { params: [...params, I32], results };
}

const bottoms: ReadonlySet<AbstractHeapCode> = new Set([
  AbstractHeap.none,
  AbstractHeap.noextern,
  AbstractHeap.noexn,
  AbstractHeap.nocont,
  AbstractHeap.nowaitqueue,
]);

/**
 * True for a reference that may be the address of an object: what must be in the shadow stack at a safepoint. An i31, a
 * null, a function index and a host reference are not.
 */
export function isRoot(types: TypeStore, type: ValType): boolean {
  if (type < 0) return false;
  if (isAbstract(type)) {
    const heap = abstractOf(type);
    if (heap === AbstractHeap.i31 || bottoms.has(heap)) return false;
  }
  return isHeapAddress(types, type);
}

/**
 * True for a type whose values in memory the collector follows: lowered references, and unshared externs
 * (extern-storage.ts).
 */
export function isScanned(types: TypeStore, type: ValType): boolean {
  return type >= 0 && top(types, type).heap !== AbstractHeap.func;
}

/** True for a lowered reference whose values are heap addresses, i31s and nulls. */
export function isHeapAddress(types: TypeStore, type: ValType): boolean {
  if (type < 0) return false;
  const reference = topOf(types, type);
  const heap = abstractOf(reference);
  return heap === AbstractHeap.extern ? isAbstractShared(reference) : heap !== AbstractHeap.func;
}
