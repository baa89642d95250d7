/**
 * Exceptions in the heap: the value of an exception reference is the address of one.
 *
 *     0        4       8
 *     +--------+-------+------------------------------------------+
 *     | header |  tag  | the tag's parameters, larger ones first  |
 *     +--------+-------+------------------------------------------+
 *       header  the record of the tag's function type, which says where an exception has its references
 *       tag     the tag's number in the store: two tags of the same type are different
 *
 * Exceptions are immutable, so that storing to one needs no write barrier.
 */

import { assert } from "../../core/base/assert.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { ValType } from "../../core/types/types.ts";
import { type StructLayout, storageLog2 } from "./object-layout.ts";
import { OBJECT_ALIGN } from "./objects.ts";
import { isScanned } from "./reference-types.ts";

export const EXCEPTION_TAG = 4;
export const EXCEPTION_PAYLOAD = EXCEPTION_TAG + 4;

/**
 * Number of the tag of exceptions that JS threw (JS API, "JavaScript exception tag"): its parameter is an externref.
 */
export const JS_TAG = 0;

/** Where values of these sizes lie in an exception. */
export function placePayload(sizes: readonly number[]): Omit<StructLayout, "references"> {
  const offsets: number[] = [];
  let end = EXCEPTION_PAYLOAD;
  for (const index of [...sizes.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number))) {
    offsets[index] = end;
    end += sizes[index] as number;
  }
  return { size: Math.ceil(end / OBJECT_ALIGN) * OBJECT_ALIGN, offsets };
}

/** The layout of exceptions whose tag has the function type `id`. */
export function exceptionLayout(types: TypeStore, id: number): StructLayout {
  const { composite } = types.type(id);
  assert(composite.kind === "func", "a tag's type is a function type");
  const { params } = composite;
  const { size, offsets } = placePayload(params.map((param) => 1 << storageLog2(param)));
  const references = offsets.filter((_, index) => isScanned(types, params[index] as ValType)).sort((a, b) => a - b);
  return { size, offsets, references };
}
