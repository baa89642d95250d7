import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import type { Store } from "../../../../api/heddle.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { exportsOf } from "../../support/programs.ts";

type Exports = Readonly<Record<string, (...values: unknown[]) => unknown>>;

/** Externs wherever memory can hold them. */
const program = `(module
  (type $pair (struct (field $a (mut externref)) (field $n (mut i32)) (field $b (mut externref))))
  (type $list (array (mut externref)))
  (table $table (export "table") 2 10 externref)
  (tag $both (param externref i32 externref))
  (global $pair (mut (ref null $pair)) (ref.null $pair))
  (global $list (mut (ref null $list)) (ref.null $list))
  (func (export "make") (param externref externref)
    (global.set $pair (struct.new $pair (local.get 0) (i32.const 7) (local.get 1))))
  ;; The second field is pushed by control flow.
  (func (export "choose") (param externref externref i32)
    (local.get 0)
    (if (result i32) (local.get 2) (then (i32.const 1)) (else (i32.const 2)))
    (local.get 1)
    (global.set $pair (struct.new $pair)))
  (func (export "first") (result externref) (struct.get $pair $a (global.get $pair)))
  (func (export "number") (result i32) (struct.get $pair $n (global.get $pair)))
  (func (export "second") (result externref) (struct.get $pair $b (global.get $pair)))
  (func (export "set") (param externref) (struct.set $pair $a (global.get $pair) (local.get 0)))
  (func (export "forget") (global.set $pair (ref.null $pair)) (global.set $list (ref.null $list)))
  (func (export "list") (param externref i32) (global.set $list (array.new $list (local.get 0) (local.get 1))))
  (func (export "fixed") (param externref externref)
    (global.set $list (array.new_fixed $list 3 (local.get 0) (ref.null extern) (local.get 1))))
  (func (export "put") (param i32 externref) (array.set $list (global.get $list) (local.get 0) (local.get 1)))
  (func (export "fill") (param externref) (array.fill $list (global.get $list) (i32.const 1) (local.get 0) (i32.const 2)))
  (func (export "at") (param i32) (result externref) (array.get $list (global.get $list) (local.get 0)))
  (func (export "shift") (array.copy $list $list (global.get $list) (i32.const 0) (global.get $list) (i32.const 1) (i32.const 2)))
  (func (export "tableSet") (param i32 externref) (table.set $table (local.get 0) (local.get 1)))
  (func (export "tableGet") (param i32) (result externref) (table.get $table (local.get 0)))
  (func (export "tableGrow") (param externref i32) (result i32) (table.grow $table (local.get 0) (local.get 1)))
  (func (export "tableFill") (param externref) (table.fill $table (i32.const 0) (local.get 0) (table.size $table)))
  (func (export "throw") (param externref externref) (throw $both (local.get 0) (i32.const 1) (local.get 1)))
  (func (export "catch") (param externref externref) (result externref i32 externref)
    (block $caught (result externref i32 externref)
      (try_table (catch $both $caught) (throw $both (local.get 0) (i32.const 9) (local.get 1)))
      (unreachable))))`;

const values = [
  null,
  undefined,
  0,
  -0,
  2 ** 29,
  2 ** 30,
  Number.NaN,
  "text",
  Symbol.iterator,
  5n,
  true,
  { an: "object" },
  () => 1,
];

async function load(
  store: Store,
): Promise<Exports & { readonly table: { get(i: number): unknown; set(i: number, value: unknown): void } }> {
  return exportsOf(store, program);
}

describe.each(heapVariants)("in a store $variant", ({ withStore }) => {
  describe.each([{ collectAtSafepoints: false }, { collectAtSafepoints: true }])(
    "externs in memory, $collectAtSafepoints",
    (options) => {
      test("come back as the values that they were", async () => {
        await withStore({ threads: 0, ...options }, async (store) => {
          const exports = await load(store);
          for (const value of values) {
            const other = { other: value };
            exports["make"]!(value, other);
            expect(exports["first"]!()).toBe(value);
            expect([exports["number"]!(), exports["second"]!()]).toEqual([7, other]);
            exports["choose"]!(other, value, 0);
            expect([exports["first"]!(), exports["number"]!()]).toEqual([other, 2]);
            expect(exports["second"]!()).toBe(value);
            exports["set"]!(value);
            expect(exports["first"]!()).toBe(value);
            exports["list"]!(value, 3);
            expect(exports["at"]!(2)).toBe(value);
            exports["fixed"]!(value, other);
            expect([exports["at"]!(0), exports["at"]!(1), exports["at"]!(2)]).toEqual([value, null, other]);
            exports["put"]!(1, value);
            exports["shift"]!();
            expect([exports["at"]!(0), exports["at"]!(1), exports["at"]!(2)]).toEqual([value, other, other]);
            exports["fill"]!(value);
            expect(exports["at"]!(2)).toBe(value);
            exports["tableSet"]!(1, value);
            expect([exports["tableGet"]!(1), exports.table.get(1)]).toEqual([value, value]);
            exports.table.set(0, value);
            expect(exports["tableGet"]!(0)).toBe(value);
            exports["tableFill"]!(other);
            expect(exports["tableGet"]!(1)).toBe(other);
            expect(exports["catch"]!(value, other)).toEqual([value, 9, other]);
            expect(exports["catch"]!(other, value)).toEqual([other, 9, value]);
          }
          expect(exports["tableGrow"]!("grown", 3)).toBe(2);
          expect(exports["tableGet"]!(4)).toBe("grown");
        });
      });

      test("that old objects refer to survive young collections", async () => {
        await withStore(
          { threads: 0, heap: { maximum: 64 << 20, nurseryBytes: 1 << 20 }, ...options },
          async (store) => {
            const exports = await load(store);
            exports["make"]!(null, null);
            exports["list"]!(null, 2000);
            store.collect();
            exports["set"]!("late");
            for (let i = 0; i < 2000; i++) exports["put"]!(i, `${i}`);
            for (let i = 0; i < 50; i++) exports["catch"]!({}, {});
            store.collect();
            expect(exports["first"]!()).toBe("late");
            for (let i = 0; i < 2000; i++) expect(exports["at"]!(i)).toBe(`${i}`);
          },
        );
      });
    },
  );

  describe("values of JS that memory holds", () => {
    test("are let go of when nothing in memory refers to them any more", async () => {
      await withStore({ threads: 0 }, async (store) => {
        const exports = await load(store);
        const kept = (): number => {
          store.collect();
          return internalsOf(store).agent.values.size;
        };
        expect(kept()).toBe(0);
        exports["make"]!("a", "b");
        exports["list"]!({}, 3);
        exports["tableSet"]!(0, "in a table");
        expect(kept()).toBe(4);
        // Small integers, null and heap objects are no boxes.
        exports["set"]!(5);
        expect(kept()).toBe(3);
        exports["forget"]!();
        expect(kept()).toBe(1);
        exports.table.set(0, null);
        expect(kept()).toBe(0);
        expect(() => exports["throw"]!("thrown", {})).toThrow();
      });
    });

    test("are let go of while a program goes on", async () => {
      await withStore({ threads: 0, heap: { maximum: 64 << 20, nurseryBytes: 1 << 20 } }, async (store) => {
        const exports = await load(store);
        for (let i = 0; i < 300_000; i++) exports["tableSet"]!(0, `${i}`);
        expect(internalsOf(store).agent.values.size).toBeLessThan(200_000);
        expect(exports["tableGet"]!(0)).toBe("299999");
      });
    });
  });
});
