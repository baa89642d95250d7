/** A lock that nobody else wants, taken and released: a struct with a wait queue in wasm, beside `Atomics` in JS. */
import { createStore } from "../../../api/heddle.ts";
import { report } from "./figure.ts";
import { mutex } from "./mutex.ts";

const LOCKS = 5_000_000;
const text = `(module ${mutex}
  (global $mutex (shared (ref $mutex)) (struct.new $mutex (i32.const 0) (waitqueue.new)))
  (func (export "run") (param $times i32)
    (loop $again
      (call $lock (global.get $mutex))
      (call $unlock (global.get $mutex))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))`;

const words = new Int32Array(new SharedArrayBuffer(4));

/** The same lock by `Atomics`: 0 free, 1 held, 2 held and waited for. */
function lockInJs(times: number): void {
  for (let i = 0; i < times; i++) {
    if (Atomics.compareExchange(words, 0, 0, 1) !== 0) {
      while (Atomics.exchange(words, 0, 2) !== 0) Atomics.wait(words, 0, 2);
    }
    if (Atomics.exchange(words, 0, 0) === 2) Atomics.notify(words, 0, 1);
  }
}

function nanoseconds(run: (times: number) => void): number {
  const start = performance.now();
  run(LOCKS);
  return ((performance.now() - start) / LOCKS) * 1e6;
}

await using store = await createStore({ threads: 1 });
const { instance } = await store.WebAssembly.instantiate(text);
const run = instance.exports["run"] as unknown as (times: number) => void;
const own: number[] = [];
const peer: number[] = [];
for (let turn = -1; turn < Number(process.argv[2]); turn++) {
  const samples = [nanoseconds(run), nanoseconds(lockInJs)] as const;
  if (turn < 0) continue;
  own.push(samples[0]);
  peer.push(samples[1]);
}
report([
  { title: "lock and unlock, nobody else there", unit: "ns", own, peer: { title: "Atomics in JS", samples: peer } },
]);
