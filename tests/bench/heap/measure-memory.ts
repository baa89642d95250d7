/**
 * What a heap takes of the machine's memory, as JSON: of a program that allocates 4 GB in all while 20 MB live, and of
 * one after a peak of 500 MB.
 */
import { internalsOf } from "../../../api/composed-store.ts";
import { createStore } from "../../../api/heddle.ts";
import { sourceOf } from "./engines.ts";
import { residentBytes } from "./resident.ts";

export interface MemorySample {
  readonly churn: { readonly allocated: number; readonly live: number; readonly resident: number };
  /** `seconds` of work after the peak's objects were dropped. */
  readonly peak: { readonly most: number; readonly live: number; readonly resident: number; readonly seconds: number };
}

type Shared = (...values: unknown[]) => unknown;

const NODE_BYTES = 16;
const MEGABYTE = 1 << 20;
const nodes = (bytes: number): number => Math.round(bytes / NODE_BYTES);
/** Five lists of a thousand nodes. */
const ROUND_BYTES = 5000 * NODE_BYTES;

async function load(): Promise<{ store: Awaited<ReturnType<typeof createStore>>; setup: Shared; run: Shared }> {
  const store = await createStore({ threads: 0, heap: { maximum: 1 << 30 } });
  const { instance } = await store.WebAssembly.instantiate(sourceOf("lists"));
  return { store, ...(instance.exports as unknown as { setup: Shared; run: Shared }) };
}

async function measureChurn(): Promise<MemorySample["churn"]> {
  const { store, setup, run } = await load();
  const live = 20 * MEGABYTE;
  const state = setup(nodes(live));
  let resident = 0;
  while (store.heap.allocatedBytes < 4096 * MEGABYTE) {
    run(state, Math.floor((64 * MEGABYTE) / ROUND_BYTES));
    resident = Math.max(resident, residentBytes(internalsOf(store).agent.heap.memory));
  }
  const { allocatedBytes } = store.heap;
  await store.close();
  return { allocated: allocatedBytes, live, resident };
}

/** The lists of the peak are replaced by nothing while the program works on. */
async function measurePeak(): Promise<MemorySample["peak"]> {
  const { store, setup, run } = await load();
  const live = 20 * MEGABYTE;
  const most = 500 * MEGABYTE;
  const small = setup(nodes(live));
  let large: unknown = setup(nodes(most - live));
  run(small, 100);
  if (large === undefined) throw new Error("the peak is kept until here");
  large = undefined;
  const begin = performance.now();
  let resident = residentBytes(internalsOf(store).agent.heap.memory);
  let seconds = 0;
  while (resident > 100 * MEGABYTE && seconds < 60) {
    // Lets the host finalize the wrapper of `large`, and the heap tidy up.
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
    run(small, 200);
    resident = residentBytes(internalsOf(store).agent.heap.memory);
    seconds = (performance.now() - begin) / 1000;
  }
  await store.close();
  return { most, live, resident, seconds };
}

const sample: MemorySample = { churn: await measureChurn(), peak: await measurePeak() };
console.log(JSON.stringify(sample));
