import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { createStore, RuntimeError, WorkerLostError } from "../../../../api/heddle.ts";
import { collectHost } from "../../support/host-collection.ts";
import { counter, exportsOf, withStore } from "../../support/programs.ts";

interface CounterExports {
  make(): object;
  add(counter: object, times: number): void;
  read(counter: object): number;
}

describe("shared functions on several threads", () => {
  test("4 threads that add 1,000,000 each to one shared struct make 4,000,000", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const { make, add, read } = await exportsOf<CounterExports>(store, counter);
      const shared = make();
      await Promise.all([1, 2, 3, 4].map(() => store.spawn(add, shared, 1_000_000)));
      expect(read(shared)).toBe(4_000_000);
    });
  });

  test("a reference made by another thread is the object that this thread sees", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { make, add, read } = await exportsOf<CounterExports>(store, counter);
      const shared = await store.spawn(make);
      expect(Object.getPrototypeOf(shared)).toBeNull();
      await store.spawn(add, shared, 5);
      add(shared, 2);
      expect(read(shared)).toBe(7);
      expect(await store.spawn(read, shared)).toBe(7);
    });
  });

  test("the same reference is the same object, however it came", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { make, same } = await exportsOf<{ make(): object; same(value: object): object }>(
        store,
        `(module (type $box (shared (struct)))
          (type $make (shared (func (result (ref $box))))) (type $same (shared (func (param (ref $box)) (result (ref $box)))))
          (func (export "make") (type $make) (struct.new $box))
          (func (export "same") (type $same) (local.get 0)))`,
      );
      const box = make();
      expect(same(box)).toBe(box);
      expect(await store.spawn(same, box)).toBe(box);
      expect(make()).not.toBe(box);
    });
  });

  test("numbers of all types and several results cross threads", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { all } = await exportsOf<{
        all(a: number, b: bigint, c: number, d: number): [number, bigint, number, number];
      }>(
        store,
        `(module (type $all (shared (func (param i32 i64 f32 f64) (result f64 f32 i64 i32))))
          (func (export "all") (type $all) (local.get 3) (local.get 2) (local.get 1) (local.get 0)))`,
      );
      expect(await store.spawn(all, -1, -(2n ** 63n), 0.5, Math.PI)).toEqual([Math.PI, 0.5, -(2n ** 63n), -1]);
      expect(all(-1, -(2n ** 63n), 0.5, Math.PI)).toEqual([Math.PI, 0.5, -(2n ** 63n), -1]);
    });
  });

  test("more calls than Workers are queued and all answered in order of their making", async () => {
    await withStore({ threads: 1, maximumThreads: 1 }, async (store) => {
      const { next } = await exportsOf<{ next(): number }>(
        store,
        `(module (type $next (shared (func (result i32)))) (global $count (shared mut i32) (i32.const 0))
          (func (export "next") (type $next) (global.atomic.rmw.add $count (i32.const 1))))`,
      );
      const results = await Promise.all(Array.from({ length: 300 }, () => store.spawn(next)));
      expect(results).toEqual(Array.from({ length: 300 }, (_, i) => i));
    });
  });

  test("a trap rejects the promise with a RuntimeError, and the Worker goes on", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { divide } = await exportsOf<{ divide(a: number, b: number): number }>(
        store,
        `(module (type $divide (shared (func (param i32 i32) (result i32))))
          (func (export "divide") (type $divide) (i32.div_s (local.get 0) (local.get 1))))`,
      );
      await expect(store.spawn(divide, 1, 0)).rejects.toBeInstanceOf(RuntimeError);
      await expect(store.spawn(divide, 1, 0)).rejects.toMatchObject({ message: "integer divide by zero" });
      expect(await store.spawn(divide, 6, 2)).toBe(3);
    });
  });

  test("a terminated Worker rejects its call, is replaced, and hangs nobody", async () => {
    await withStore({ threads: 1, maximumThreads: 1 }, async (store) => {
      const { forever, one, running } = await exportsOf<{ forever(): void; one(): number; running: { value: number } }>(
        store,
        `(module (type $forever (shared (func))) (type $one (shared (func (result i32)))) (type $box (shared (struct (field i64))))
          (global $running (export "running") (shared mut i32) (i32.const 0))
          (func (export "forever") (type $forever) (global.atomic.set $running (i32.const 1)) (loop $again (drop (struct.new $box (i64.const 0))) (br $again)))
          (func (export "one") (type $one) (i32.const 1)))`,
      );
      const lost = store.spawn(forever);
      const queued = store.spawn(one);
      while (running.value === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await store.terminateWorker(store.workers[0]!);
      await expect(lost).rejects.toBeInstanceOf(WorkerLostError);
      expect(await queued).toBe(1);
      store.collect();
    });
  });

  test("a store that is closed while a Worker takes another's place leaves none behind", async () => {
    const started: Worker[] = [];
    const note = (message: unknown): void => void started.push((message as { worker: Worker }).worker);
    subscribe("worker_threads", note);
    try {
      await withStore({ threads: 1 }, (store) => store.terminateWorker(store.workers[0]!));
      await expect.poll(() => started.length).toBe(2);
      // A Worker that has ended has no thread id.
      await expect.poll(() => started.map(({ threadId }) => threadId)).toEqual([-1, -1]);
    } finally {
      unsubscribe("worker_threads", note);
    }
  });

  test("a Worker that takes another's place does not wait for messages to that other", async () => {
    await withStore({ threads: 1, maximumThreads: 1 }, async (store) => {
      const { one } = await exportsOf<{ one(): number }>(
        store,
        `(module (type $one (shared (func (result i32)))) (func (export "one") (type $one) (i32.const 1)))`,
      );
      for (let round = 0; round < 5; round++) {
        await store.terminateWorker(store.workers[0]!);
        expect(await store.spawn(one)).toBe(1);
        // What this agent had for talking to the dead Worker is finalized now, which comlink reports to the other side.
        collectHost();
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(await store.spawn(one)).toBe(1);
      }
    });
  });

  test("a Worker that is terminated before it is ready is replaced, too, and is no error", async () => {
    const errors: unknown[] = [];
    await withStore({ threads: 2, maximumThreads: 2, onThreadError: (error) => errors.push(error) }, async (store) => {
      const { one } = await exportsOf<{ one(): number }>(
        store,
        `(module (type $one (shared (func (result i32)))) (func (export "one") (type $one) (i32.const 1)))`,
      );
      for (let round = 0; round < 4; round++) {
        for (const worker of store.workers) {
          await store.terminateWorker(worker);
          // The next one has begun to start by now.
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      expect(await store.spawn(one)).toBe(1);
      while (store.workers.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    });
    expect(errors).toEqual([]);
  });

  test("functions that are not shared cannot be spawned, and a store without threads spawns nothing", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { unshared, shared } = await exportsOf<{ unshared(): void; shared(): void }>(
        store,
        `(module (type $shared (shared (func))) (func (export "unshared")) (func (export "shared") (type $shared)))`,
      );
      await expect(store.spawn(unshared)).rejects.toThrow(TypeError);
      await expect(store.spawn(() => 1)).rejects.toThrow(TypeError);
      await expect(store.spawn(shared)).rejects.toThrow(RangeError);
    });
  });

  test("closing rejects what was not answered", async () => {
    const store = await createStore({ threads: 1, heap: { maximum: 1 << 24 } });
    const { forever } = await exportsOf<{ forever(): void }>(
      store,
      `(module (type $forever (shared (func))) (func (export "forever") (type $forever) (loop $again (br $again))))`,
    );
    const lost = store.spawn(forever);
    lost.catch(() => undefined);
    await store.close();
    await expect(lost).rejects.toBeInstanceOf(WorkerLostError);
    await expect(store.spawn(forever)).rejects.toThrow("closed");
  });

  test("statistics tell of the heap and of each agent", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { make } = await exportsOf<CounterExports>(store, counter);
      await Promise.all([store.spawn(make), store.spawn(make), store.spawn(make)]);
      const agents = await store.agentStatistics();
      expect(agents).toHaveLength(3);
      expect(agents.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(3);
      expect(store.statistics().threads).toBe(2);
      expect(store.heap.usedBytes).toBeGreaterThanOrEqual(0);
    });
  });
});

describe("garbage", () => {
  test("4 threads allocate 10 million objects each under a limit of 64 MB", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const { churn } = await exportsOf<{ churn(count: number): number }>(
        store,
        `(module
          (type $item (shared (struct (field $number i32) (field $before (mut (ref null $item))))))
          (type $churn (shared (func (param i32) (result i32))))
          (func (export "churn") (type $churn) (param $count i32) (result i32) (local $last (ref null $item))
            (loop $next
              (local.set $last (struct.new $item (local.get $count) (local.get $last)))
              ;; every 1000 objects the chain is dropped
              (if (i32.eqz (i32.rem_u (local.get $count) (i32.const 1000))) (then (local.set $last (ref.null $item))))
              (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
            (struct.get $item $number (struct.get $item $before (local.get $last)))))`,
      );
      const results = await Promise.all([1, 2, 3, 4].map(() => store.spawn(churn, 10_000_000)));
      expect(results).toEqual([2, 2, 2, 2]);
      expect(store.heap.collections).toBeGreaterThan(0);
    });
  });
});
