import { describe, expect, test } from "vitest";
import { exportsOf, withStore } from "../../support/programs.ts";

/**
 * `grow` appends boxes with the numbers from the table's length on; `read` adds up what is in the table until that has
 * so many elements.
 */
const program = `(module
  (type $box (shared (struct (field i32))))
  (type $until (shared (func (param i32) (result i32))))
  (type $size (shared (func (result i32))))
  (table $boxes shared 0 1000 (ref null $box))
  (func (export "grow") (type $until) (local $old i32)
    (loop $next
      (local.set $old (table.grow $boxes (struct.new $box (table.size $boxes)) (i32.const 1)))
      (if (i32.lt_s (local.get $old) (i32.const 0)) (then (return (i32.const -1))))
      (br_if $next (i32.lt_u (table.size $boxes) (local.get 0))))
    (local.get $old))
  (func (export "read") (type $until) (local $at i32) (local $sum i32)
    (loop $next
      (loop $wait pause (br_if $wait (i32.le_u (table.size $boxes) (local.get $at))))
      (local.set $sum (i32.add (local.get $sum) (struct.get $box 0 (table.get $boxes (local.get $at)))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get 0))))
    (local.get $sum))
  (func (export "by") (type $until) (table.grow $boxes (ref.null $box) (local.get 0)))
  (func (export "size") (type $size) (table.size $boxes)))`;
interface Tables {
  grow(length: number): number;
  read(length: number): number;
  by(elements: number): number;
  size(): number;
}

describe("a shared table", () => {
  test("that one agent grows is read by others meanwhile, with every element in its place", async () => {
    await withStore({ threads: 4 }, async (store) => {
      const { grow, read } = await exportsOf<Tables>(store, program);
      const reading = [store.spawn(read, 500), store.spawn(read, 500), store.spawn(read, 500)];
      expect(await store.spawn(grow, 500)).toBe(499);
      expect(await Promise.all(reading)).toEqual(Array(3).fill((499 * 500) / 2));
    });
  });

  test("that all agents grow has room for what each was told that it got", async () => {
    await withStore({ threads: 3 }, async (store) => {
      const { by, size } = await exportsOf<Tables>(store, program);
      const grown = await Promise.all(
        Array.from({ length: 60 }, (_, index) => (index % 4 === 3 ? by(5) : store.spawn(by, 5))),
      );
      expect(grown.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index * 5));
      expect(await store.spawn(size)).toBe(300);
      expect(await store.spawn(by, 701)).toBe(-1);
      expect(by(700)).toBe(300);
    });
  });
});
