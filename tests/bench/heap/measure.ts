/**
 * One sample: runs one case on one engine in this process, and prints it as JSON.
 *
 *     node [flags] tests/bench/heap/measure.ts ENGINE CASE THREADS
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createStore } from "../../../api/heddle.ts";
import { cases, type HeapCase } from "./cases.ts";
import { type Engine, loadPeer, sourceForThreads, WARM_UPS, warmUpRounds } from "./engines.ts";

export interface HeapSample {
  readonly seconds: number;
  /** Of all threads of the process together: what a machine that others use too lets us compare. */
  readonly processorSeconds: number;
  readonly checksum: number;
  /** Bytes that Heddle's agents allocated while the time ran. */
  readonly allocated?: number;
  /** Of Heddle's collections while the time ran, in milliseconds. */
  readonly young?: readonly number[];
  readonly full?: readonly number[];
}

/** What has passed since the stopwatch was made. */
function stopwatch(): () => Pick<HeapSample, "seconds" | "processorSeconds"> {
  const begin = performance.now();
  const before = process.cpuUsage();
  return () => {
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(before);
    return { seconds, processorSeconds: (user + system) / 1e6 };
  };
}

type Shared = (...values: unknown[]) => unknown;

async function measureHeddle(work: HeapCase, threads: number): Promise<HeapSample> {
  const store = await createStore({ threads: threads === 1 ? 0 : threads, heap: { maximum: 1 << 30 } });
  const { instance } = await store.WebAssembly.instantiate(sourceForThreads(work.program, threads));
  const { setupTogether, run } = instance.exports as unknown as { setupTogether: Shared; run: Shared };
  const onAll = async (call: (thread: number) => unknown): Promise<unknown[]> =>
    Promise.all(Array.from({ length: threads }, (_, i) => call(i)));
  const start = (callee: Shared, ...values: unknown[]): unknown =>
    threads === 1 ? callee(...values) : store.spawn(callee, ...values);
  const states = await onAll(() => start(setupTogether, work.size));
  for (let i = 0; i < WARM_UPS; i++) await onAll((thread) => start(run, states[thread], warmUpRounds(work)));
  const before = store.heap.collections;
  const { allocatedBytes } = store.heap;
  const time = stopwatch();
  const sums = await onAll((thread) => start(run, states[thread], work.rounds));
  const times = time();
  const allocated = store.heap.allocatedBytes - allocatedBytes;
  const collections = store.heap.recentCollections().filter(({ number }) => number > before);
  const pauses = (wanted: string): number[] =>
    collections.filter(({ kind }) => kind === wanted).map(({ pause }) => pause);
  await store.close();
  return { ...times, checksum: agreed(sums), allocated, young: pauses("young"), full: pauses("full") };
}

async function measurePeer(engine: Exclude<Engine, "heddle">, work: HeapCase, threads: number): Promise<HeapSample> {
  if (threads === 1) {
    const program = loadPeer(engine, work.program);
    const state = program.setup(work.size);
    for (let i = 0; i < WARM_UPS; i++) program.run(state, warmUpRounds(work));
    const time = stopwatch();
    const checksum = program.run(state, work.rounds);
    return { ...time(), checksum };
  }
  const start = new Int32Array(new SharedArrayBuffer(4));
  const script = new URL("./peer-worker.ts", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(script, { workerData: { engine, work, start } }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const answers = workers.map((worker) => once(worker, "message"));
  const time = stopwatch();
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  const sums = (await Promise.all(answers)).flat();
  return { ...time(), checksum: agreed(sums) };
}

function agreed(sums: readonly unknown[]): number {
  if (sums.some((sum) => sum !== sums[0])) throw new Error(`threads disagree: ${sums.join(", ")}`);
  return sums[0] as number;
}

const [engine, name, threads] = process.argv.slice(2) as [Engine, string, string];
const work = cases.find((one) => one.name === name);
if (work === undefined) throw new Error(`there is no case called ${name}`);
const sample =
  engine === "heddle" ? await measureHeddle(work, Number(threads)) : await measurePeer(engine, work, Number(threads));
console.log(JSON.stringify(sample));
