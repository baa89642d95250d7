import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { validateModule } from "../../../../core/validate/validate.ts";

const outcome = (run: () => unknown): "valid" | "refused" => {
  try {
    run();
    return "valid";
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return "refused";
  }
};

/** Whether a text is valid, and whether the binary made from it is: always the same. */
function verdict(text: string): "valid" | "refused" {
  const module = parseModule(text);
  const direct = outcome(() => validateModule(module));
  expect(outcome(() => validateModule(decodeModule(encodeModule(module))))).toBe(direct);
  return direct;
}

describe("implementation limits hold for texts and binaries", () => {
  test.each([
    ["parameters of a type", 1000, (count: number) => `(type (func (param ${"i32 ".repeat(count)})))`],
    ["results of a type", 1000, (count: number) => `(type (func (result ${"i32 ".repeat(count)})))`],
    ["fields of a type", 10_000, (count: number) => `(type (struct (field ${"i32 ".repeat(count)})))`],
    ["locals of a function", 50_000, (count: number) => `(func (local ${"i32 ".repeat(count)}))`],
    ["labels of a br_table", 65_520, (count: number) => `(func (br_table ${"0 ".repeat(count + 1)} (i32.const 0)))`],
    ["bytes of an exported name", 100_000, (count: number) => `(func (export "${"x".repeat(count)}"))`],
    [
      "bytes of an imported name",
      100_000,
      (count: number) => `(import "" "${"\u00e9".repeat(count >> 1)}${"x".repeat(count & 1)}" (func))`,
    ],
    ["memories", 100, (count: number) => "(memory 0)".repeat(count)],
  ])("%s: %i are valid and one more is not", (_, limit, text) => {
    expect(verdict(text(limit))).toBe("valid");
    expect(verdict(text(limit + 1))).toBe("refused");
  });
});
