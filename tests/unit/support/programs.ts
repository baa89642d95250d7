/** The programs of these tests, and the stores that run them. */
import { openStore } from "../../../api/composed-store.ts";
import type { Store } from "../../../api/heddle.ts";
import type { InternalStoreOptions } from "../../../threads/store/store-options.ts";

/** Runs `body` with a store, and closes it whatever happens. */
export async function withStore<T>(options: InternalStoreOptions, body: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ heap: { maximum: 64 << 20 }, ...options });
  try {
    return await body(store);
  } finally {
    await store.close();
  }
}

/** Instantiates a text and returns its exports. */
export async function exportsOf<T>(store: Store, text: string, imports?: WebAssembly.Imports): Promise<T> {
  return (await store.WebAssembly.instantiate(text, imports)).instance.exports as T;
}

/** A counter in a shared struct. */
export const counter = `(module
  (type $counter (shared (struct (field $value (mut i32)))))
  (func (export "make") (type $make) (struct.new $counter (i32.const 0)))
  (type $make (shared (func (result (ref $counter)))))
  (type $add (shared (func (param (ref $counter) i32))))
  (func (export "add") (type $add) (param $counter (ref $counter)) (param $times i32)
    (loop $next
      (drop (struct.atomic.rmw.add $counter $value (local.get $counter) (i32.const 1)))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
  (type $read (shared (func (param (ref $counter)) (result i32))))
  (func (export "read") (type $read) (param $counter (ref $counter)) (result i32)
    (struct.atomic.get $counter $value (local.get $counter))))`;

/** Threads that wasm code spawns: each adds its argument to a shared total and counts itself as done. */
export const spawner = `(module
  (type $start (shared (func (param i32))))
  (type $cell (shared (struct (field $total (mut i32)) (field $done (mut i32)))))
  (import "wasm:thread" "spawn_ref" (func $spawn_ref (param (ref null $start) i32) (result i32)))
  (import "wasm:thread" "spawn_indirect" (func $spawn_indirect (param i32 i32) (result i32)))
  (import "wasm:thread" "available_parallelism" (func $parallelism (result i32)))
  (table $table shared 4 4 (ref null (shared func)))
  (global $cell (shared (ref $cell)) (struct.new $cell (i32.const 0) (i32.const 0)))
  (elem $functions declare func $work)
  (func $work (type $start) (param $argument i32)
    (drop (struct.atomic.rmw.add $cell $total (global.get $cell) (local.get $argument)))
    (drop (struct.atomic.rmw.add $cell $done (global.get $cell) (i32.const 1))))
  (func (export "prepare") (table.set $table (i32.const 1) (ref.func $work)))
  (func (export "parallelism") (result i32) (call $parallelism))
  (func (export "indirect") (param i32 i32) (result i32) (call $spawn_indirect (local.get 0) (local.get 1)))
  (func (export "null") (result i32) (call $spawn_ref (ref.null $start) (i32.const 0)))
  ;; Spawns threads with the arguments 1 to count, waits for all of them, and returns the total.
  (func (export "sum") (param $count i32) (result i32) (local $i i32)
    (struct.atomic.set $cell $total (global.get $cell) (i32.const 0))
    (struct.atomic.set $cell $done (global.get $cell) (i32.const 0))
    (loop $spawn
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (drop (call $spawn_ref (ref.func $work) (local.get $i)))
      (br_if $spawn (i32.lt_u (local.get $i) (local.get $count))))
    (loop $wait
      (br_if $wait (i32.lt_u (struct.atomic.get $cell $done (global.get $cell)) (local.get $count))))
    (struct.atomic.get $cell $total (global.get $cell))))`;
