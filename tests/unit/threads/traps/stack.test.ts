import { describe, expect, test } from "vitest";
import type { StoreOptions } from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

type Run = (...values: number[]) => unknown;

const LOCALS = 200;
/** Each call keeps 200 names of one object: hardly any host stack, but 800 bytes of shadow stack. */
const aliases = Array.from({ length: LOCALS }, (_, i) => i);
const program = `(module
  (type $node (shared (struct (field $next (ref null $node)) (field $value i32))))
  (type $spawned (shared (func (result i32))))
  (func $greedy (export "greedy") (param $node (ref null $node)) (result i32)
    ${aliases.map((i) => `(local $a${i} (ref null $node))`).join(" ")}
    ${aliases.map((i) => `(local.set $a${i} (local.get $node))`).join(" ")}
    (drop (call $greedy (local.get $node)))
    ${aliases.map((i) => `(drop (struct.get $node $value (local.get $a${i})))`).join(" ")}
    (i32.const 1))
  (func $modest (export "modest") (param $node (ref null $node)) (result i32)
    (i32.add (call $modest (local.get $node)) (struct.get $node $value (local.get $node))))
  (func $start (export "startGreedy") (result i32) (call $greedy (struct.new $node (ref.null $node) (i32.const 1))))
  (func (export "startModest") (result i32) (call $modest (struct.new $node (ref.null $node) (i32.const 1))))
  (func $list (export "list") (param $length i32) (result i32) (local $list (ref null $node)) (local $sum i32)
    (loop $next
      (local.set $list (struct.new $node (local.get $list) (local.get $length)))
      (br_if $next (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
    (loop $walk
      (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
      (br_if $walk (i32.eqz (ref.is_null (local.tee $list (struct.get $node $next (local.get $list)))))))
    (local.get $sum)))`;
/** Keeps an object across a call of JS. */
const caller = `(module
  (type $node (shared (struct (field $value i32))))
  (import "m" "again" (func $again))
  (func (export "throughJs") (result i32) (local $node (ref null $node))
    (local.set $node (struct.new $node (i32.const 7)))
    (call $again)
    (struct.get $node $value (local.get $node))))`;

/** Each of its frames collects, and a collection looks at the whole stack. */
const small = (collect: boolean): { readonly shadowStackBytes?: number } =>
  collect ? { shadowStackBytes: 1 << 14 } : {};
const sum = (length: number): number => (length * (length + 1)) / 2;

describe("an exhausted stack", () => {
  test.each([false, true])(
    "is a RangeError, whichever stack ends first, and the program goes on (collect at every safepoint: %s)",
    (collect) =>
      withStore({ threads: 0, collectAtSafepoints: collect }, async (store) => {
        const exports = await exportsOf<Record<string, Run>>(store, program);
        // A collection looks at the whole stack, and there is one for each of its frames.
        for (let round = 0; round < (collect ? 1 : 3); round++) {
          for (const name of ["startGreedy", "startModest"]) {
            expect(exports[name]).toThrow(RangeError);
            expect(exports[name]).toThrow("call stack exhausted");
            expect(exports["list"]!(500)).toBe(sum(500));
          }
        }
      }),
  );

  test("is told by the guard of a small shadow stack, or else by the host", async () => {
    const causes = async (heap: NonNullable<StoreOptions["heap"]>): Promise<readonly boolean[]> =>
      withStore({ threads: 0, heap: { maximum: 16 << 20, ...heap } }, async (store) => {
        const exports = await exportsOf<Record<string, Run>>(store, program);
        return ["startGreedy", "startModest"].map((name) => {
          try {
            return exports[name]!() === undefined;
          } catch (error) {
            return (error as Error).cause instanceof WebAssembly.RuntimeError;
          }
        });
      });
    await expect(causes({ shadowStackBytes: 1 << 14 })).resolves.toEqual([true, true]);
    await expect(causes({ shadowStackBytes: 1 << 24 })).resolves.toEqual([false, false]);
  });

  test("below JS functions, leaves what the functions above them hold", () =>
    withStore({ threads: 0 }, async (store) => {
      const caught: unknown[] = [];
      const again = (): void => {
        for (const name of ["startGreedy", "startModest"]) {
          try {
            exports[name]!();
          } catch (error) {
            caught.push(error);
          }
        }
        expect(exports["list"]!(20000)).toBe(sum(20000));
      };
      const exports = await exportsOf<Record<string, Run>>(store, program);
      expect((await exportsOf<Record<string, Run>>(store, caller, { m: { again } }))["throughJs"]!()).toBe(7);
      expect(caught.map((error) => error instanceof RangeError)).toEqual([true, true]);
    }));

  test.each([false, true])(
    "of some agents leaves the collections of others and the heap whole (collect at every safepoint: %s)",
    (collect) =>
      withStore(
        { threads: 3, collectAtSafepoints: collect, heap: { maximum: 32 << 20, debug: true, ...small(collect) } },
        async (store) => {
          const { module, instance } = await store.WebAssembly.instantiate(program);
          const length = collect ? 40 : 20_000;
          const exhaust = (name: string): Promise<unknown> =>
            store.run(module, name, []).then(
              () => "returned",
              (error: unknown) => error,
            );
          for (let round = 0; round < 3; round++) {
            const errors = Promise.all(["startGreedy", "startModest", "startModest"].map(exhaust));
            const lists = Promise.all([1, 2, 3].map(() => store.run(module, "list", [length])));
            expect(instance.exports["startModest"]).toThrow(RangeError);
            expect(instance.exports["list"](length)).toBe(sum(length));
            for (const error of await errors) expect(error).toBeInstanceOf(RangeError);
            await expect(lists).resolves.toEqual([sum(length), sum(length), sum(length)]);
            store.collect();
          }
        },
      ),
  );

  test("on the way into the heap leaves it whole, wherever on the stack a full collection is asked for", () =>
    withStore({ threads: 0, heap: { maximum: 64 << 20, debug: true } }, async (store) => {
      let exhausted = 0;
      let collected = 0;
      // From the innermost call outwards: there is too little for a collection first, then for giving memory back,
      // which loads a library.
      const collect = (): void => {
        try {
          store.collect();
          collected++;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          exhausted++;
        }
      };
      const exports = await exportsOf<Record<string, Run>>(store, program);
      const descend = (): void => {
        try {
          descend();
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
        if (collected < 200) collect();
      };
      exports["list"]!(500_000);
      descend();
      expect(collected).toBe(200);
      expect(exhausted).toBeGreaterThan(0);
      expect(exports["list"]!(20_000)).toBe(sum(20_000));
      store.collect();
    }));

  test("leaves modules and types whole, wherever on the stack a module is instantiated", () =>
    withStore({ threads: 0 }, async (store) => {
      const { WebAssembly: namespace } = store;
      const lists: ((length: number) => unknown)[] = [];
      let exhausted = 0;
      const instantiate = (): void => {
        try {
          const { exports } = new namespace.Instance(new namespace.Module(program));
          lists.push(exports["list"] as (length: number) => unknown);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          exhausted++;
        }
      };
      const descend = (depth: number): void => {
        try {
          descend(depth + 1);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
        if (lists.length < 20 && depth % 8 === 0) instantiate();
      };
      descend(0);
      instantiate();
      expect(exhausted).toBeGreaterThan(0);
      expect(lists.map((list) => list(100))).toEqual(lists.map(() => sum(100)));
      // Types are the same whichever module defines them.
      const make = `(module (type $node (shared (struct (field $next (ref null $node)) (field $value i32))))
        (func (export "make") (result (ref $node)) (struct.new $node (ref.null $node) (i32.const 5)))
        (func (export "read") (param (ref $node)) (result i32) (struct.get $node $value (local.get 0))))`;
      const first = await exportsOf<Record<string, (node?: unknown) => unknown>>(store, make);
      const second = await exportsOf<Record<string, (node?: unknown) => unknown>>(store, make);
      expect(second["read"]!(first["make"]!())).toBe(5);
    }));
});
