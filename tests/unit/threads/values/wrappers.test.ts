import { describe, expect, test } from "vitest";
import type { Store } from "../../../../api/heddle.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { collectUntil } from "../../support/host-collection.ts";
import { exportsOf } from "../../support/programs.ts";

/** Boxes of 1 KB beside a number, so that they show in the heap's bytes. */
const program = `(module
  (type $weight (array (mut i32)))
  (type $box (struct (field $number i32) (field (ref $weight))))
  (global $box (mut (ref null $box)) (ref.null $box))
  (func $make (export "make") (param i32) (result (ref $box))
    (struct.new $box (local.get 0) (array.new $weight (i32.const 0) (i32.const 256))))
  (func (export "read") (param (ref $box)) (result i32) (struct.get $box $number (local.get 0)))
  (func (export "put") (param (ref null $box)) (global.set $box (local.get 0)))
  (func (export "get") (result (ref null $box)) (global.get $box))
  (func (export "churn") (param i32) (loop $next
    (drop (call $make (i32.const -1)))
    (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`;

interface Exports {
  make(number: number): object;
  read(box: object): number;
  put(box: object | null): void;
  get(): object | null;
  churn(count: number): void;
}

const handlesOf = async (store: Store): Promise<number> => (await store.agentStatistics())[0]!.handles;

const liveBytes = (store: Store): number => store.statistics().heap.liveBytes;

describe.each(heapVariants)("in a store $variant", ({ withStore }) => {
  describe("objects of the heap that JS", () => {
    test("drops are collected, and their wrappers with them", () =>
      withStore({ threads: 0 }, async (store) => {
        const { make } = await exportsOf<Exports>(store, program);
        const before = await handlesOf(store);
        let finalized = 0;
        const registry = new FinalizationRegistry(() => finalized++);
        // In a function of its own: what is on the stack is held.
        const makeAndDrop = (): void => {
          const boxes = Array.from({ length: 1000 }, (_, i) => make(i));
          for (const box of boxes) registry.register(box, undefined);
          store.collect();
          expect(liveBytes(store)).toBeGreaterThan(1000 * 1024);
        };
        makeAndDrop();
        await collectUntil(
          store,
          async () => finalized === 1000 && (await handlesOf(store)) === before && liveBytes(store) < 100 * 1024,
        );
      }));

    test("holds live, as the same objects", () =>
      withStore({ threads: 0, heap: { maximum: 16 << 20, debug: true } }, async (store) => {
        const { make, read, churn, put, get } = await exportsOf<Exports>(store, program);
        const kept = Array.from({ length: 200 }, (_, i) => make(i));
        const dropped = (() => new WeakRef(make(-5)))();
        await collectUntil(store, () => dropped.deref() === undefined);
        churn(20_000);
        expect(kept.map(read)).toEqual(kept.map((_, i) => i));
        for (const box of kept) {
          put(box);
          expect(get()).toBe(box);
        }
      }));

    test("drops and the heap holds live on, behind a new wrapper that keeps them", () =>
      withStore({ threads: 0, heap: { maximum: 16 << 20, debug: true } }, async (store) => {
        const { make, read, put, get, churn } = await exportsOf<Exports>(store, program);
        const first = (() => {
          const box = make(42);
          put(box);
          return new WeakRef(box);
        })();
        await collectUntil(store, () => first.deref() === undefined);
        const second = get()!;
        put(null);
        // The first wrapper's finalizer may come now: it must not take the second's hold.
        await collectUntil(store, async () => (await handlesOf(store)) > 0);
        churn(20_000);
        expect(read(second)).toBe(42);
      }));

    test("reaches through nothing but a WeakRef are collected, a key of a WeakMap keeps what JS tells of it", () =>
      withStore({ threads: 0 }, async (store) => {
        const { make, put, get } = await exportsOf<Exports>(store, program);
        const notes = new WeakMap<object, string>();
        const kept = make(1);
        notes.set(kept, "kept");
        const weak = (() => {
          const box = make(2);
          notes.set(box, "dropped");
          return new WeakRef(box);
        })();
        await collectUntil(store, () => weak.deref() === undefined);
        put(kept);
        expect(notes.get(get()!)).toBe("kept");
      }));
  });
});
