/**
 * How much more threads do than one: a workload of workloads.ts in as many parts as there are threads, beside the same
 * in one part, in turns. What the machine itself gives is measured by Workers that count on their own, without Heddle.
 */

import { createStore } from "../../../api/heddle.ts";
import { encodeModule } from "../../../core/binary/encode.ts";
import { parseModule } from "../../../core/text/parse/parse.ts";
import { callRaw, startRaw } from "./raw.ts";
import { workloads } from "./workloads.ts";

/** Seconds of each turn: one thread, and all. */
export interface Scaling {
  readonly title: string;
  readonly threads: number;
  readonly alone: readonly number[];
  readonly together: readonly number[];
}

/** Calls `part(i)` for parts 0 to `parts - 1` at once; returns seconds, and the sum of the results. */
async function time(
  parts: number,
  part: (index: number) => Promise<number>,
): Promise<{ seconds: number; sum: number }> {
  const start = performance.now();
  const sums = await Promise.all(Array.from({ length: parts }, (_, i) => part(i)));
  return { seconds: (performance.now() - start) / 1000, sum: sums.reduce((sum, value) => (sum + value) | 0, 0) };
}

async function measure(
  title: string,
  threads: number,
  turns: number,
  work: (part: number, parts: number) => Promise<number>,
): Promise<Scaling> {
  const alone: number[] = [];
  const together: number[] = [];
  for (let turn = -1; turn < turns; turn++) {
    const one = await time(1, () => work(0, 1));
    const all = await time(threads, (part) => work(part, threads));
    if (one.sum !== all.sum) throw new Error(`${title}: ${one.sum} in one part, ${all.sum} in ${threads}`);
    if (turn < 0) continue;
    alone.push(one.seconds);
    together.push(all.seconds);
  }
  return { title, threads, alone, together };
}

/** Additions that depend on one another, in registers. */
const counting = `(module
  (import "m" "memory" (memory 1 1 shared))
  (func (export "work") (param $part i32) (param $parts i32) (result i32) (local $left i32) (local $sum i32)
    (local.set $left (i32.div_u (i32.const 1200000000) (local.get $parts)))
    (loop $next
      (local.set $sum (i32.add (i32.rotl (local.get $sum) (i32.const 3)) (local.get $left)))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.mul (local.get $sum) (i32.const 0))))`;

async function machine(threads: number, turns: number): Promise<Scaling> {
  const module = new WebAssembly.Module(encodeModule(parseModule(counting)));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const workers = await Promise.all(
    Array.from({ length: threads }, () => startRaw({ kind: "module", module, memory })),
  );
  const work = (part: number, parts: number): Promise<number> =>
    callRaw(workers[part]!, { name: "work", args: [part, parts] }) as Promise<number>;
  const result = await measure("the machine: counting without Heddle", threads, turns, work);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return result;
}

async function own(threads: number, turns: number, wanted: string | undefined): Promise<Scaling[]> {
  const results: Scaling[] = [];
  for (const { name, text } of workloads) {
    if (wanted !== undefined && wanted !== name) continue;
    await using store = await createStore({ threads });
    const { instance } = await store.WebAssembly.instantiate(text);
    const work = instance.exports["work"] as unknown as (part: number, parts: number) => number;
    results.push(await measure(name, threads, turns, (part, parts) => store.spawn(work, part, parts)));
  }
  return results;
}

const [turns, threads, wanted] = process.argv.slice(2);
console.log(
  JSON.stringify([
    await machine(Number(threads), Number(turns)),
    ...(await own(Number(threads), Number(turns), wanted)),
  ]),
);
