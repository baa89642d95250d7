import { describe, expect, test } from "vitest";
import { LinkError, RuntimeError } from "../../../../api/heddle.ts";
import { exportsOf, spawner, withStore } from "../../support/programs.ts";

interface SpawnerExports {
  prepare(): void;
  parallelism(): number;
  indirect(index: number, argument: number): number;
  null(): number;
  sum(count: number): number;
}

describe("wasm:thread", () => {
  test("spawn_ref starts threads while the spawning thread does not return", async () => {
    await withStore({ threads: 3 }, async (store) => {
      const { sum, parallelism } = await exportsOf<SpawnerExports>(store, spawner);
      expect(sum(100)).toBe(5050);
      expect(parallelism()).toBe(3);
      await store.threadsEnded();
    });
  });

  test("spawn_indirect takes the start function from the module's table", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const exports = await exportsOf<SpawnerExports>(store, spawner);
      exports.prepare();
      expect(exports.indirect(1, 5)).toBe(0);
      expect(exports.indirect(1, 6)).toBe(1);
      await store.threadsEnded();
      expect(() => exports.indirect(0, 0)).toThrow("uninitialized element");
      expect(() => exports.indirect(4, 0)).toThrow("undefined element");
      expect(() => exports.null()).toThrow("null function reference");
    });
  });

  test("a start function of another type cannot be imported or spawned", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const wrong = (start: string) => `(module (type $start ${start})
        (import "wasm:thread" "spawn_ref" (func (param (ref null $start) i32) (result i32))))`;
      await expect(store.WebAssembly.instantiate(wrong("(func (param i32))"))).rejects.toBeInstanceOf(LinkError);
      await expect(store.WebAssembly.instantiate(wrong("(shared (func (param i64)))"))).rejects.toBeInstanceOf(
        LinkError,
      );
      await store.WebAssembly.instantiate(wrong("(shared (func (param i32)))"));
      await expect(store.WebAssembly.instantiate(`(module (import "wasm:thread" "fork" (func)))`)).rejects.toThrow(
        "unknown import",
      );
    });
  });

  test("without Workers nothing is spawned", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<SpawnerExports>(store, spawner);
      exports.prepare();
      expect(exports.indirect(1, 5)).toBe(-1);
    });
  });

  const chain = `(module
    (type $start (shared (func (param i32))))
    (type $spawn (shared (func (param (ref null $start) i32) (result i32))))
    (import "wasm:thread" "spawn_ref" (func $spawn (type $spawn)))
    (type $get (shared (func (result i32))))
    (global $count (shared mut i32) (i32.const 0))
    (elem declare func $next)
    (func $next (type $start) (param $left i32)
      (drop (global.atomic.rmw.add $count (i32.const 1)))
      (if (i32.eqz (local.get $left)) (then (return)))
      ;; a thread that waits for the thread that it spawned
      (drop (call $spawn (ref.func $next) (i32.sub (local.get $left) (i32.const 1))))
      (loop $wait (br_if $wait (i32.ge_s (i32.sub (i32.const 6) (local.get $left)) (i32.sub (global.atomic.get $count) (i32.const 0))))))
    (func (export "start") (drop (call $spawn (ref.func $next) (i32.const 5))))
    (func (export "count") (type $get) (global.atomic.get $count)))`;

  test("threads spawn threads, and the pool grows for those that wait for each other", async () => {
    await withStore({ threads: 1, maximumThreads: 8 }, async (store) => {
      const { start, count } = await exportsOf<{ start(): void; count(): number }>(store, chain);
      start();
      await store.threadsEnded();
      expect(count()).toBe(6);
      expect(store.statistics().threads).toBeGreaterThan(1);
    });
  });

  test("a trap ends its thread and is reported, the others go on", async () => {
    const errors: [string, number][] = [];
    await withStore(
      { threads: 2, onThreadError: (error, thread) => errors.push([error.message, thread]) },
      async (store) => {
        const { go, count } = await exportsOf<{ go(argument: number): void; count(): number }>(
          store,
          `(module
          (type $start (shared (func (param i32))))
          (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
          (global $count (shared mut i32) (i32.const 0))
          (elem declare func $work)
          (func $work (type $start) (if (local.get 0) (then unreachable)) (drop (global.atomic.rmw.add $count (i32.const 1))))
          (func (export "go") (param i32) (drop (call $spawn (ref.func $work) (local.get 0))))
          (func (export "count") (result i32) (global.atomic.get $count)))`,
        );
        go(0);
        go(1);
        go(0);
        await expect(store.threadsEnded()).rejects.toBeInstanceOf(RuntimeError);
        expect(errors).toEqual([["unreachable", 1]]);
        expect(count()).toBe(2);
        go(0);
        await store.threadsEnded();
        expect(count()).toBe(3);
      },
    );
  });

  test("a thread that waits on a memory keeps no collection waiting", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { sleep, wake, churn, badly } = await exportsOf<Record<string, (value?: number) => number>>(
        store,
        `(module (type $sleep (shared (func (result i32)))) (type $item (shared (struct (field i64)))) (type $churn (shared (func (param i32) (result i32))))
          (memory (export "memory") 1 1 shared) (memory $own 1)
          (func (export "sleep") (type $sleep) (local $kept (ref $item))
            (local.set $kept (struct.new $item (i64.const 77)))
            (i32.store (i32.const 4) (i32.const 1))
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
            (i32.wrap_i64 (struct.get $item 0 (local.get $kept))))
          (func (export "wake") (result i32) (i32.atomic.store (i32.const 0) (i32.const 1)) (memory.atomic.notify (i32.const 0) (i32.const 9)))
          (func (export "churn") (type $churn)
            (loop $l (drop (struct.new $item (i64.const 1))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (i32.load (i32.const 4)))
          (func (export "badly") (param i32) (result i32)
            (if (local.get 0) (then (return (memory.atomic.wait64 $own (i32.const 0) (i64.const 0) (i64.const 0)))))
            (memory.atomic.wait32 (i32.const 2) (i32.const 0) (i64.const 0))))`,
      );
      const sleeper = store.spawn(sleep!);
      const before = store.heap.collections;
      while ((await store.spawn(churn!, 5_000_000)) === 0);
      store.collect();
      expect(store.heap.collections).toBeGreaterThan(before);
      expect(wake!()).toBe(1);
      expect(await sleeper).toBe(77);
      expect(() => badly!(0)).toThrow("unaligned atomic");
      expect(() => badly!(1)).toThrow("expected shared memory");
    });
  });
});
