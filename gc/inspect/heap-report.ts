/** What one can see of a heap: its figures at one moment, and on request what is in it and what has happened to it. */

import type { Heap } from "../heap/heap.ts";
import type { HeapStatistics } from "../heap/heap-statistics.ts";
import { type Collection, readCollections } from "../heap/pauses.ts";
import { type Block, drawBlocks, readBlocks } from "./block-map.ts";
import { countTypes, type TypeCount } from "./census.ts";
import type { RootPlaces } from "./root-places.ts";
import { writeSnapshot } from "./snapshot.ts";
import { type TraceFile, traceOf } from "./trace-events.ts";
import type { TypeNames } from "./type-names.ts";

/** What looks into the heap when it is called. */
class HeapTools {
  readonly #heap: Heap;
  readonly #names: TypeNames;
  readonly #rootPlaces: () => RootPlaces;

  constructor(heap: Heap, names: TypeNames, rootPlaces: () => RootPlaces) {
    this.#heap = heap;
    this.#names = names;
    this.#rootPlaces = rootPlaces;
  }

  /** The last collections, the oldest first, 4,096 at most. */
  recentCollections(): Collection[] {
    return readCollections(this.#heap);
  }

  /** The same in the Trace Event format, to be written to a file as JSON and opened in Perfetto or DevTools. */
  trace(): TraceFile {
    return traceOf(this.recentCollections());
  }

  /** The types of all objects that can be reached, those that take most room first. Stops all agents meanwhile. */
  types(): TypeCount[] {
    return countTypes(this.#heap, this.#names);
  }

  /**
   * The contents of a `.heapsnapshot` file, in pieces, for the memory panel of Chrome's DevTools. Stops all agents
   * while it looks.
   */
  snapshot(): string[] {
    return writeSnapshot(this.#heap, this.#names, this.#rootPlaces());
  }

  /**
   * Checks every object that can be reached, and the tables of the collector. Returns 0, or the address of the first
   * thing that is wrong. Stops all agents meanwhile.
   */
  verify(): number {
    return this.#heap.runtime.verify() >>> 0;
  }

  /** What each block of the heap is used for. */
  blocks(): Block[] {
    return readBlocks(this.#heap);
  }

  /** The same as an SVG picture. */
  blockMap(): string {
    return drawBlocks(this.blocks());
  }
}

/** The figures are those of the moment at which the report was made. */
export type HeapReport = HeapStatistics & HeapTools;

/** `rootPlaces` makes the names of the roots for a snapshot. */
export function reportHeap(heap: Heap, names: TypeNames, rootPlaces: () => RootPlaces): HeapReport {
  return Object.assign(new HeapTools(heap, names, rootPlaces), heap.statistics());
}
