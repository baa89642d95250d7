/** Which types the objects of a heap have, and how much room they take. */
import type { Heap } from "../heap/heap.ts";
import { UNNAMED_TYPE } from "../heap/type-records.ts";
import { TYPE_ARRAY, TYPE_ID, TYPE_KIND, TYPE_STRUCT } from "../layout/layout.ts";
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
  if (kind === TYPE_STRUCT || kind === TYPE_ARRAY) return id === UNNAMED_TYPE ? "(characters)" : names.type(id);
  return hostKinds[kind] ?? `kind ${kind}`;
}

/** Records of the other kinds that objects may have. */
const hostKinds: readonly (string | undefined)[] = [
  undefined,
  undefined,
  "(exception)",
  "(continuation)",
  "(JavaScript value)",
  "(wait queue)",
  "(thread-bound data)",
  "(string)",
  "(number)",
];

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
    return heap.plan(record + TYPE_KIND) <= TYPE_ARRAY && id !== UNNAMED_TYPE ? id : undefined;
  };
  return [...counts]
    .map(([record, count]) => ({ name: recordName(heap, names, record), id: idOf(record), ...count }))
    .sort((a, b) => b.bytes - a.bytes);
}
