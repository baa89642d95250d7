import { expect, test } from "vitest";
import { codedErrors } from "../../../tools/checks/coded-errors.ts";
import { findings } from "./sources.ts";

test.each([
  ["gc/a.ts", 'throw new Error("a");', 1],
  ["gc/a.ts", 'throw new RangeError("a");', 1],
  ["threads/store/a.ts", 'throw new TypeError("a");', 1],
  ["cli/a.ts", "class A extends Error {}", 1],
  ["api/js/a.ts", 'throw new Error("a");', 1],
  ["api/js/a.ts", 'throw new TypeError("a");', 0],
  ["threads/values/a.ts", 'throw new RangeError("a");', 0],
  ["api/js/a.ts", "const { stack } = new Error().stack;", 0],
  ["gc/a.ts", 'throw rangeError("heap-full", "a");', 0],
  ["gc/a.ts", 'class A extends HeddleError<"internal"> {}', 0],
  ["core/base/errors.ts", "class A extends Error {}", 0],
  ["tests/a.ts", 'throw new Error("a");', 0],
])("in %s, %s", async (path, text, count) => {
  expect(await findings(codedErrors, { [path]: text })).toHaveLength(count);
});
