import { describe, expect, test } from "vitest";
import { exportsOf, openStore, thrown } from "../items/programs.fixture.ts";

const conversions = ["i32", "i64"].flatMap((to) =>
  ["f32", "f64"].flatMap((from) => ["s", "u"].map((sign) => ({ name: `${to}.trunc_${from}_${sign}`, from, to }))),
);
const text = `(module ${conversions
  .map(({ name, from, to }) => `(func (export "${name}") (param ${from}) (result ${to}) (${name} (local.get 0)))`)
  .join("")})`;

describe("conversions that trap", () => {
  test.each(conversions)("$name tells NaN from numbers that are too large, in any order", async ({ name }) => {
    const convert = (await exportsOf<Record<string, (value: number) => unknown>>(await openStore(), text))[name]!;
    const message = (value: number): unknown => (thrown(() => convert(value)) as Error).message;
    for (const value of [Number.NaN, 1e30, Number.NaN, Number.NEGATIVE_INFINITY, 1e30]) {
      expect(message(value)).toBe(Number.isNaN(value) ? "invalid conversion to integer" : "integer overflow");
      expect(Number(convert(2.5))).toBe(2);
    }
  });
});
