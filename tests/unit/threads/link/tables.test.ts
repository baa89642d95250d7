import { expect, test } from "vitest";
import { exportsOf, withStore } from "../../support/programs.ts";

interface Exports {
  set(index: number): void;
  get(index: number): number;
  grow(delta: number): number;
}
const program = `(module (type $cell (struct (field i32)))
  (table 10 (ref null $cell))
  (func (export "set") (param i32) (table.set (local.get 0) (struct.new $cell (local.get 0))))
  (func (export "get") (param i32) (result i32) (struct.get $cell 0 (table.get (local.get 0))))
  (func (export "grow") (param i32) (result i32) (table.grow (ref.null $cell) (local.get 0))))`;

test("a table whose new elements lie where the heap's memory has just grown keeps the old ones", async () => {
  await withStore({ threads: 0, heap: { maximum: 128 << 20 } }, async (store) => {
    const { set, get, grow } = await exportsOf<Exports>(store, program);
    for (let i = 0; i < 10; i++) set(i);
    expect(grow(7_000_000)).toBe(10);
    store.collect();
    set(7_000_009);
    expect(Array.from({ length: 10 }, (_, i) => get(i))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(get(7_000_009)).toBe(7_000_009);
    const table = new store.WebAssembly.Table({ element: "externref", initial: 3 });
    table.set(0, "first");
    table.grow(8_000_000, "new");
    expect([table.get(0), table.get(8_000_002)]).toEqual(["first", "new"]);
    expect(store.heap.verify()).toBe(0);
  });
});
