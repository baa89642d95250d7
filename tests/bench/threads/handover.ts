/**
 * Another thread is given a tree of 100,000 objects and answers with what the root holds: a shared tree as an argument
 * of `store.spawn`, beside a tree of JS objects that comlink clones.
 */
import { MessageChannel } from "node:worker_threads";
import * as Comlink from "comlink";
import { createStore } from "../../../api/heddle.ts";
import { report } from "./figure.ts";
import { startRaw } from "./raw.ts";
import type { Tree } from "./raw-worker.ts";

const OBJECTS = 100_000;
/** Turns before those that count. */
const WARM_UP = 20;
const CLONES_WARM_UP = 2;

const text = `(module
  (type $tree (shared (struct (field $left (ref null $tree)) (field $right (ref null $tree)) (field $value i32))))
  (type $build (shared (func (param i32) (result (ref null $tree)))))
  (type $value (shared (func (param (ref null $tree)) (result i32))))
  (func $build (export "build") (type $build) (local $left i32)
    (if (result (ref null $tree)) (local.get 0)
      (then
        (local.set $left (i32.shr_u (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
        (struct.new $tree
          (call $build (local.get $left))
          (call $build (i32.sub (local.get 0) (local.get $left)))
          (i32.add (local.get 0) (i32.const 1))))
      (else (ref.null $tree))))
  (func (export "value") (type $value) (struct.get $tree $value (local.get 0))))`;

function build(objects: number): Tree | null {
  if (objects === 0) return null;
  const left = (objects - 1) >>> 1;
  return { left: build(left), right: build(objects - 1 - left), value: objects };
}

/** Milliseconds until the answer is there. */
async function time(ask: () => Promise<number>): Promise<number> {
  const start = performance.now();
  if ((await ask()) !== OBJECTS) throw new Error("the other thread has not got the tree");
  return performance.now() - start;
}

await using store = await createStore({ threads: 1 });
const { instance } = await store.WebAssembly.instantiate(text);
const exports = instance.exports as unknown as { build(objects: number): object; value(tree: object): number };
const shared = exports.build(OBJECTS);

const { port1, port2 } = new MessageChannel();
const worker = await startRaw({ kind: "trees", port: port2 });
const remote = Comlink.wrap<{ value(tree: Tree | null): number }>(port1 as unknown as Comlink.Endpoint);
const tree = build(OBJECTS);

const own: number[] = [];
const peer: number[] = [];
const turns = Number(process.argv[2]);
for (let turn = -CLONES_WARM_UP; turn < turns; turn++) {
  const clone = await time(() => remote.value(tree));
  for (let i = 0; i < WARM_UP; i++) await time(() => store.spawn(exports.value, shared));
  const handed = await time(() => store.spawn(exports.value, shared));
  if (turn < 0) continue;
  peer.push(clone);
  own.push(handed);
}
await worker.terminate();
port1.close();
report([
  {
    title: "a tree of 100,000 objects to another thread, and its answer",
    unit: "ms",
    own,
    peer: { title: "comlink", samples: peer },
  },
]);
