import { expect, test } from "vitest";
import { describeError, exitCodeOf } from "../../../../cli/base/report.ts";
import { UsageError } from "../../../../cli/base/usage.ts";
import { CompileError, LinkError, RuntimeError } from "../../../../core/base/errors.ts";

const binary = { file: "a.wasm", text: undefined };

test("an error in a binary module names the file, the offset, the rule and what was expected", () => {
  const error = new CompileError("type mismatch", { code: "type-mismatch", offset: 0x1a3, expected: "i32" });
  expect(describeError(error, binary)).toBe("a.wasm: offset 0x1a3: type mismatch (expected i32)");
  expect(exitCodeOf(error)).toBe(1);
});

test("an error in a text module shows the line with a caret under the place", () => {
  const error = new CompileError("unknown local", { code: "unknown-local", position: { line: 2, column: 14 } });
  expect(describeError(error, { file: "a.wat", text: "(module\n  (local.get $x))\n" })).toBe(
    "a.wat:2:14: unknown local\n      (local.get $x))\n                 ^",
  );
});

test("of a very long line only the part around the place is shown", () => {
  const error = new CompileError("unexpected token", { code: "unexpected-token", position: { line: 1, column: 5001 } });
  const [, line, caret] = describeError(error, {
    file: "a.wat",
    text: `${" ".repeat(5000)}x${" ".repeat(5000)}`,
  }).split("\n");
  expect(line?.length).toBeLessThan(140);
  expect(line?.[caret?.indexOf("^") ?? 0]).toBe("x");
});

test.each([
  [new LinkError("unknown import", { code: "unknown-import" }), "a.wasm: cannot link: unknown import", 1],
  [new RuntimeError("unreachable", { code: "unreachable" }), "a.wasm: trap: unreachable", 1],
  [new RangeError("Maximum call stack size exceeded"), "a.wasm: trap: call stack exhausted", 1],
  [new UsageError("no file given"), "heddle: no file given", 2],
  [new Error("anything"), "a.wasm: anything", 1],
])("%s is one line", (error, text, exitCode) => {
  expect(describeError(error, binary)).toBe(text);
  expect(exitCodeOf(error)).toBe(exitCode);
});
