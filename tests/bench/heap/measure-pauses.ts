/** Full collections of ten million objects, made in one go, while another thread runs too: both mark. Prints JSON. */
import { createStore } from "../../../api/heddle.ts";
import { sourceOf } from "./engines.ts";

export interface PauseSample {
  readonly objects: number;
  readonly threads: number;
  readonly milliseconds: readonly number[];
}

const OBJECTS = 10_000_000;
const COLLECTIONS = 9;

type Shared = (...values: unknown[]) => unknown;

const spinning = `(module
  (type $f (shared (func (result i32))))
  (global $stop (export "stop") (shared mut i32) (i32.const 0))
  (func (export "spin") (type $f) (result i32)
    (local $turns i32)
    (loop $again
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $again (i32.eqz (global.atomic.get seqcst $stop))))
    (local.get $turns)))`;

const store = await createStore({ threads: 1, heap: { maximum: 1 << 30 } });
const { instance } = await store.WebAssembly.instantiate(sourceOf("lists"));
const live = (instance.exports["setup"] as Shared)(OBJECTS);
const other = await store.WebAssembly.instantiate(spinning);
const spun = store.spawn(other.instance.exports["spin"] as Shared);
await new Promise((resolve) => setTimeout(resolve, 200));
// The first one finds everything young.
store.collect();
const before = store.heap.collections;
for (let i = 0; i < COLLECTIONS; i++) store.collect();
const milliseconds = store.heap
  .recentCollections()
  .filter(({ number, kind }) => number > before && kind === "full")
  .map(({ pause }) => pause);
(other.instance.exports["stop"] as unknown as WebAssembly.Global).value = 1;
await spun;
const sample: PauseSample = { objects: OBJECTS, threads: 2, milliseconds };
console.log(JSON.stringify(sample));
if (live === undefined) throw new Error("the objects are kept until here");
await store.close();
