/**
 * From spawning to the first instruction on a parked Worker: by `store.spawn` of JS and by `spawn_ref` of wasm code,
 * beside a Worker that sleeps in `Atomics.wait` and is woken by `Atomics.notify`. The spawning thread watches a word of
 * shared memory, which the other one changes.
 *
 * A core with nothing to do sleeps ever deeper, and virtual machines give theirs away: then to wake it takes longer
 * than all else. With the word "awake", Workers that do nothing but wake up keep the cores from that.
 */
import { availableParallelism } from "node:os";
import type { Store } from "../../../api/heddle.ts";
import { createStore } from "../../../api/heddle.ts";
import { type Figure, microseconds, report, sleep } from "./figure.ts";
import { startRaw } from "./raw.ts";

const text = `(module
  (type $start (shared (func (param i32))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (memory (export "memory") 1 1 shared)
  (elem declare func $start)
  (func $start (export "start") (type $start) (i32.atomic.store (i32.const 0) (local.get 0)))
  (func (export "spawn") (param i32) (drop (call $spawn (ref.func $start) (local.get 0)))))`;

interface Exports {
  readonly memory: WebAssembly.Memory;
  start(value: number): void;
  spawn(value: number): void;
}

/** Milliseconds: long enough for a Worker to fall asleep again. */
const PAUSE = 2;
/** Turns before those that count: the host compiles what runs often. */
const WARM_UP = 500;

/** Microseconds until word `at` has the value that `begin` sends on its way. */
async function timeTo(words: Int32Array, at: number, value: number, begin: () => unknown): Promise<number> {
  const start = microseconds();
  const ended = begin();
  while (Atomics.load(words, at) !== value);
  const time = microseconds() - start;
  await ended;
  await sleep(PAUSE);
  return time;
}

async function measure(store: Store, turns: number): Promise<Figure[]> {
  const { instance } = await store.WebAssembly.instantiate(text);
  const { memory, start, spawn } = instance.exports as unknown as Exports;
  const shared = new Int32Array(memory.buffer);
  const words = new Int32Array(new SharedArrayBuffer(8));
  const raw = await startRaw({ kind: "echo", words });
  const fromJs: number[] = [];
  const fromWasm: number[] = [];
  const samples: number[] = [];
  await sleep(50);
  let value = 0;
  const wake = (): void => {
    Atomics.store(words, 0, value);
    Atomics.notify(words, 0);
  };
  for (let turn = -WARM_UP; turn < turns; turn++) {
    value++;
    const js = await timeTo(shared, 0, value, () => store.spawn(start, value));
    value++;
    const wasm = await timeTo(shared, 0, value, () => spawn(value));
    const other = await timeTo(words, 1, value, wake);
    if (turn < 0) continue;
    fromJs.push(js);
    fromWasm.push(wasm);
    samples.push(other);
  }
  await raw.terminate();
  const peer = { title: "Atomics.notify", samples };
  return [
    { title: "store.spawn, to the first instruction", unit: "us", own: fromJs, peer },
    { title: "spawn_ref, to the first instruction", unit: "us", own: fromWasm, peer },
  ];
}

const [turns, awake] = process.argv.slice(2);
const ticking = await Promise.all(
  Array.from({ length: awake === undefined ? 0 : availableParallelism() }, () => startRaw({ kind: "tick" })),
);
await using store = await createStore({ threads: 1 });
const figures = await measure(store, Number(turns));
await Promise.all(ticking.map((worker) => worker.terminate()));
report(figures.map((figure) => (awake === undefined ? figure : { ...figure, title: `${figure.title}, cores awake` })));
