import { describe, expect, test } from "vitest";
import type { Store } from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

const AGENTS = 8;

const owner = `(module
  (type $lent (shared (struct (field i32))))
  (global (export "lent") (thread_local mut (ref null $lent)) (ref.null $lent)))`;

/**
 * Agents that put objects into thread-local globals, one of this module and one of another's, and drop them in the
 * second phase where their number is odd.
 */
const holders = `(module
  (type $lent (shared (struct (field i32))))
  (type $own (shared (struct (field i64))))
  (type $hold (shared (func (param i32) (result i32))))
  (type $until (shared (func (param i32))))
  (import "owner" "lent" (global $lent (thread_local mut (ref null $lent))))
  (global $own (thread_local mut (ref null $own)) (ref.null $own))
  (global $arrived (shared mut i32) (i32.const 0))
  (global $phase (shared mut i32) (i32.const 0))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (func $until (type $until)
    (drop (global.atomic.rmw.add $arrived (i32.const 1)))
    (loop $again
      (drop (global.wait $phase (global.get $queue) (i32.sub (local.get 0) (i32.const 1)) (i64.const -1)))
      (br_if $again (i32.lt_u (global.atomic.get $phase) (local.get 0)))))
  (func (export "hold") (type $hold)
    (global.set $lent (struct.new $lent (local.get 0)))
    (global.set $own (struct.new $own (i64.extend_i32_u (local.get 0))))
    (call $until (i32.const 1))
    (if (i32.and (local.get 0) (i32.const 1))
      (then (global.set $lent (ref.null $lent)) (global.set $own (ref.null $own))))
    (call $until (i32.const 2))
    (if (ref.is_null (global.get $lent)) (then (return (i32.const -1))))
    (i32.add (struct.get $lent 0 (global.get $lent)) (i32.wrap_i64 (struct.get $own 0 (global.get $own)))))
  (func (export "next") (param i32)
    (global.atomic.set $phase (local.get 0))
    (drop (waitqueue.notify (global.get $queue) (i32.const -1))))
  (func (export "arrived") (result i32) (global.atomic.get $arrived)))`;
interface Holders {
  hold(number: number): number;
  next(phase: number): void;
  arrived(): number;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** How many objects of each type a collection leaves. */
function living(store: Store): Readonly<Record<string, number>> {
  store.collect();
  const counted = store.heap.types().filter(({ name }) => name === "lent" || name === "own");
  return Object.fromEntries(counted.map(({ name, objects }) => [name, objects]));
}

describe("thread-local globals of references", () => {
  test("keep what each of 8 agents holds, and no longer than it holds it", async () => {
    await withStore({ threads: AGENTS }, async (store) => {
      const lender = await exportsOf<WebAssembly.ModuleImports>(store, owner);
      const { hold, next, arrived } = await exportsOf<Holders>(store, holders, { owner: lender });
      const numbers = Array.from({ length: AGENTS }, (_, index) => index);
      const held = numbers.map((number) => store.spawn(hold, number));
      while (arrived() < AGENTS) await turn();
      expect(living(store)).toEqual({ lent: AGENTS, own: AGENTS });
      next(1);
      while (arrived() < 2 * AGENTS) await turn();
      expect(living(store)).toEqual({ lent: AGENTS / 2, own: AGENTS / 2 });
      expect(store.heap.verify()).toBe(0);
      next(2);
      expect(await Promise.all(held)).toEqual(numbers.map((number) => (number % 2 === 1 ? -1 : 2 * number)));
    });
  });

  test("that are imported are another's on no agent", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const lender = await exportsOf<WebAssembly.ModuleImports>(store, owner);
      const { set, get } = await exportsOf<{ set(number: number): void; get(): number }>(
        store,
        `(module (type $lent (shared (struct (field i32))))
          (type $set (shared (func (param i32)))) (type $get (shared (func (result i32))))
          (import "owner" "lent" (global $lent (thread_local mut (ref null $lent))))
          (func (export "set") (type $set) (global.set $lent (struct.new $lent (local.get 0))))
          (func (export "get") (type $get) (struct.get $lent 0 (global.get $lent))))`,
        { owner: lender },
      );
      set(1);
      await store.spawn(set, 2);
      expect(living(store)).toEqual({ lent: 2 });
      expect([get(), await store.spawn(get)]).toEqual([1, 2]);
      set(3);
      expect(living(store)).toEqual({ lent: 2 });
      expect([get(), await store.spawn(get)]).toEqual([3, 2]);
    });
  });
});
