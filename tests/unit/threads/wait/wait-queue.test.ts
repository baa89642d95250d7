import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import type { Store } from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

/** The places of control words: `wait` takes the expected number and the timeout. */
const program = `(module
  (type $node (shared (struct)))
  (type $cell (shared (struct (field $n (mut i32)) (field $long (mut i64)) (field $ref (mut (ref null $node))))))
  (type $longs (shared (array (mut i64))))
  (type $eqs (shared (array (mut (ref null (shared eq))))))
  (type $wait (shared (func (param i32 i64) (result i32))))
  (type $get (shared (func (result i32))))
  (type $notify (shared (func (param i32) (result i32))))
  (memory $memory 1 1 shared)
  (table $table shared 4 4 (ref null (shared eq)))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $cell (shared (ref $cell)) (struct.new $cell (i32.const 0) (i64.const 0) (ref.null $node)))
  (global $longs (shared (ref $longs)) (array.new $longs (i64.const 0) (i32.const 3)))
  (global $eqs (shared (ref $eqs)) (array.new $eqs (ref.i31_shared (i32.const 0)) (i32.const 3)))
  (global $word (shared mut i32) (i32.const 0))
  (global $wide (shared mut i64) (i64.const 0))
  (global $reference (shared mut (ref null (shared eq))) (ref.i31_shared (i32.const 0)))
  (func (export "struct i32") (type $wait)
    (struct.wait $cell $n (global.get $cell) (global.get $queue) (local.get 0) (local.get 1)))
  (func (export "struct i64") (type $wait)
    (struct.wait $cell $long (global.get $cell) (global.get $queue) (i64.extend_i32_s (local.get 0)) (local.get 1)))
  (func (export "struct reference") (type $wait)
    (struct.wait $cell $ref (global.get $cell) (global.get $queue)
      (select (result (ref null (shared eq))) (ref.i31_shared (i32.const 1)) (ref.null (shared eq)) (local.get 0)) (local.get 1)))
  (func (export "array i64") (type $wait)
    (array.wait $longs (global.get $longs) (global.get $queue) (i32.const 2) (i64.extend_i32_s (local.get 0)) (local.get 1)))
  (func (export "array reference") (type $wait)
    (array.wait $eqs (global.get $eqs) (global.get $queue) (i32.const 1) (ref.i31_shared (local.get 0)) (local.get 1)))
  (func (export "global i32") (type $wait) (global.wait $word (global.get $queue) (local.get 0) (local.get 1)))
  (func (export "global i64") (type $wait) (global.wait $wide (global.get $queue) (i64.extend_i32_s (local.get 0)) (local.get 1)))
  (func (export "global reference") (type $wait)
    (global.wait $reference (global.get $queue) (ref.i31_shared (local.get 0)) (local.get 1)))
  (func (export "table") (type $wait) (table.wait $table (global.get $queue) (i32.const 3) 
      (select (result (ref null (shared eq))) (ref.i31_shared (i32.const 1)) (ref.null (shared eq)) (local.get 0)) (local.get 1)))
  (func (export "memory i32") (type $wait) (memory.wait32 $memory (global.get $queue) (i32.const 8) (local.get 0) (local.get 1)))
  (func (export "memory i64") (type $wait)
    (memory.wait64 $memory (global.get $queue) (i32.const 16) (i64.extend_i32_s (local.get 0)) (local.get 1)))
  (func (export "memory at") (param i32) (result i32) (memory.wait32 $memory (global.get $queue) (local.get 0) (i32.const 0) (i64.const 0)))
  (func (export "memory64 at") (param i32) (result i32) (memory.wait64 $memory (global.get $queue) (local.get 0) (i64.const 0) (i64.const 0)))
  (func (export "notify") (type $notify) (waitqueue.notify (global.get $queue) (local.get 0))))`;
const forms = [
  "struct i32",
  "struct i64",
  "struct reference",
  "array i64",
  "array reference",
  "global i32",
  "global i64",
  "global reference",
  "table",
  "memory i32",
  "memory i64",
];
type Wait = (expected: number, timeout: bigint) => number;
type Waits = Record<string, Wait> & { notify(count: number): number };

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Notifies until so many were woken. */
async function wake(notify: (count: number) => number, count: number): Promise<void> {
  for (let woken = 0; woken < count; ) {
    woken += notify(count - woken);
    await soon();
  }
}

describe("waiting", () => {
  test.each(forms)("on %s ends when woken, at once on another value, and after the timeout", async (form) => {
    await withStore({ threads: 1 }, async (store) => {
      const { notify, ...waits } = await exportsOf<Waits>(store, program);
      const wait = waits[form] as Wait;
      expect(wait(1, -1n)).toBe(1);
      expect(notify(1)).toBe(0);
      const before = performance.now();
      expect(wait(0, 3_000_000n)).toBe(2);
      expect(performance.now() - before).toBeGreaterThanOrEqual(3);
      expect(wait(0, 0n)).toBe(2);
      const woken = store.spawn(wait, 0, -1n);
      await wake(notify, 1);
      expect(await woken).toBe(0);
      expect(notify(9)).toBe(0);
    });
  });

  const order = `(module
    (type $work (shared (func (param i32) (result i32)))) (type $set (shared (func (param i32 i32))))
    (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
    (global $zero (shared mut i32) (i32.const 0))
    (global $next (shared mut i32) (i32.const 0))
    ;; Returns the wait's result times 100 plus the place in the order of wake-ups.
    (func (export "queue") (result (ref (shared waitqueue))) (global.get $queue))
    (func (export "work") (type $work)
      (i32.add (i32.mul (i32.const 100) (global.wait $zero (global.get $queue) (i32.const 0) (i64.const -1)))
        (global.atomic.rmw.add $next (i32.const 1))))
    (func (export "notify") (type $work) (waitqueue.notify (global.get $queue) (local.get 0)))
    (func (export "next") (result i32) (global.atomic.get $next)))`;
  interface OrderExports {
    queue(): object;
    work(argument: number): number;
    notify(count: number): number;
    next(): number;
  }

  /** Starts waiters one after the other: each is in the list before the next one starts. */
  async function lineUp(store: Store, { work, queue }: OrderExports, count: number): Promise<Promise<number>[]> {
    const { address } = internalsOf(store).agent.objects.describe(queue()) as { readonly address: number };
    const started: Promise<number>[] = [];
    for (let i = 0; i < count; i++) {
      started.push(store.spawn(work, i));
      while (internalsOf(store).agent.waitQueues.waiters(address) !== i + 1) await soon();
    }
    return started;
  }

  test("8 waiters are woken in the order in which they came", async () => {
    await withStore({ threads: 8 }, async (store) => {
      const exports = await exportsOf<OrderExports>(store, order);
      const waiters = await lineUp(store, exports, 8);
      for (let i = 0; i < 8; i++) {
        expect(exports.next()).toBe(i);
        expect(exports.notify(1)).toBe(1);
        expect(await waiters[i]).toBe(i);
      }
      expect(exports.notify(1)).toBe(0);
    });
  });

  test("one notification wakes as many as it says, and all where it says -1", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const exports = await exportsOf<OrderExports>(store, order);
      const waiters = await lineUp(store, exports, 4);
      expect(exports.notify(0)).toBe(0);
      expect(exports.notify(3)).toBe(3);
      await Promise.all(waiters.slice(0, 3));
      expect(exports.next()).toBe(3);
      expect(exports.notify(-1)).toBe(1);
      await waiters[3];
    });
  });

  test("a Worker that is killed while it waits leaves the queue, and the others are woken in order", async () => {
    await withStore({ threads: 3 }, async (store) => {
      const exports = await exportsOf<OrderExports>(store, order);
      const waiters = await lineUp(store, exports, 3);
      const outcomes = waiters.map((waiter) => waiter.catch((error: Error) => error.name));
      const [, second] = store.workers;
      await store.terminateWorker(second as number);
      expect(await Promise.race(outcomes)).toBe("WorkerLostError");
      expect(exports.notify(9)).toBe(2);
      const ended = await Promise.all(outcomes);
      expect(ended.filter((outcome) => outcome === "WorkerLostError")).toHaveLength(1);
      expect(ended.filter((outcome) => outcome !== "WorkerLostError").sort()).toEqual([0, 1]);
    });
  });

  test("lasts through collections, which keep the queue that only the waiter has", async () => {
    await withStore({ threads: 2, collectAtSafepoints: true }, async (store) => {
      const { alone, churn } = await exportsOf<{ alone(): number; churn(count: number): void }>(
        store,
        `(module (type $alone (shared (func (result i32)))) (type $item (shared (struct (field i64))))
          (global $zero (shared mut i32) (i32.const 0))
          (func (export "alone") (type $alone) (global.wait $zero (waitqueue.new) (i32.const 0) (i64.const 60000000)))
          (func (export "churn") (param i32)
            (loop $l (drop (struct.new $item (i64.const 1))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`,
      );
      const waiter = store.spawn(alone);
      await soon();
      churn(50);
      store.collect();
      expect(await waiter).toBe(2);
      expect(internalsOf(store).agent.heap.runtime.verify()).toBe(0);
    });
  });

  test("a lock on a queue keeps what it guards", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const { work, count } = await exportsOf<{ work(times: number): void; count(): number }>(
        store,
        `(module (type $work (shared (func (param i32))))
          (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
          (global $lock (shared mut i32) (i32.const 0)) (global $count (shared mut i32) (i32.const 0))
          (func (export "work") (type $work)
            (loop $next
              (block $locked
                (br_if $locked (i32.eqz (global.atomic.rmw.cmpxchg $lock (i32.const 0) (i32.const 1))))
                (loop $again
                  (br_if $locked (i32.eqz (global.atomic.rmw.xchg $lock (i32.const 2))))
                  (drop (global.wait $lock (global.get $queue) (i32.const 2) (i64.const -1)))
                  (br $again)))
              (global.set $count (i32.add (global.get $count) (i32.const 1)))
              (if (i32.eq (global.atomic.rmw.xchg $lock (i32.const 0)) (i32.const 2))
                (then (drop (waitqueue.notify (global.get $queue) (i32.const 1)))))
              (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
          (func (export "count") (result i32) (global.get $count)))`,
      );
      await Promise.all([1, 2, 3, 4].map(() => store.spawn(work, 5000)));
      expect(count()).toBe(20000);
    });
  });
});

describe("traps", () => {
  test("come from null, from outside, from unaligned addresses and from locations that are not shared", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const memory = await exportsOf<Record<string, (at: number) => number>>(store, program);
      expect(memory["memory at"]?.(4)).toBe(2);
      expect(() => memory["memory at"]?.(2)).toThrow("unaligned atomic");
      expect(() => memory["memory64 at"]?.(4)).toThrow("unaligned atomic");
      expect(() => memory["memory at"]?.(65536)).toThrow("out of bounds memory access");
      const rest = await exportsOf<Record<string, () => number>>(
        store,
        `(module
          (type $shared (shared (struct (field (mut i32))))) (type $own (struct (field (mut i32)))) (type $array (shared (array (mut i32))))
          (memory 1) (table $table shared 1 1 (ref null (shared eq))) (table $owntable 1 1 (ref null (shared eq)))
          (global $queue (shared (ref (shared waitqueue))) (waitqueue.new)) (global $owned (mut i32) (i32.const 0))
          (global $zero (shared mut i32) (i32.const 0))
          (func (export "null queue") (result i32)
            (global.wait $zero (ref.null (shared waitqueue)) (i32.const 0) (i64.const 0)))
          (func (export "null notify") (result i32) (waitqueue.notify (ref.null (shared waitqueue)) (i32.const 1)))
          (func (export "null struct") (result i32)
            (struct.wait $shared 0 (ref.null $shared) (global.get $queue) (i32.const 0) (i64.const 0)))
          (func (export "null array") (result i32)
            (array.wait $array (ref.null $array) (global.get $queue) (i32.const 0) (i32.const 0) (i64.const 0)))
          (func (export "array end") (result i32)
            (array.wait $array (array.new_default $array (i32.const 1)) (global.get $queue) (i32.const 1) (i32.const 0) (i64.const 0)))
          (func (export "table end") (result i32) (table.wait $table (global.get $queue) (i32.const 1) (ref.null (shared eq)) (i64.const 0)))
          (func (export "own table") (result i32) (table.wait $owntable (global.get $queue) (i32.const 0) (ref.null (shared eq)) (i64.const 0)))
          (func (export "own struct") (result i32)
            (struct.wait $own 0 (struct.new_default $own) (global.get $queue) (i32.const 1) (i64.const 0)))
          (func (export "own global") (result i32) (global.wait $owned (global.get $queue) (i32.const 1) (i64.const 0)))
          (func (export "own memory") (result i32) (memory.wait32 (global.get $queue) (i32.const 0) (i32.const 1) (i64.const 0))))`,
      );
      expect(() => rest["null queue"]?.()).toThrow("null waitqueue reference");
      expect(() => rest["null notify"]?.()).toThrow("null waitqueue reference");
      expect(() => rest["null struct"]?.()).toThrow("null structure reference");
      expect(() => rest["null array"]?.()).toThrow("null array reference");
      expect(() => rest["array end"]?.()).toThrow("out of bounds array access");
      expect(() => rest["table end"]?.()).toThrow("out of bounds table access");
      for (const name of ["own table", "own struct", "own global"])
        expect(() => rest[name]?.()).toThrow("wait on an unshared location");
      expect(() => rest["own memory"]?.()).toThrow("expected shared memory");
    });
  });
});
