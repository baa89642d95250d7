/**
 * The heap's last collections, as the runtime has recorded them (runtime/base/pauses.ts), and what follows from them.
 */
import { BLOCK_BYTES } from "../layout/blocks.ts";
import {
  PAUSE_AGENT,
  PAUSE_BLOCKS,
  PAUSE_BLOCKS_BEFORE,
  PAUSE_BYTES,
  PAUSE_BYTES_MARKED,
  PAUSE_CAPACITY,
  PAUSE_ENDED,
  PAUSE_FULL,
  PAUSE_MARKED,
  PAUSE_MARKERS,
  PAUSE_NUMBER,
  PAUSE_OBJECTS,
  PAUSE_REQUESTED,
  PAUSE_STOPPED,
} from "../layout/pauses.ts";
import { PLAN_PAUSES } from "../layout/plan.ts";
import { STAT_PAUSES } from "../layout/statistics.ts";

/** One collection. Times are in milliseconds, absolute ones since the epoch. */
export interface Collection {
  readonly kind: "young" | "full";
  /** Counts all collections of the heap, from 1 on. */
  readonly number: number;
  /** Id of the agent that ran it. */
  readonly agent: number;
  /** Agents that could mark, this one included. */
  readonly markers: number;
  /** When the others were asked to stop. */
  readonly start: number;
  /** From then until they had stopped, until all was marked, and until they could go on. */
  readonly stopTime: number;
  readonly markTime: number;
  readonly pause: number;
  readonly markedBytes: number;
  readonly markedObjects: number;
  /** Bytes of blocks in use before and after. */
  readonly usedBefore: number;
  readonly usedAfter: number;
}

/** What the ring of records is read from. */
export interface PauseMemory {
  readonly memory: WebAssembly.Memory;
  /** A word of the plan. */
  plan(word: number): number;
}

/** Pauses of which so many percent are not longer. */
export interface PausePercentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly longest: number;
}

function readRecord(view: DataView<ArrayBufferLike>, at: number): Collection | undefined {
  const number = view.getUint32(at + PAUSE_NUMBER, true);
  const start = view.getFloat64(at + PAUSE_REQUESTED, true);
  const collection: Collection = {
    kind: view.getUint32(at + PAUSE_FULL, true) !== 0 ? "full" : "young",
    number,
    agent: view.getUint16(at + PAUSE_AGENT, true),
    markers: view.getUint16(at + PAUSE_MARKERS, true),
    start,
    stopTime: view.getFloat64(at + PAUSE_STOPPED, true) - start,
    markTime: view.getFloat64(at + PAUSE_MARKED, true) - start,
    pause: view.getFloat64(at + PAUSE_ENDED, true) - start,
    markedBytes: view.getFloat64(at + PAUSE_BYTES_MARKED, true),
    markedObjects: view.getUint32(at + PAUSE_OBJECTS, true),
    usedBefore: view.getUint32(at + PAUSE_BLOCKS_BEFORE, true) * BLOCK_BYTES,
    usedAfter: view.getUint32(at + PAUSE_BLOCKS, true) * BLOCK_BYTES,
  };
  // Race: a collection may have begun to overwrite the record meanwhile, which then has no number or another.
  return number !== 0 && view.getUint32(at + PAUSE_NUMBER, true) === number ? collection : undefined;
}

/** The last collections, the oldest first: at most PAUSE_CAPACITY of them. */
export function readCollections(heap: PauseMemory): Collection[] {
  const view = new DataView(heap.memory.buffer);
  const count = view.getUint32(STAT_PAUSES, true);
  const base = heap.plan(PLAN_PAUSES);
  const collections: Collection[] = [];
  for (let number = Math.max(0, count - PAUSE_CAPACITY); number < count; number++) {
    const collection = readRecord(view, base + (number % PAUSE_CAPACITY) * PAUSE_BYTES);
    if (collection?.number === number + 1) collections.push(collection);
  }
  return collections;
}

/** Zeros where there are no collections. */
export function percentiles(collections: readonly Collection[]): PausePercentiles {
  const pauses = collections.map(({ pause }) => pause).sort((a, b) => a - b);
  // The smallest pause that is at least as long as so many percent of them.
  const at = (percent: number): number => pauses[Math.max(0, Math.ceil((pauses.length * percent) / 100) - 1)] ?? 0;
  return { p50: at(50), p90: at(90), p99: at(99), longest: at(100) };
}

/** Leaves a `performance.measure` entry of the collection on this thread's timeline. */
export function measureCollection(memory: WebAssembly.Memory, record: number): void {
  const collection = readRecord(new DataView(memory.buffer), record);
  if (collection === undefined) return;
  const { kind, start, pause, ...detail } = collection;
  performance.measure(`heddle ${kind} collection`, { start: start - performance.timeOrigin, duration: pause, detail });
}
