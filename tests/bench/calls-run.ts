/**
 * Measures calls on one kind of store, in a process of its own: `node tests/bench/calls-run.ts KIND RUNS`; prints JSON
 * (calls.ts).
 */

import { createStore } from "../../api/heddle.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";

/** Calls in a run. */
const CALLS = 1_000_000;
/**
 * `plain` and `in` take and give a number, of which only `in` may trap; `pass` takes and gives an object; `out` calls a
 * function of JS as often as it is told.
 */
const text = `(module
  (type $box (struct (field i32)))
  (import "js" "f" (func $f (param i32) (result i32)))
  (func (export "plain") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "in") (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const -1)) (then (unreachable)))
    (i32.add (local.get 0) (i32.const 1)))
  (func (export "make") (result (ref $box)) (struct.new $box (i32.const 1)))
  (func (export "pass") (param (ref $box)) (result (ref $box)) (local.get 0))
  (func (export "out") (param i32) (loop $next
    (drop (call $f (local.get 0)))
    (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`;

interface Exports {
  plain(value: number): number;
  in(value: number): number;
  make(): object;
  pass(box: object): object;
  out(calls: number): void;
}

/** Nanoseconds of each kind of call. */
export interface Costs {
  readonly plain: number;
  readonly in: number;
  readonly out: number;
  readonly reference: number;
}

/** The median of so many runs, behind one that does not count. */
function median(runs: number, body: () => void): number {
  const samples: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    body();
    if (run > 0) samples.push(((performance.now() - start) / CALLS) * 1e6);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1] as number;
}

function measure({ plain, in: enter, make, pass, out }: Exports, runs: number): Costs {
  const box = make();
  return {
    plain: median(runs, () => {
      for (let i = 0; i < CALLS; i++) plain(i);
    }),
    in: median(runs, () => {
      for (let i = 0; i < CALLS; i++) enter(i);
    }),
    out: median(runs, () => out(CALLS)),
    reference: median(runs, () => {
      for (let i = 0; i < CALLS; i++) pass(box);
    }),
  };
}

async function main(kind: string, runs: number): Promise<void> {
  const imports = { js: { f: (value: number) => value } };
  const bytes = encodeModule(parseModule(text));
  if (kind === "host") {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    console.log(JSON.stringify(measure(exports as unknown as Exports, runs)));
    return;
  }
  const store = await createStore({ threads: kind === "threads" ? 1 : 0 });
  const { instance } = await store.WebAssembly.instantiate(bytes, imports);
  console.log(JSON.stringify(measure(instance.exports as unknown as Exports, runs)));
  await store.close();
}

const [kind, runs] = process.argv.slice(2);
if (kind !== undefined) await main(kind, Number(runs));
