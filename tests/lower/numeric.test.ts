import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

describe("conversions that trap", () => {
  test("store their operand first, which tells NaN from numbers that are too large", () => {
    const double = functionText("(module (func $f (param f64) (result i32) (i32.trunc_f64_s (local.get 0))))", "f");
    expect(double).toBe(lines("global.get $base.operand\n local.get 0\n f64.store\n local.get 0\n i32.trunc_f64_s"));
    const single = functionText("(module (func $f (param f32) (result i64) (i64.trunc_f32_u (local.get 0))))", "f");
    expect(single).toBe(
      lines("global.get $base.operand\n local.get 0\n f32.store offset=8\n local.get 0\n i64.trunc_f32_u"),
    );
  });
});

describe("wide arithmetic", () => {
  test("adds with a carry from the low halves", () => {
    const add = "(i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))";
    expect(functionText(`(module (func $f (param i64 i64 i64 i64) (result i64 i64) ${add}))`, "f")).toBe(
      lines(`
        local.get 0\n local.get 2\n i64.add\n local.tee 5
        local.get 1\n local.get 3\n i64.add
        local.get 5\n local.get 0\n i64.lt_u\n i64.extend_i32_u\n i64.add`),
    );
  });
});

describe("half-precision floats", () => {
  test("vector operations are functions of the host module, which widen, compute and narrow", () => {
    const source = "(module (func $f (param v128 v128) (result v128) (f16x8.add (local.get 0) (local.get 1))))";
    expect(functionText(source, "f")).toBe(lines("local.get 0\n local.get 1\n call $heddle.f16x8.add"));
    const half = (name: string): string => `
      local.get 0\n i32x4.extend_${name}_i16x8_u\n call $heddle.f16.promote
      local.get 1\n i32x4.extend_${name}_i16x8_u\n call $heddle.f16.promote
      f32x4.add\n call $heddle.f16.demote`;
    expect(functionText(source, "heddle.f16x8.add")).toBe(
      lines(`${half("low")}\n${half("high")}\n i16x8.narrow_i32x4_u`),
    );
  });

  test("scalar accesses are the host's to 16 bits", () => {
    const source = "(module (memory 1) (func $f (param i32) (result f32) (f32.load_f16 offset=2 (local.get 0))))";
    const convert = "i32x4.splat\n call $heddle.f16.promote\n f32x4.extract_lane 0";
    expect(functionText(source, "f")).toBe(lines(`local.get 0\n i32.load16_u 1 offset=2\n ${convert}`));
  });
});
