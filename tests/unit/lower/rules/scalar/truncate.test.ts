import { describe, expect, test } from "vitest";
import { exportsOf, openStore, thrown } from "../items/programs.fixture.ts";

const conversions = ["i32", "i64"].flatMap((to) =>
  ["f32", "f64"].flatMap((from) => ["s", "u"].map((sign) => `${to}.trunc_${from}_${sign}`)),
);
const text = `(module ${conversions
  .map((name) => `(func (export "${name}") (param ${name.slice(10, 13)}) (result ${name.slice(0, 3)}) (${name} (local.get 0)))`)
  .join("")})`;

describe("conversions that trap", () => {
  test.each(conversions)("%s tells NaN from numbers that are too large, in any order", async (name) => {
    const convert = (await exportsOf<Record<string, (value: number) => unknown>>(await openStore(), text))[name]!;
    const message = (value: number): unknown => (thrown(() => convert(value)) as Error).message;
    for (const value of [Number.NaN, 1e30, Number.NaN, Number.NEGATIVE_INFINITY, 1e30]) {
      expect(message(value)).toBe(Number.isNaN(value) ? "invalid conversion to integer" : "integer overflow");
      expect(Number(convert(2.5))).toBe(2);
    }
  });
});
