import { describe, expect, test } from "vitest";
import { RuntimeError } from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

const COUNT = 200_000;
const functions = (count: number): string => "$one $two ".repeat(count / 2);

describe("modules with many initial values", () => {
  test("have all of them, whichever function writes them", () =>
    withStore({ threads: 0 }, async (store) => {
      const { call, at, box } = await exportsOf<Record<string, (index: number) => number>>(
        store,
        `(module
          (type $value (func (result i32)))
          (type $box (struct (field i32)))
          (table $functions ${COUNT + 9} funcref)
          (table $numbers 20000 i31ref)
          (global $start i32 (i32.const 3))
          (elem (table $functions) (global.get $start) func ${functions(COUNT)})
          (elem (table $numbers) (i32.const 10) i31ref ${Array.from({ length: 10_000 }, (_, i) => `(ref.i31 (i32.const ${i}))`).join(" ")})
          (elem $boxes (ref $box) ${Array.from({ length: 5000 }, (_, i) => `(struct.new $box (i32.const ${i}))`).join(" ")})
          (type $array (array (ref $box)))
          (func $one (type $value) (i32.const 1))
          (func $two (type $value) (i32.const 2))
          (func (export "call") (param i32) (result i32) (call_indirect $functions (type $value) (local.get 0)))
          (func (export "at") (param i32) (result i32) (i31.get_u (table.get $numbers (local.get 0))))
          (func (export "box") (param i32) (result i32)
            (struct.get $box 0 (array.get $array (array.new_elem $array $boxes (i32.const 0) (i32.const 5000)) (local.get 0)))))`,
      );
      expect([3, 4, 5, COUNT / 2, COUNT + 1, COUNT + 2].map((index) => call!(index))).toEqual([1, 2, 1, 2, 1, 2]);
      expect(() => call!(COUNT + 3)).toThrow("uninitialized");
      expect([10, 4105, 4106, 10_009].map((index) => at!(index))).toEqual([0, 4095, 4096, 9999]);
      expect([0, 4095, 4096, 4999].map((index) => box!(index))).toEqual([0, 4095, 4096, 4999]);
    }));

  test("trap before a segment is begun that does not lie inside its table, also an empty one", () =>
    withStore({ threads: 0 }, async (store) => {
      const outside = (segments: string): Promise<unknown> =>
        store.WebAssembly.instantiate(`(module (table 10 funcref) (func $one) (func $two) ${segments})`);
      await expect(
        outside("(elem (i32.const 10) func) (elem (i32.const 5) func) (elem (i32.const 10) func)"),
      ).resolves.toBeDefined();
      await expect(outside("(elem (i32.const 5) func) (elem (i32.const 11) func)")).rejects.toThrow(RuntimeError);
      await expect(outside(`(elem (i32.const 5) func) (elem (i32.const 1) func ${functions(10)})`)).rejects.toThrow(
        "out of bounds table access",
      );
    }));
});
