import { describe, expect, test } from "vitest";
import { functionText } from "./lowered-text.ts";

const caller = (shared: boolean): string => {
  const type = "(func (param i32) (result i32))";
  return functionText(
    `(module (type $f ${shared ? `(shared ${type})` : type})
      (func $call (param (ref $f)) (result i32) (call_ref $f (i32.const 1) (local.get 0))))`,
    "call",
  );
};

describe("calls through references", () => {
  test("to shared functions have a function resolved that this agent does not know", () => {
    expect(caller(true)).toContain(
      "local.get 0\nglobal.get $heap.known\ni32.ge_u\nunlikely if\nlocal.get 0\ncall $heap.resolve\nend",
    );
  });

  test("to functions of one agent do not", () => {
    expect(caller(false)).not.toContain("known");
  });
});

describe("waitqueue.notify", () => {
  test("asks nobody where nobody waits", () => {
    const text = functionText(
      "(module (func $wake (param (ref (shared waitqueue))) (result i32) (waitqueue.notify (local.get 0) (i32.const 1))))",
      "wake",
    );
    expect(text).toMatch(
      /^local.get 0\ni32.atomic.load offset=8\nif .*\nlocal.get 0\ni32.const 1\ncall \$heap.notifyQueue\nelse\ni32.const 0\nend$/,
    );
  });
});
