/** Which types the objects of a heap have, and how much room they take. */

import type { Heap } from "../heap/heap.ts";
import { kindName } from "../layout/kind-names.ts";
import { KIND_ARRAY, KIND_STRUCT, NO_TYPE } from "../layout/record-kinds.ts";
import { TYPE_ID, TYPE_KIND } from "../layout/type-record.ts";
import type { TypeNames } from "./type-names.ts";
import { walkHeap } from "./walk.ts";

/** The objects of one type. */
export interface TypeCount {
  readonly name: string;
  /** Canonical id in the store; undefined for values of JS in the heap. */
  readonly id: number | undefined;
  readonly objects: number;
  readonly bytes: number;
}

/** The name of the type that a record describes. */
export function recordName(heap: Heap, names: TypeNames, record: number): string {
  const kind = heap.plan(record + TYPE_KIND);
  const id = heap.plan(record + TYPE_ID);
  if (kind === KIND_STRUCT || kind === KIND_ARRAY) return id === NO_TYPE ? "(characters)" : names.type(id);
  return `(${kindName(kind)})`;
}

/** Counts everything that can be reached; the types that take most come first. Stops the world meanwhile. */
export function countTypes(heap: Heap, names: TypeNames): TypeCount[] {
  const counts = new Map<number, { objects: number; bytes: number }>();
  walkHeap(heap, {
    group: () => undefined,
    root: () => undefined,
    edge: () => undefined,
    object: (_, record, bytes) => {
      const count = counts.get(record);
      if (count === undefined) counts.set(record, { objects: 1, bytes });
      else {
        count.objects++;
        count.bytes += bytes;
      }
    },
  });
  const idOf = (record: number): number | undefined => {
    const id = heap.plan(record + TYPE_ID);
    return heap.plan(record + TYPE_KIND) <= KIND_ARRAY && id !== NO_TYPE ? id : undefined;
  };
  return [...counts]
    .map(([record, count]) => ({ name: recordName(heap, names, record), id: idOf(record), ...count }))
    .sort((a, b) => b.bytes - a.bytes);
}
