/**
 * A module that one agent instantiates while eight others run: milliseconds until each of the eight has called its
 * function, which the start function put where they look.
 */
import { createStore } from "../../../api/heddle.ts";
import { microseconds, report } from "./figure.ts";

const AGENTS = 8;
const program = `(module
  (type $f (shared (func)))
  (type $run (shared (func (param i32))))
  (memory (export "memory") 1 1 shared)
  (global $f (export "f") (shared mut (ref null $f)) (ref.null $f))
  (func (export "run") (type $run)
    (drop (i32.atomic.rmw.add offset=4 (i32.const 0) (i32.const 1)))
    (loop $look (br_if $look (i32.eqz (i32.atomic.load offset=8 (i32.const 0)))))
    (call_ref $f (global.get $f))
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))))`;
const loaded = `(module
  (type $f (shared (func)))
  (import "m" "f" (global $f (shared mut (ref null $f))))
  (import "m" "memory" (memory 1 1 shared))
  (func $new (type $f))
  (elem declare func $new)
  (func $start (global.set $f (ref.func $new)) (i32.atomic.store offset=8 (i32.const 0) (i32.const 1)))
  (start $start))`;

const own: number[] = [];
for (let turn = -1; turn < Number(process.argv[2]); turn++) {
  await using store = await createStore({ threads: AGENTS });
  const { Module, Instance } = store.WebAssembly;
  const { exports } = new Instance(new Module(program));
  const words = new Int32Array((exports["memory"] as unknown as WebAssembly.Memory).buffer);
  const module = new Module(loaded);
  const run = exports["run"] as unknown as (value: number) => void;
  const running = Promise.all(Array.from({ length: AGENTS }, () => store.spawn(run, 0)));
  while (Atomics.load(words, 1) < AGENTS) await new Promise((resolve) => setTimeout(resolve, 1));
  const start = microseconds();
  new Instance(module, { m: exports } as unknown as WebAssembly.Imports);
  // Without running: a core more would be taken from the eight.
  while (Atomics.load(words, 0) < AGENTS) Atomics.wait(words, 0, Atomics.load(words, 0), 0.1);
  const called = microseconds();
  await running;
  if (turn < 0) continue;
  own.push((called - start) / 1000);
}
report([{ title: `a module loaded, and called by ${AGENTS} running agents`, unit: "ms", own }]);
