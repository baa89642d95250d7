import { describe, expect, test } from "vitest";
import { loweredText } from "./lowered-text.ts";

/** Indices of the functions for which the host module has an entry of the host's own. */
function plain(fields: string): number[] {
  const text = loweredText(`(module ${fields})`);
  return [...text.matchAll(/\(export "plain (\d+)" \(func/g)].map(([, index]) => Number(index));
}

describe("plain functions", () => {
  test("have an entry without the shadow-stack pointer", () => {
    const text = loweredText(
      '(module (func $add (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))',
    );
    const entry = text.slice(text.lastIndexOf("(func $add"));
    expect(entry.replaceAll(/\s+/g, " ")).toMatch(
      /\(param i32\) \(param i32\) \(result i32\) local\.get 0 local\.get 1 i32\.const 0 call \$add/,
    );
    expect(text).toContain('(export "plain 0"');
  });

  test("take and give numbers only", () => {
    expect(plain('(func (export "a") (param i32 i64 f32) (result f64 i32) (f64.const 0) (i32.const 1))')).toEqual([0]);
    expect(plain('(func (export "a") (param externref))')).toEqual([]);
    expect(plain('(func (export "a") (result v128) (v128.const i32x4 0 0 0 0))')).toEqual([]);
    expect(plain('(func (export "a") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 1 0 0 0)))')).toEqual([0]);
  });

  test("neither trap nor allocate nor touch references", () => {
    expect(plain('(func (export "a") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))')).toEqual([]);
    expect(plain('(memory 1) (func (export "a") (result i32) (i32.load (i32.const 0)))')).toEqual([]);
    expect(plain('(func (export "a") (unreachable))')).toEqual([]);
    expect(plain('(type $s (struct)) (func (export "a") (drop (struct.new $s)))')).toEqual([]);
    expect(plain('(func (export "a") (local funcref))')).toEqual([]);
    expect(plain('(table 1 funcref) (func (export "a") (result i32) (table.size))')).toEqual([]);
    expect(
      plain('(global $g (mut externref) (ref.null extern)) (func (export "a") (global.set $g (ref.null extern)))'),
    ).toEqual([]);
  });

  test("use globals of numbers, unshared and shared", () => {
    expect(
      plain(`(global $g (mut i32) (i32.const 0)) (global $s (shared mut i64) (i64.const 0))
        (func (export "a") (result i64) (global.set $g (i32.const 1)) (global.get $s))`),
    ).toEqual([0]);
  });

  test("call plain functions alone, and not themselves", () => {
    expect(plain('(func $f) (func (export "a") (call $f))')).toEqual([1]);
    expect(plain('(func $f (unreachable)) (func $g (call $f)) (func (export "a") (call $g))')).toEqual([]);
    expect(plain('(import "m" "f" (func $f)) (func (export "a") (call $f))')).toEqual([]);
    expect(plain('(func $a (export "a") (call $a))')).toEqual([]);
    expect(plain('(func $a (export "a") (call $b)) (func $b (call $a))')).toEqual([]);
    expect(plain('(table 1 funcref) (func (export "a") (call_indirect (i32.const 0)))')).toEqual([]);
  });

  test("need no entry unless they are exported", () => {
    expect(plain('(func $f) (func (export "a")) (export "b" (func 1))')).toEqual([1]);
  });
});
