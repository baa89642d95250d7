import { describe, expect, test } from "vitest";
import type { StoreOptions } from "../../../../api/heddle.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { exportsOf } from "../../support/programs.ts";

type Exports = Record<string, (...values: unknown[]) => unknown>;

/** Every safepoint collects, what dies is overwritten, and the heap is verified after each collection. */
const stress: StoreOptions = { threads: 0, collectAtSafepoints: true, heap: { maximum: 16 << 20, debug: true } };

const box = `
  (type $box (struct (field $value i32)))
  (tag $boxed (param (ref $box)))
  (func $make (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
  ;; Makes garbage, so that what was freed is used again.
  (func $churn (drop (call $make (i32.const -1))) (drop (call $make (i32.const -2))))
  (func $raise (param i32) (call $churn) (throw $boxed (call $make (local.get 0))))`;

function caught(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe.each(heapVariants)("in a store $variant", ({ withStore }) => {
  describe("references in exceptions", () => {
    test("survive collections between throw and catch", async () => {
      await withStore(stress, async (store) => {
        const { run, nested } = await exportsOf<Exports>(
          store,
          `(module ${box}
          (func $pass (param i32) (try_table (call $raise (local.get 0))))
          (func (export "run") (param i32) (result i32) (local (ref null $box))
            (block $caught (result (ref $box))
              (try_table (catch $boxed $caught) (call $pass (local.get 0)))
              (unreachable))
            (local.set 1)
            (call $churn)
            (struct.get $box $value (local.get 1)))
          (func $again (param i32) (local exnref)
            (block $any (result exnref) (try_table (catch_all_ref $any) (call $raise (local.get 0))) (unreachable))
            (local.set 1)
            (call $churn)
            (throw_ref (local.get 1)))
          (func (export "nested") (param i32) (result i32) (local $kept (ref null $box))
            (local.set $kept (call $make (i32.const 1000)))
            (block $caught (result (ref $box) exnref)
              (try_table (result (ref $box) exnref) (catch_ref $boxed $caught)
                (call $again (local.get 0))
                (unreachable)))
            (call $churn)
            (drop)
            (struct.get $box $value)
            (i32.add (struct.get $box $value (local.get $kept)))))`,
        );
        for (let i = 0; i < 20; i++) {
          expect(run!(i)).toBe(i);
          expect(nested!(i)).toBe(1000 + i);
        }
      });
    });

    test("survive in exceptions that lie in globals, tables, structs, arrays and locals", async () => {
      await withStore(stress, async (store) => {
        const { run } = await exportsOf<Exports>(
          store,
          `(module ${box}
          (type $holder (struct (field (mut exnref))))
          (type $list (array (mut exnref)))
          (global $global (mut exnref) (ref.null exn))
          (global $holder (ref $holder) (struct.new_default $holder))
          (global $list (ref $list) (array.new $list (ref.null exn) (i32.const 4)))
          (table $table 4 exnref)
          (func $catch (param i32) (result (ref exn))
            (block $caught (result (ref exn))
              (try_table (catch_all_ref $caught) (call $raise (local.get 0)))
              (unreachable)))
          (func $read (param exnref) (result i32)
            (call $churn)
            (struct.get $box $value
              (block $caught (result (ref $box)) (try_table (catch $boxed $caught) (throw_ref (local.get 0))) (unreachable))))
          (func (export "run") (result i32) (local exnref)
            (if (i32.eqz (ref.is_null (global.get $global))) (then (return (i32.const -1))))
            (global.set $global (call $catch (i32.const 1)))
            (table.set $table (i32.const 2) (call $catch (i32.const 20)))
            (struct.set $holder 0 (global.get $holder) (call $catch (i32.const 300)))
            (array.set $list (global.get $list) (i32.const 3) (call $catch (i32.const 4000)))
            (local.set 0 (call $catch (i32.const 50000)))
            (table.fill $table (i32.const 3) (table.get $table (i32.const 2)) (i32.const 1))
            (table.copy $table $table (i32.const 0) (i32.const 2) (i32.const 1))
            (i32.add
              (i32.add (call $read (global.get $global)) (call $read (table.get $table (i32.const 0))))
              (i32.add
                (i32.add
                  (call $read (struct.get $holder 0 (global.get $holder)))
                  (call $read (array.get $list (global.get $list) (i32.const 3))))
                (call $read (local.get 0))))))`,
        );
        expect(run!()).toBe(54321);
      });
    });

    test("survive while JS frames are unwound, whatever those do meanwhile", async () => {
      await withStore(stress, async (store) => {
        let allocate: () => void = () => undefined;
        let raise: (value: number) => void = () => undefined;
        const held: unknown[] = [];
        const { outer, ...inner } = await exportsOf<Exports>(
          store,
          `(module
          (import "js" "through" (func $through (param i32)))
          ${box}
          (func (export "allocate") (call $churn))
          (func (export "raise") (param i32) (call $raise (local.get 0)))
          (func (export "outer") (param i32) (result i32)
            (struct.get $box $value
              (block $caught (result (ref $box)) (try_table (catch $boxed $caught) (call $through (local.get 0))) (unreachable)))))`,
          {
            js: {
              through: (value: number): void => {
                try {
                  raise(value);
                } catch (error) {
                  held.push(error);
                  throw error;
                } finally {
                  allocate();
                  // Another exception comes and goes while the first one is on its way.
                  expect(caught(() => raise(-value))).not.toBe(held[held.length - 1]);
                  allocate();
                }
              },
            },
          },
        );
        ({ allocate, raise } = inner as { allocate(): void; raise(value: number): void });
        for (let i = 1; i < 10; i++) expect(outer!(i)).toBe(i);
        expect(new Set(held).size).toBe(9);
        expect(typeof held[0]).toBe("object");
      });
    });
  });

  describe("exceptions in JS", () => {
    test("are the same object each time, as long as that is held", async () => {
      await withStore(stress, async (store) => {
        const { raise, keep, again } = await exportsOf<Exports>(
          store,
          `(module ${box}
          (global $kept (mut exnref) (ref.null exn))
          (func (export "raise") (param i32) (call $raise (local.get 0)))
          (func (export "keep")
            (global.set $kept
              (block $caught (result exnref) (try_table (catch_all_ref $caught) (call $raise (i32.const 7))) (unreachable))))
          (func (export "again") (call $churn) (throw_ref (global.get $kept))))`,
        );
        keep!();
        const first = caught(() => again!());
        expect(caught(() => again!())).toBe(first);
        expect(caught(() => raise!(7))).not.toBe(first);
      });
    });

    test("thrown by JS pass lowered code as the same value, caught or not", async () => {
      await withStore(stress, async (store) => {
        let value: unknown;
        const { pass, rethrow, count, misses } = await exportsOf<Exports>(
          store,
          `(module
          (import "js" "throws" (func $throws))
          ${box}
          (func (export "pass") (call $throws))
          (func (export "rethrow") (local exnref)
            (block $caught (result exnref) (try_table (catch_all_ref $caught) (call $throws)) (return))
            (local.set 0)
            (call $churn)
            (throw_ref (local.get 0)))
          (func (export "count") (result i32)
            (block $caught (try_table (catch_all $caught) (call $throws)) (return (i32.const 0)))
            (i32.const 1))
          (func (export "misses")
            (block $caught (result (ref $box)) (try_table (catch $boxed $caught) (call $throws)) (return))
            (drop)))`,
          {
            js: {
              throws: () => {
                throw value;
              },
            },
          },
        );
        for (value of [
          new Error("one"),
          { a: 1 },
          undefined,
          null,
          -0,
          5,
          "text",
          Symbol("s"),
          2n ** 80n,
          new WebAssembly.RuntimeError("mine"),
        ]) {
          expect(caught(() => pass!())).toBe(value);
          expect(caught(() => rethrow!())).toBe(value);
          expect(caught(() => misses!())).toBe(value);
          expect(count!()).toBe(1);
        }
      });
    });

    test("conversion errors of a JS function's results can be caught", async () => {
      await withStore(stress, async (store) => {
        const { run } = await exportsOf<Exports>(
          store,
          `(module (import "js" "bad" (func $bad (result i32)))
          (func (export "run") (result i32)
            (block $caught (try_table (catch_all $caught) (return (call $bad)))) (i32.const -1)))`,
          { js: { bad: () => Symbol("no number") } },
        );
        expect(run!()).toBe(-1);
      });
    });
  });

  describe("traps", () => {
    const source = `(module
    (import "js" "call" (func $call (param i32)))
    (func $trap (export "trap") (param i32)
      (if (i32.eq (local.get 0) (i32.const 0)) (then (unreachable)))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw_ref (ref.null exn))))
      (call $endless))
    (func $endless (call $endless) (call $endless))
    (func (export "direct") (param i32) (block $caught (try_table (catch_all $caught) (call $trap (local.get 0)))))
    (func (export "legacy") (param i32) (try (do (call $trap (local.get 0))) (catch_all)))
    (func (export "throughJs") (param i32) (block $caught (try_table (catch_all $caught) (call $call (local.get 0))))))`;

    test("and exhausted stacks are not caught, also where they pass JS", async () => {
      await withStore({ threads: 0 }, async (store) => {
        let trap: (kind: number) => void = () => undefined;
        const exports = await exportsOf<Exports>(store, source, { js: { call: (kind: number) => trap(kind) } });
        trap = exports["trap"] as typeof trap;
        const messages = ["unreachable", "integer divide by zero", "null exception reference", /call stack/];
        for (const name of ["direct", "legacy", "throughJs"]) {
          for (const [kind, message] of messages.entries()) expect(() => exports[name]!(kind)).toThrow(message);
        }
      });
    });
  });

  describe("handlers", () => {
    test("of a caller get what a tail call inside of a try throws", async () => {
      await withStore(stress, async (store) => {
        const { run } = await exportsOf<Exports>(
          store,
          `(module ${box}
          (func $tail (param i32) (result i32)
            (block $caught (result (ref $box)) (try_table (catch $boxed $caught) (return_call $fails (local.get 0))) (unreachable))
            (drop) (i32.const -1))
          (func $fails (param i32) (result i32) (call $raise (local.get 0)) (i32.const 0))
          (func (export "run") (param i32) (result i32)
            (struct.get $box $value
              (block $caught (result (ref $box)) (try_table (catch $boxed $caught) (drop (call $tail (local.get 0)))) (unreachable)))))`,
        );
        expect(run!(3)).toBe(3);
      });
    });

    test("tell tags of the same type apart, imported ones too", async () => {
      await withStore(stress, async (store) => {
        const first = await exportsOf<Record<string, WebAssembly.ExportValue>>(
          store,
          `(module (tag (export "a") (param i32)) (tag (export "b") (param i32)))`,
        );
        const { run } = await exportsOf<Exports>(
          store,
          `(module
          (import "m" "a" (tag $a (param i32))) (import "m" "b" (tag $b (param i32))) (import "m" "a" (tag $c (param i32)))
          (tag $own (param i32))
          (func $throw (param i32)
            (if (i32.eq (local.get 0) (i32.const 0)) (then (throw $a (i32.const 10))))
            (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b (i32.const 20))))
            (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $c (i32.const 30))))
            (throw $own (i32.const 40)))
          (func (export "run") (param i32) (result i32)
            (block $caughtOwn (result i32)
              (block $caughtB (result i32)
                (block $caughtA (result i32)
                  (try_table (catch $own $caughtOwn) (catch $b $caughtB) (catch $a $caughtA) (call $throw (local.get 0)))
                  (unreachable))
                (return (i32.add (i32.const 1))))
              (return (i32.add (i32.const 2))))
            (return (i32.add (i32.const 3)))))`,
          { m: first },
        );
        expect([0, 1, 2, 3].map((kind) => run!(kind))).toEqual([11, 22, 31, 43]);
      });
    });

    test("get values of every type", async () => {
      await withStore(stress, async (store) => {
        const { run } = await exportsOf<Exports>(
          store,
          `(module
          (type $s (struct (field i32)))
          (tag $t (param i32 i64 f32 f64 v128 externref (ref null $s) funcref i31ref))
          (elem declare func $one)
          (func $one (result i32) (i32.const 1))
          (func (export "run") (param externref) (result i32 i64 f32 f64 i32 externref i32 funcref i31ref)
            (local i32 i64 f32 f64 v128 externref (ref null $s) funcref i31ref)
            (block $caught (result i32 i64 f32 f64 v128 externref (ref null $s) funcref i31ref)
              (try_table (catch $t $caught)
                (throw $t (i32.const -1) (i64.const -2) (f32.const 0.5) (f64.const 1e300) (v128.const i32x4 1 2 3 4) (local.get 0)
                  (struct.new $s (i32.const 77)) (ref.func $one) (ref.i31 (i32.const 5))))
              (unreachable))
            (local.set 9) (local.set 8) (local.set 7) (local.set 6) (local.set 5) (local.set 4) (local.set 3) (local.set 2) (local.set 1)
            (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32x4.extract_lane 3 (local.get 5)) (local.get 6)
            (struct.get $s 0 (local.get 7)) (local.get 8) (local.get 9)))`,
        );
        const value = {};
        const [, , , , , , , one] = run!(value) as unknown[];
        expect(run!(value)).toEqual([-1, -2n, 0.5, 1e300, 4, value, 77, one, 5]);
        expect((one as () => number)()).toBe(1);
      });
    });

    test("of both forms work in one function", async () => {
      await withStore(stress, async (store) => {
        const { delegates, rethrows, skips } = await exportsOf<Exports>(
          store,
          `(module ${box}
          (tag $e (param i32))
          (func $fail (param i32) (call $churn) (throw $e (local.get 0)))
          ;; delegate leads past the inner try to the try_table
          (func (export "delegates") (param i32) (result i32)
            (block $caught (result i32)
              (try_table $new (catch $e $caught)
                (try (do (try (do (call $fail (local.get 0))) (delegate $new))) (catch $e drop (return (i32.const -1)))))
              (i32.const -2)))
          (func (export "rethrows") (param i32) (result i32)
            (block $caught (result i32 exnref)
              (try_table (catch_ref $e $caught)
                (try $old (do (call $fail (local.get 0)))
                  (catch $e (drop) (call $churn)
                    (try (do (call $fail (i32.const -5))) (catch $e (drop) (rethrow $old))))
                  (catch_all (return (i32.const -3)))))
              (return (i32.const -4)))
            (drop))
          ;; delegate to the function: its own handlers get nothing
          (func $out (param i32) (try (do (try (do (call $fail (local.get 0))) (delegate 1))) (catch_all)))
          (func (export "skips") (param i32) (result i32)
            (try (result i32) (do (call $out (local.get 0)) (i32.const -6)) (catch $e))))`,
        );
        for (let i = 0; i < 5; i++) {
          expect(delegates!(i)).toBe(i);
          expect(rethrows!(i)).toBe(i);
          expect(skips!(i)).toBe(i);
        }
      });
    });
  });

  describe("shared exceptions", () => {
    const source = `(module
    (rec
      (type $box (shared (struct (field $value i32))))
      (type $tag (shared (func (param (ref $box)))))
      (type $take (shared (func (param i32) (result i32))))
      (type $void (shared (func (param i32)))))
    (tag $t (export "tag") (type $tag))
    (global $kept (shared mut (ref null (shared exn))) (ref.null (shared exn)))
    (table $table shared 2 2 (ref null (shared exn)))
    (func $churn (type $void) (drop (struct.new $box (local.get 0))))
    (func (export "raise") (type $void) (throw $t (struct.new $box (local.get 0))))
    (func (export "keep") (type $void)
      (global.set $kept
        (block $caught (result (ref (shared exn)))
          (try_table (catch_all_ref $caught) (throw $t (struct.new $box (local.get 0))))
          (unreachable)))
      (table.set $table (i32.const 1) (global.get $kept))
      (call $churn (i32.const 1)))
    (func (export "read") (type $take)
      (call $churn (i32.const 2))
      (i32.add (local.get 0)
        (struct.get $box $value
          (block $caught (result (ref $box))
            (try_table (catch $t $caught) (throw_ref (table.get $table (i32.const 1))))
            (unreachable))))))`;

    test("are caught by other agents", async () => {
      await withStore(
        { threads: 1, collectAtSafepoints: true, heap: { maximum: 16 << 20, debug: true } },
        async (store) => {
          const { keep, read } = await exportsOf<Record<string, (value: number) => number>>(store, source);
          keep!(100);
          expect(await store.spawn(read!, 1)).toBe(101);
          await store.spawn(keep!, 200);
          store.collect();
          expect(read!(2)).toBe(202);
          expect(await store.spawn(read!, 3)).toBe(203);
        },
      );
    });

    test("that nobody catches on another agent arrive at the caller's", async () => {
      await withStore(
        { threads: 1, collectAtSafepoints: true, heap: { maximum: 16 << 20, debug: true } },
        async (store) => {
          const { raise, tag } = await exportsOf<{ raise(value: number): void; tag: WebAssembly.ExportValue }>(
            store,
            source,
          );
          let error: unknown;
          const { value } = await exportsOf<Exports>(
            store,
            `(module
          (rec
            (type $box (shared (struct (field $value i32))))
            (type $tag (shared (func (param (ref $box)))))
            (type $take (shared (func (param i32) (result i32))))
            (type $void (shared (func (param i32)))))
          (import "m" "tag" (tag $t (type $tag)))
          (import "m" "throws" (func $throws))
          (func (export "value") (result i32)
            (struct.get $box $value (block $caught (result (ref $box)) (try_table (catch $t $caught) (call $throws)) (unreachable)))))`,
            {
              m: {
                tag,
                throws: () => {
                  throw error;
                },
              },
            },
          );
          for (let i = 0; i < 3; i++) {
            error = await store.spawn(raise, i).catch((reason: unknown) => reason);
            store.collect();
            expect(value!()).toBe(i);
          }
        },
      );
    });
  });
});
