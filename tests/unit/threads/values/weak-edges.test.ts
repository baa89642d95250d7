/** What one thread's JS and the heap hold of each other, and that it is let go of when nobody else holds it. */
import type { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../../api/heddle.ts";
import { admit } from "../../support/admit.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { collectUntil } from "../../support/host-collection.ts";
import type { JoinedService } from "../../support/joined-worker.ts";
import { exportsOf } from "../../support/programs.ts";

/** Boxes of 64 KB beside a number, so that each shows in the heap's bytes. */
const program = `(module
  (type $weight (shared (array (mut i32))))
  (type $box (shared (struct (field $number i32) (field (ref $weight)))))
  (type $make (shared (func (param i32) (result (ref $box)))))
  (type $get (shared (func (result (ref null (shared extern))))))
  (global $kept (shared mut (ref null (shared extern))) (ref.null (shared extern)))
  (global $zero (shared mut i32) (i32.const 0))
  (func $make (export "make") (type $make) (struct.new $box (local.get 0) (array.new $weight (i32.const 0) (i32.const 16384))))
  (func (export "number") (param (ref $box)) (result i32) (struct.get $box $number (local.get 0)))
  (func (export "put") (param (ref null (shared extern))) (global.set $kept (local.get 0)))
  (func (export "get") (type $get) (global.get $kept))
  (func (export "wait") (type $wait) (global.wait $zero (waitqueue.new) (i32.const 0) (i64.const -1)))
  (type $wait (shared (func (result i32)))))`;

interface Exports {
  make(number: number): object;
  number(box: object): number;
  put(value: unknown): void;
  get(): unknown;
  wait(): number;
}

const boxBytes = 64 << 10;
const liveBytes = (store: Store): number => store.statistics().heap.liveBytes;

describe.each(heapVariants)("in a store $variant", ({ openStore, withStore }) => {
  describe("on two threads whose JS holds objects", () => {
    let store: Store;
    let exports: Exports;
    let worker: Worker;
    let service: Comlink.Remote<JoinedService>;
    beforeEach(async () => {
      store = await openStore({ threads: 1, heap: { maximum: 32 << 20, debug: true } });
      Comlink.transferHandlers.set(
        "heddle",
        store.messages.transferHandler as Comlink.TransferHandler<unknown, unknown>,
      );
      exports = await exportsOf<Exports>(store, program);
      ({ worker, service } = await admit(store));
    });
    afterEach(async () => {
      await worker.terminate();
      await store.close();
    });
    const collectAllUntil = (done: () => boolean | Promise<boolean>): Promise<void> =>
      collectUntil(store, done, async () => service.collect());

    test("an object lives as long as either thread has it, as one and the same object there", async () => {
      const weak = await (async () => {
        const box = exports.make(7);
        await service.keep("box", box);
        exports.put(box);
        return new WeakRef(box);
      })();
      // This thread's wrapper goes, the other's keeps the object.
      exports.put(null);
      await collectAllUntil(() => weak.deref() === undefined);
      expect(liveBytes(store)).toBeGreaterThan(boxBytes);
      // The object comes from there, under a new wrapper, and goes back as what it is.
      const again = (await service.echo(await service.kept("box"))) as object;
      expect(exports.number(again)).toBe(7);
      exports.put(again);
      for (let round = 0; round < 5; round++) {
        store.collect();
        await service.collect();
        expect(exports.get()).toBe(again);
        expect(await service.gives("box", exports.get as never)).toBe(true);
      }
      expect(store.heap.verify()).toBe(0);
    });

    test("an object is collected when both have dropped it", async () => {
      await (async () => {
        for (let i = 0; i < 20; i++) await service.keep(`box ${i}`, exports.make(i));
      })();
      store.collect();
      expect(liveBytes(store)).toBeGreaterThan(20 * boxBytes);
      for (let i = 0; i < 20; i++) await service.drop(`box ${i}`);
      await collectAllUntil(() => liveBytes(store) < boxBytes);
      expect(store.heap.verify()).toBe(0);
    });

    test("thread-bound data keeps its value while another thread has it", async () => {
      const value = await (async () => {
        const bound = { of: "this thread" };
        await service.keep("data", new store.WebAssembly.ThreadBoundData(bound));
        return new WeakRef(bound);
      })();
      for (let round = 0; round < 3; round++) await collectAllUntil(() => true);
      const data = (await service.kept("data")) as { get(): unknown };
      expect(data.get()).toBe(value.deref());
      expect(data.get()).toEqual({ of: "this thread" });
    });

    test("thread-bound data lets its value go when all threads have dropped it", async () => {
      const value = await (async () => {
        const bound = { of: "this thread" };
        await service.keep("data", new store.WebAssembly.ThreadBoundData(bound));
        return new WeakRef(bound);
      })();
      await service.drop("data");
      await collectAllUntil(() => value.deref() === undefined);
    });
  });

  test("thread-bound data that only the heap holds keeps its value, under a new wrapper each time that JS has dropped the last", () =>
    withStore({ threads: 0 }, async (store) => {
      const { put, get } = await exportsOf<Exports>(store, program);
      const { value, wrapper } = (() => {
        const bound = {};
        const data = new store.WebAssembly.ThreadBoundData(bound);
        put(data);
        return { value: new WeakRef(bound), wrapper: new WeakRef(data) };
      })();
      await collectUntil(store, () => wrapper.deref() === undefined);
      expect((get() as { get(): unknown }).get()).toBe(value.deref());
      put(null);
      await collectUntil(store, () => value.deref() === undefined);
    }));

  describe("wait queues", () => {
    test("are collected when nobody has them, whoever has waited in them", () =>
      withStore({ threads: 1 }, async (store) => {
        const { WaitQueue } = store.WebAssembly;
        const use = async (): Promise<void> => {
          const queues = Array.from({ length: 2000 }, () => new WaitQueue());
          const waits = queues.map((queue, i) => queue.waitAsync(i % 2 === 0 ? 1 : undefined).value);
          for (const [i, queue] of queues.entries()) if (i % 2 === 1) expect(queue.notify()).toBe(1);
          expect(new Set(await Promise.all(waits))).toEqual(new Set(["ok", "timed-out"]));
        };
        await use();
        await collectUntil(store, () => liveBytes(store) < 2000);
        // What waiting needs is used again.
        const { permanentBytes } = store.heap;
        for (let round = 0; round < 5; round++) await use();
        expect(store.heap.permanentBytes - permanentBytes).toBeLessThanOrEqual(1 << 17);
        await collectUntil(store, () => liveBytes(store) < 2000);
        expect(store.heap.verify()).toBe(0);
      }));

    test("are collected when the thread is dead that waited in them", () =>
      withStore({ threads: 2 }, async (store) => {
        const { wait } = await exportsOf<Exports>(store, program);
        store.collect();
        const before = liveBytes(store);
        const outcomes = [store.spawn(wait), store.spawn(wait)].map((waiting) =>
          waiting.catch((error: Error) => error.name),
        );
        while (store.agents.filter(({ state }) => state === "waiting").length < 2)
          await new Promise((resolve) => setTimeout(resolve, 5));
        store.collect();
        expect(liveBytes(store)).toBe(before + 2 * 24);
        for (const agent of store.workers) await store.terminateWorker(agent);
        expect(await Promise.all(outcomes)).toEqual(["WorkerLostError", "WorkerLostError"]);
        // The list of agents has shown them to JS.
        await collectUntil(store, () => liveBytes(store) === before);
        expect(store.heap.verify()).toBe(0);
      }));
  });
});
