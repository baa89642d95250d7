import { describe, expect, test } from "vitest";
import { RuntimeError, rangeError } from "../../../../core/base/errors.ts";
import { TrapCode } from "../../../../lower/host/lowered.ts";
import { packError, Traps, unpackError } from "../../../../threads/traps/traps.ts";

function caught(body: () => unknown): unknown {
  try {
    return body();
  } catch (error) {
    return error;
  }
}

/** (module (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))) */
const divider = new WebAssembly.Instance(
  new WebAssembly.Module(
    new Uint8Array([
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 3, 2, 1, 0, 7, 10, 1, 6, 0x64, 0x69, 0x76,
      0x69, 0x64, 0x65, 0, 0, 10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6d, 0x0b,
    ]),
  ),
).exports["divide"] as (a: number, b: number) => number;

describe("traps", () => {
  test("a code that lowered code reports becomes the standard's message, with the host's error as cause", () => {
    const traps = new Traps();
    const host = caught(() => (traps.trap as (code: number, detail: number) => void)(TrapCode.castFailure, 0));
    expect(host).toBeInstanceOf(WebAssembly.RuntimeError);
    const error = traps.translate(host) as RuntimeError;
    expect(error).toMatchObject({ name: "RuntimeError", message: "cast failure", code: "cast-failure", cause: host });
    expect(traps.translate(host)).toBe(error);
    expect(traps.translate(new WebAssembly.RuntimeError("unreachable"))).toMatchObject({ message: "unreachable" });
  });

  test("the host's own traps have the standard's messages", () => {
    const traps = new Traps();
    expect(traps.translate(caught(() => divider(1, 0)))).toMatchObject({ message: "integer divide by zero" });
    expect(traps.translate(caught(() => divider(-(2 ** 31), -1)))).toMatchObject({ message: "integer overflow" });
  });

  test("errors of the program pass unchanged, an exhausted stack is a RangeError, and the same one wherever it passes", () => {
    const traps = new Traps();
    const own = new Error("mine");
    expect(traps.translate(own)).toBe(own);
    const recurse = (): number => recurse() + 1;
    const host = caught(recurse);
    const error = traps.translate(host) as RangeError;
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: "Maximum call stack size exceeded: call stack exhausted", cause: host });
    expect(traps.translate(error)).toBe(error);
    expect(traps.hostError(error)).toBe(host);
  });

  test("errors keep class, code and stack on their way between agents", () => {
    const trap = new RuntimeError("null reference", { code: "null-reference" });
    const copy = unpackError(structuredClone(packError(trap)));
    expect(copy).toBeInstanceOf(RuntimeError);
    expect(copy).toMatchObject({ message: "null reference", code: "null-reference", stack: trap.stack });
    expect(unpackError(packError(new TypeError("x")))).toMatchObject({ name: "TypeError", message: "x" });
    expect(unpackError(packError(new RangeError("x")))).toBeInstanceOf(RangeError);
    expect(unpackError(packError(5))).toMatchObject({ message: "a thread threw 5", code: "thread-threw" });
    const coded = structuredClone(packError(rangeError("heap-full", "x")));
    expect(unpackError(coded)).toMatchObject({ name: "RangeError", message: "x", code: "heap-full" });
    expect(unpackError(packError(Object.assign(new Error("x"), { code: { a: 1 } })))).not.toHaveProperty("code");
  });
});
