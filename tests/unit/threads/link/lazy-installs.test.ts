import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

/** Agents that call whatever function stands in the table, again and again, until that returns something. */
const callers = `(module
  (type $node (shared (struct (field i32))))
  (type $task (shared (func (param i32 (ref null $node)) (result i32))))
  (type $run (shared (func (param i32) (result i32))))
  (type $plain (shared (func (result i32))))
  (table $tasks (export "tasks") shared 4 4 (ref null $task))
  (global $ready (shared mut i32) (i32.const 0))
  (global $calling (shared mut i32) (i32.const 0))
  (func (export "run") (type $run) (local $task (ref null $task)) (local $kept (ref $node))
    (local.set $kept (struct.new $node (i32.const 7)))
    (drop (global.atomic.rmw.add $calling (i32.const 1)))
    (loop $wait (br_if $wait (i32.eqz (global.atomic.get $ready))))
    (local.set $task (table.get $tasks (i32.const 0)))
    (i32.add (call_ref $task (local.get 0) (struct.new $node (i32.const 1000)) (local.get $task)) (struct.get $node 0 (local.get $kept))))
  (func (export "indirect") (type $run)
    (loop $wait (br_if $wait (i32.eqz (global.atomic.get $ready))))
    (call_indirect $tasks (type $task) (local.get 0) (struct.new $node (i32.const 2000)) (i32.const 0)))
  (func (export "tail") (type $run) (local $task (ref null $task))
    (loop $wait (br_if $wait (i32.eqz (global.atomic.get $ready))))
    (local.set $task (table.get $tasks (i32.const 0)))
    (return_call_ref $task (local.get 0) (struct.new $node (i32.const 3000)) (local.get $task)))
  (func (export "set") (param (ref null $task)) (table.set $tasks (i32.const 0) (local.get 0)) (global.atomic.set $ready (i32.const 1)))
  (func (export "calling") (result i32) (global.atomic.get $calling)))`;

/** What comes into the store while they run. */
const late = (bonus: number): string => `(module
  (type $node (shared (struct (field i32))))
  (type $task (shared (func (param i32 (ref null $node)) (result i32))))
  (global $own (thread_local mut (ref null $node)) (ref.null $node))
  (func $help (type $task)
    (global.set $own (struct.new $node (i32.const ${bonus})))
    (i32.add (local.get 0) (struct.get $node 0 (global.get $own))))
  (func (export "task") (type $task) (i32.add (call $help (local.get 0) (local.get 1)) (struct.get $node 0 (local.get 1)))))`;

interface Callers {
  run(argument: number): number;
  indirect(argument: number): number;
  tail(argument: number): number;
  set(task: unknown): void;
  calling(): number;
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe("a module that is loaded while Workers run", () => {
  test("can be called by them, without their event loops", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const { run, indirect, tail, set, calling } = await exportsOf<Callers>(store, callers);
      const running = [store.spawn(run, 1), store.spawn(run, 2), store.spawn(indirect, 3), store.spawn(tail, 4)];
      while (calling() < 2) await turn();
      const { task } = await exportsOf<{ task(): number }>(store, late(20));
      set(task);
      expect(await Promise.all(running)).toEqual([1028, 1029, 2023, 3024]);
    });
  });

  test("can be called by 8 of them", async () => {
    await withStore({ threads: 8 }, async (store) => {
      const { run, set, calling } = await exportsOf<Callers>(store, callers);
      const running = Array.from({ length: 8 }, (_, index) => store.spawn(run, index));
      while (calling() < 8) await turn();
      set((await exportsOf<{ task(): number }>(store, late(20))).task);
      expect(await Promise.all(running)).toEqual([1027, 1028, 1029, 1030, 1031, 1032, 1033, 1034]);
    });
  });

  test("is installed once, though the message comes as well, and is called directly from then on", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { run, set, calling } = await exportsOf<Callers>(store, callers);
      const running = store.spawn(run, 1);
      while (calling() === 0) await turn();
      set((await exportsOf<{ task(): number }>(store, late(1))).task);
      expect(await running).toBe(1009);
      expect(await store.spawn(run, 2)).toBe(1010);
      set((await exportsOf<{ task(): number }>(store, late(2))).task);
      expect(await store.spawn(run, 2)).toBe(1011);
      const [, worker] = await store.agentStatistics();
      expect(worker?.instances).toBe(3);
    });
  });

  test("keeps what its first call is given, and collections go on meanwhile", async () => {
    await withStore({ threads: 2, collectAtSafepoints: true }, async (store) => {
      const { run, set, calling } = await exportsOf<Callers>(store, callers);
      const running = [store.spawn(run, 1), store.spawn(run, 2)];
      while (calling() < 2) await turn();
      set((await exportsOf<{ task(): number }>(store, late(5))).task);
      store.collect();
      expect(await Promise.all(running)).toEqual([1013, 1014]);
      expect(internalsOf(store).agent.heap.runtime.verify()).toBe(0);
    });
  });

  test("may have functions of vectors", async () => {
    const start = (task: string): string => `(module
      (type $node (shared (struct (field i32))))
      (type $task (shared (func (param v128 (ref null $node) i64) (result v128))))
      (type $run (shared (func (result i32))))
      (global $ready (shared mut i32) (i32.const 0))
      (table $tasks (export "tasks") shared 1 1 (ref null $task)) ${task}`;
    const waiting = start(`(func (export "run") (type $run) (local $task (ref null $task))
        (loop $wait (br_if $wait (i32.eqz (global.atomic.get $ready))))
        (local.set $task (table.get $tasks (i32.const 0)))
        (i32x4.extract_lane 2 (call_ref $task (v128.const i32x4 1 2 3 4) (struct.new $node (i32.const 100)) (i64.const 1000) (local.get $task))))
      (func (export "set") (param (ref null $task)) (table.set $tasks (i32.const 0) (local.get 0)) (global.atomic.set $ready (i32.const 1))))`);
    const late = start(`(func (export "task") (type $task)
        (i32x4.add (local.get 0) (i32x4.splat (i32.add (struct.get $node 0 (local.get 1)) (i32.wrap_i64 (local.get 2)))))))`);
    await withStore({ threads: 2, collectAtSafepoints: true }, async (store) => {
      const { run, set } = await exportsOf<{ run(): number; set(task: unknown): void }>(store, waiting);
      const running = [store.spawn(run), store.spawn(run)];
      await turn();
      set((await exportsOf<{ task: unknown }>(store, late)).task);
      expect(await Promise.all(running)).toEqual([1103, 1103]);
    });
  });

  test("may have memories that the Workers have never seen", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { run, tail, set, calling } = await exportsOf<Callers>(store, callers);
      const running = [store.spawn(run, 1), store.spawn(tail, 1)];
      while (calling() === 0) await turn();
      const text = `(module (type $node (shared (struct (field i32)))) (type $task (shared (func (param i32 (ref null $node)) (result i32))))
        (memory 1 1 shared) (memory (export "memory") 1 1 shared) (data (memory 1) (i32.const 4) "\\09")
        (func (export "task") (type $task) (i32.atomic.rmw.add 1 (i32.const 4) (i32.const 1))))`;
      const { task, memory } = await exportsOf<{ task(): number; memory: WebAssembly.Memory }>(store, text);
      set(task);
      const results = await Promise.all(running);
      // Both have the one memory: one of them found 9 there, the other 10.
      expect([results[0]! - 7 + results[1]!, new Int32Array(memory.buffer)[1]]).toEqual([19, 11]);
    });
  });

  test("may use memories that the Workers know", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { memory, poke } = await exportsOf<{ memory: WebAssembly.Memory; poke(): void }>(
        store,
        `(module (type $poke (shared (func))) (memory (export "memory") 1 1 shared)
          (func (export "poke") (type $poke) (i32.store (i32.const 0) (i32.const 500))))`,
      );
      const { run, set, calling } = await exportsOf<Callers>(store, callers);
      await store.spawn(poke);
      const running = store.spawn(run, 1);
      while (calling() === 0) await turn();
      const text = `(module (type $node (shared (struct (field i32)))) (type $task (shared (func (param i32 (ref null $node)) (result i32))))
        (import "" "memory" (memory 1 1 shared)) (func (export "task") (type $task) (i32.load (i32.const 0))))`;
      set((await exportsOf<{ task(): number }>(store, text, { "": { memory } })).task);
      expect(await running).toBe(507);
    });
  });
});
