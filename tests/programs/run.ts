/** Runs the programs in this folder on several threads, in Node or in a page. */
import { createStore } from "../../api/heddle.ts";

interface CounterExports {
  readonly make: () => object;
  readonly add: (counter: object, times: number) => void;
  readonly read: (counter: object) => number;
}

/** All threads add `times` to one counter; the result is its value. */
export async function runCounter(program: string, threads: number, times: number): Promise<number> {
  const store = await createStore({ threads, heap: { maximum: 64 << 20 } });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    const exports = instance.exports as unknown as CounterExports;
    const counter = exports.make();
    await Promise.all(Array.from({ length: threads }, () => store.spawn(exports.add, counter, times)));
    return exports.read(counter);
  } finally {
    await store.close();
  }
}

/** What `runChurn` found. */
export interface ChurnOutcome {
  /** Sums of what was left in each thread's window, as text: a page cannot hand out bigints in JSON. */
  readonly sums: readonly string[];
  readonly expected: string;
  readonly collections: number;
  readonly allocatedBytes: number;
  readonly usedBytes: number;
}

/** Objects that stay reachable on each thread, twice over. */
const windowSize = 1000;

/** All threads allocate `count` objects each, under a limit of `maximum` bytes for all of them together. */
export async function runChurn(
  program: string,
  threads: number,
  count: number,
  maximum: number,
): Promise<ChurnOutcome> {
  const store = await createStore({ threads, heap: { maximum } });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    const { churn } = instance.exports as unknown as { readonly churn: (count: number, size: number) => bigint };
    const sums = await Promise.all(
      Array.from({ length: threads }, () => store.spawn(churn, count, windowSize) as Promise<bigint>),
    );
    const { collections, allocatedBytes, usedBytes } = store.heap;
    // The last two turns of the window: the numbers from count - 2 * windowSize to count - 1.
    const kept = 2 * windowSize;
    const expected = (BigInt(2 * count - kept - 1) * BigInt(kept)) / 2n;
    return { sums: sums.map(String), expected: String(expected), collections, allocatedBytes, usedBytes };
  } finally {
    await store.close();
  }
}
