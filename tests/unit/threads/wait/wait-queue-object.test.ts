import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import type { Store } from "../../../../api/heddle.ts";
import type { WaitQueueObject } from "../../../../threads/wait/wait-queue-object.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

interface Exports {
  make(): WaitQueueObject;
  same(queue: WaitQueueObject | null): WaitQueueObject | null;
  extern(queue: WaitQueueObject): WaitQueueObject;
  any(value: unknown): number;
  wait(queue: WaitQueueObject): number;
  notify(queue: WaitQueueObject, count: number): number;
}
const program = `(module
  (type $make (shared (func (result (ref (shared waitqueue))))))
  (type $wait (shared (func (param (ref null (shared waitqueue))) (result i32))))
  (type $notify (shared (func (param (ref null (shared waitqueue)) i32) (result i32))))
  (global $zero (shared mut i32) (i32.const 0))
  (func (export "make") (type $make) (waitqueue.new))
  (func (export "same") (param (ref null (shared waitqueue))) (result (ref null (shared waitqueue))) (local.get 0))
  (func (export "any") (param (ref null (shared any))) (result i32) (i32.const 1))
  (func (export "wait") (type $wait) (global.wait $zero (local.get 0) (i32.const 0) (i64.const -1)))
  (func (export "notify") (type $notify) (waitqueue.notify (local.get 0) (local.get 1))))`;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

async function joined(store: Store, queue: WaitQueueObject): Promise<void> {
  const { address } = internalsOf(store).agent.objects.describe(queue) as { readonly address: number };
  while (internalsOf(store).agent.waitQueues.waiters(address) === 0) await turn();
}

describe("WebAssembly.WaitQueue", () => {
  test("is what JS gets for a wait queue, the same object each time, and null for null", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make, same, any } = await exportsOf<Exports>(store, program);
      const queue = make();
      expect(queue).toBeInstanceOf(store.WebAssembly.WaitQueue);
      expect(String(queue)).toBe("[object WebAssembly.WaitQueue]");
      expect(same(queue)).toBe(queue);
      expect(same(null)).toBe(null);
      const own = new store.WebAssembly.WaitQueue();
      expect(same(own)).toBe(own);
      expect(() => same({} as WaitQueueObject)).toThrow(TypeError);
      expect(() => any(queue)).toThrow(TypeError);
      expect(() => store.WebAssembly.WaitQueue.prototype.notify.call({} as WaitQueueObject)).toThrow(TypeError);
    });
  });

  test("wakes threads from JS, and threads wake JS", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { wait, notify } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const waiter = store.spawn(wait, queue);
      await joined(store, queue);
      expect(queue.notify()).toBe(1);
      expect(await waiter).toBe(0);
      const answer = queue.waitAsync();
      expect(answer.async).toBe(true);
      expect(await store.spawn(notify, queue, 5)).toBe(1);
      expect(await answer.value).toBe("ok");
    });
  });

  test("wait ends by its timeout or its condition, asked in the queue", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const queue = new store.WebAssembly.WaitQueue();
      const before = performance.now();
      expect(queue.wait(4)).toBe("timed-out");
      expect(performance.now() - before).toBeGreaterThanOrEqual(4);
      expect(queue.wait(Number.POSITIVE_INFINITY, () => false)).toBe("not-equal");
      expect(queue.wait(Number.POSITIVE_INFINITY, () => queue.notify() === 1)).toBe("ok");
      expect(() =>
        queue.wait(1, () => {
          throw new RangeError("mine");
        }),
      ).toThrow(RangeError);
      expect(queue.notify()).toBe(0);
    });
  });

  test("takes timeouts and counts as Atomics does", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const queue = new store.WebAssembly.WaitQueue();
      for (const value of [1n, Symbol(), { valueOf: () => 1n }] as unknown as number[]) {
        expect(() => queue.wait(value)).toThrow(TypeError);
        expect(() => queue.waitAsync(value)).toThrow(TypeError);
        expect(() => queue.notify(value)).toThrow(TypeError);
      }
      for (const value of [0, -1, -0.5, Number.NEGATIVE_INFINITY, null, "0"] as number[])
        expect(queue.wait(value)).toBe("timed-out");
      const endless = [undefined, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 31 + 5].map(
        (timeout) => queue.waitAsync(timeout).value,
      );
      for (const count of [0, -1, Number.NaN, 0.9]) expect(queue.notify(count)).toBe(0);
      expect([queue.notify(1.9), queue.notify("2" as never), queue.notify(2 ** 40)]).toEqual([1, 2, 2]);
      expect(new Set(await Promise.all(endless))).toEqual(new Set(["ok"]));
    });
  });

  test("waitAsync keeps its place in the line, and its timeout", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const queue = new store.WebAssembly.WaitQueue();
      const order: number[] = [];
      const waits = [0, 1, 2].map((i) => (queue.waitAsync().value as Promise<string>).then(() => order.push(i)));
      expect(queue.waitAsync(0)).toEqual({ async: false, value: "timed-out" });
      const timed = queue.waitAsync(2).value;
      expect(await timed).toBe("timed-out");
      for (let i = 0; i < 3; i++) {
        expect(queue.notify(1)).toBe(1);
        await waits[i];
        expect(order).toHaveLength(i + 1);
      }
      expect(order).toEqual([0, 1, 2]);
      expect(queue.notify()).toBe(0);
    });
  });

  test("keeps its queue through collections while a promise waits", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make } = await exportsOf<Exports>(store, program);
      const answers = Array.from({ length: 100 }, () => make().waitAsync(5).value);
      store.collect();
      for (let i = 0; i < 1000; i++) make();
      store.collect();
      expect(internalsOf(store).agent.heap.runtime.verify()).toBe(0);
      expect(new Set(await Promise.all(answers))).toEqual(new Set(["timed-out"]));
    });
  });
});
