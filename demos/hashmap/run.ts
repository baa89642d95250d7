/**
 * Runs the shared hash map (hashmap.wat) on some number of threads. The same in Node and in a page: it knows a store
 * and the program's text, and nothing of files or screens.
 */
import { createStore } from "../../api/heddle.ts";
import { type Column, formatChecksum, formatCount, formatPause, formatSeconds } from "../output/table.ts";

/** What to run. */
export interface HashmapWork {
  /** Work items: each makes 2^(depth+1) - 1 objects. */
  readonly items: number;
  readonly depth: number;
  /** Different keys in the map: a power of two. */
  readonly keys: number;
  /** Limit of the heap in bytes. */
  readonly heapMaximum: number;
}

/** The demo's own amount: some 250 million objects. */
export const standardWork: HashmapWork = { items: 4_000_000, depth: 5, keys: 8192, heapMaximum: 256 << 20 };

/** What happened. */
export interface HashmapOutcome {
  readonly threads: number;
  readonly objects: bigint;
  readonly milliseconds: number;
  readonly collections: number;
  readonly longestPause: number;
  readonly checksum: bigint;
  /** Trees that another thread found damaged: 0 unless the collector or publication is wrong. */
  readonly failures: number;
}

/** Called now and then with the part of the work that has been handed out, 0 to 1. */
export type OnProgress = (part: number) => void;

interface Exports {
  readonly setup: (items: number, depth: number, keys: number) => void;
  readonly work: (chunk: number) => bigint;
  readonly progress: () => number;
  readonly failures: () => number;
  readonly checksum: () => bigint;
}

/** Items that a thread takes at a time. */
const chunk = 256;
const progressInterval = 100;

/** Runs the program on a store of its own, so that each outcome has its own figures of the collector. */
export async function runHashmap(
  program: string,
  threads: number,
  work: HashmapWork,
  onProgress: OnProgress,
): Promise<HashmapOutcome> {
  const store = await createStore({ threads, heap: { maximum: work.heapMaximum } });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    const exports = instance.exports as unknown as Exports;
    const onAllThreads = async (items: number): Promise<bigint> => {
      exports.setup(items, work.depth, work.keys);
      const counts = await Promise.all(
        Array.from({ length: threads }, () => store.spawn(exports.work, chunk) as Promise<bigint>),
      );
      return counts.reduce((sum, count) => sum + count, 0n);
    };
    // The host compiles twice, quickly and then well: the first run is for that, and is not counted.
    await onAllThreads(work.items >> 5);
    const before = store.heap;
    const timer = setInterval(() => onProgress(Math.min(1, exports.progress() / work.items)), progressInterval);
    const start = performance.now();
    const objects = await onAllThreads(work.items).finally(() => clearInterval(timer));
    const milliseconds = performance.now() - start;
    const after = store.heap;
    return {
      threads,
      objects,
      milliseconds,
      collections: after.collections - before.collections,
      longestPause: after.longestPause,
      checksum: exports.checksum(),
      failures: exports.failures(),
    };
  } finally {
    await store.close();
  }
}

/** Numbers of threads to show: powers of two up to `most`, and `most`. */
export function threadCounts(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

export const hashmapColumns: readonly Column[] = [
  { title: "threads", align: "right" },
  { title: "objects allocated", align: "right" },
  { title: "time", align: "right" },
  { title: "objects/s", align: "right" },
  { title: "speed-up", align: "right" },
  { title: "collections", align: "right" },
  { title: "longest pause", align: "right" },
  { title: "checksum", align: "left" },
];

/** Whether an outcome is what one thread alone computes. */
export function agrees(outcome: HashmapOutcome, single: HashmapOutcome): boolean {
  return outcome.checksum === single.checksum && outcome.failures === 0;
}

/** An outcome as cells of the table. */
export function hashmapCells(outcome: HashmapOutcome, single: HashmapOutcome): string[] {
  const verdict =
    outcome.failures > 0 ? `${outcome.failures} damaged` : agrees(outcome, single) ? "= single" : "DIFFERS";
  return [
    String(outcome.threads),
    formatCount(outcome.objects),
    formatSeconds(outcome.milliseconds),
    `${(Number(outcome.objects) / outcome.milliseconds / 1000).toFixed(0)} M`,
    `${(single.milliseconds / outcome.milliseconds).toFixed(2)}x`,
    formatCount(outcome.collections),
    formatPause(outcome.longestPause),
    `${formatChecksum(outcome.checksum)} ${verdict}`,
  ];
}
