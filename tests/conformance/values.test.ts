import { describe, expect, test } from "vitest";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { parseScript } from "../../core/text/script/script.ts";
import type { Pattern } from "../../core/text/script/script-values.ts";
import { functionBridge } from "./bridge.ts";
import { fromResults, HostReferences, matches, type Result } from "./values.ts";

function pattern(text: string): Pattern {
  const [command] = parseScript(`(assert_return (invoke "f") ${text})`).commands;
  if (command?.kind !== "assert_return") throw new Error("no assertion");
  return command.expected[0] as Pattern;
}
const host = new HostReferences();
const fits = (result: Result, text: string): boolean => matches(result, pattern(text), host);

describe("expected results", () => {
  test("a canonical NaN has only the top bit of its payload, an arithmetic one at least that", () => {
    const f32 = (bits: bigint): Result => ({ crossing: "f32", bits });
    expect(fits(f32(0xffc00000n), "(f32.const nan:canonical)")).toBe(true);
    expect(fits(f32(0x7fc00001n), "(f32.const nan:canonical)")).toBe(false);
    expect(fits(f32(0x7fc00001n), "(f32.const nan:arithmetic)")).toBe(true);
    expect(fits(f32(0x7f800001n), "(f32.const nan:arithmetic)")).toBe(false);
    expect(fits(f32(0x80000000n), "(f32.const 0)")).toBe(false);
  });
  test("lanes of vectors are matched each on its own", () => {
    const [vector] = fromResults([0x3f800000_7fc00000n, 0n], ["v128"]) as [Result];
    expect(fits(vector, "(v128.const f32x4 nan:canonical 1 0 0)")).toBe(true);
    expect(fits(vector, "(v128.const f32x4 nan:canonical 1 0 -0)")).toBe(false);
    expect(fits(vector, "(v128.const i64x2 0x3f8000007fc00000 0)")).toBe(true);
  });
  test("references are told apart by identity and kind", () => {
    const js = (value: unknown): Result => ({ crossing: "js", value });
    expect(fits(js(host.get(1)), "(ref.extern 1)")).toBe(true);
    expect(fits(js(host.get(1)), "(ref.extern 2)")).toBe(false);
    expect(fits(js(null), "(ref.null extern)")).toBe(true);
    expect(fits(js(null), "(ref.func)")).toBe(false);
    expect(fits(js(5), "(ref.i31)")).toBe(true);
    expect(fits({ crossing: "i32", bits: 2n }, "(either (i32.const 1) (i32.const 2))")).toBe(true);
  });
});

test("a bridge keeps the payload of a NaN and both halves of a vector", () => {
  const text = `(module (type $t (func (param f32 v128) (result v128 f32)))
    (func (export "swap") (type $t) (local.get 1) (local.get 0)))`;
  const module = parseModule(text);
  const type = module.types[0]?.composite;
  if (type?.kind !== "func") throw new Error("no function");
  const bridge = functionBridge(module, 0, type);
  expect(bridge.results).toEqual(["v128", "f32"]);
  const link = (bytes: Uint8Array<ArrayBuffer>, f?: unknown): Record<string, (...values: unknown[]) => unknown> =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { "": { f: f as WebAssembly.ImportValue } })
      .exports as never;
  const { run } = link(bridge.bytes, link(encodeModule(module))["swap"]);
  expect(run?.(0x7f800001, 1n, -2n)).toEqual([1n, -2n, 0x7f800001]);
});
