import { describe, expect, test } from "vitest";
import { errorOf, expectInvalid, validate } from "./validate.fixture.ts";

describe("constant expressions", () => {
  test.each([
    `(global i32 (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))`,
    `(import "m" "g" (global $g i64)) (global i64 (i64.sub (global.get $g) (i64.const 1)))`,
    `(global $a i32 (i32.const 1)) (global i32 (global.get $a))`,
    `(type $s (struct (field i32))) (global (ref $s) (struct.new $s (i32.const 1)))`,
    `(type $a (array i32)) (global (ref $a) (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))`,
    `(global (ref i31) (ref.i31 (i32.const 1)))`,
    `(global externref (extern.convert_any (ref.i31 (i32.const 1))))`,
    `(global v128 (v128.const i32x4 1 2 3 4))`,
    `(memory i64 1) (data (i64.const 1) "x")`,
    `(table i64 1 funcref) (elem (table 0) (i64.const 0) func)`,
  ])("%s is valid", (items) => {
    validate(`(module ${items})`);
  });

  test.each([
    [`(global i32 (i32.clz (i32.const 1)))`, "constant expression required"],
    [`(global i32 (i32.const 1) (nop))`, "constant expression required"],
    [`(global $a (mut i32) (i32.const 1)) (global i32 (global.get $a))`, "constant expression required"],
    [`(global i32 (global.get 1)) (global i32 (i32.const 0))`, "unknown global 1"],
    [`(global i32 (global.get 0))`, "unknown global 0"],
    [`(global i32 (i64.const 0))`, "type mismatch"],
    [`(global i32)`, "type mismatch"],
    [`(global i32 (i32.const 0) (i32.const 0))`, "type mismatch"],
    [`(memory 1) (data (i64.const 1) "x")`, "type mismatch"],
    [`(global $g i32 (i32.const 0)) (table 1 i31ref (ref.i31 (global.get $g)))`, "unknown global 0"],
  ])("%s is refused", (items, phrase) => {
    expectInvalid(`(module ${items})`, phrase);
  });
});

describe("items", () => {
  test.each([
    [`(func (type 3))`, "unknown type"],
    [`(type (struct)) (func (type 0))`, "non-function type 0"],
    [`(func (export "a")) (global (export "a") i32 (i32.const 0))`, "duplicate export name"],
    [`(export "a" (memory 0))`, "unknown memory 0"],
    [`(start 0)`, "unknown function 0"],
    [`(func $f (param i32)) (start $f)`, "start function"],
    [`(memory 2 1)`, "size minimum must not be greater than maximum"],
    [`(memory 65537)`, "memory size must be at most 65536 pages (4GiB)"],
    [`(memory 1 (pagesize 2))`, "invalid custom page size"],
    [`(memory 0x1_0000_0000 (pagesize 1))`, "memory size must be at most 4294967295 pages"],
    [`(table 1 (ref func))`, "type mismatch"],
    [`(table 1 (ref null 7))`, "unknown type 7"],
    [`(elem (table 0) (i32.const 0) func)`, "unknown table 0"],
    [`(table 1 externref) (func $f) (elem (table 0) (i32.const 0) func $f)`, "type mismatch"],
    [`(elem func 3)`, "unknown function 3"],
    [`(data (i32.const 0) "")`, "unknown memory 0"],
    [`(func (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 0))) (memory 1) (data "")`, "unknown data segment 1"],
    [`(func (local (ref 5)))`, "unknown type 5"],
  ])("%s is refused", (items, phrase) => {
    expectInvalid(`(module ${items})`, phrase);
  });

  test("an address is as wide as its memory", () => {
    validate(
      `(module (memory i64 1) (func (drop (i32.load (i64.const 0))) (memory.fill (i64.const 0) (i32.const 0) (i64.const 0))))`,
    );
    expectInvalid(`(module (memory i64 1) (func (drop (i32.load (i32.const 0)))))`, "type mismatch");
    validate(
      `(module (memory $a i64 1) (memory $b 1) (func (memory.copy $a $b (i64.const 0) (i32.const 0) (i32.const 0))))`,
    );
    expectInvalid(
      `(module (memory 1) (func (drop (i32.load offset=0x1_0000_0000 (i32.const 0)))))`,
      "offset out of range",
    );
    validate(`(module (memory i64 1) (func (drop (i32.load offset=0x1_0000_0000 (i64.const 0)))))`);
  });

  test("alignment is at most natural, and natural for atomics", () => {
    expectInvalid(
      `(module (memory 1) (func (drop (i32.load align=8 (i32.const 0)))))`,
      "alignment must not be larger than natural",
    );
    expectInvalid(
      `(module (memory 1) (func (drop (i32.atomic.load align=2 (i32.const 0)))))`,
      "atomic alignment must be natural",
    );
  });

  test("lanes exist", () => {
    expectInvalid(`(module (func (param v128) (drop (i8x16.extract_lane_s 16 (local.get 0)))))`, "invalid lane index");
    expectInvalid(`(module (func (param v128) (drop (f64x2.extract_lane 2 (local.get 0)))))`, "invalid lane index");
  });
});

describe("a feature that is off", () => {
  test.each([
    ["gc", `(type (struct))`],
    ["gc", `(type (sub (func)))`],
    ["simd", `(func (param v128))`],
    ["multi-value", `(func (result i32 i32) unreachable)`],
    ["reference-types", `(func (param externref))`],
    ["function-references", `(type $f (func)) (func (param (ref null $f)))`],
    ["exceptions", `(tag)`],
    ["memory64", `(memory i64 1)`],
    ["multi-memory", `(memory 1) (memory 1)`],
    ["threads", `(memory 1 1 shared)`],
    ["shared-everything-threads", `(global (shared i32) (i32.const 0))`],
    ["shared-everything-threads", `(type (shared (func)))`],
    ["custom-descriptors", `(type $f (func)) (import "m" "f" (func (exact (type $f))))`],
    ["stack-switching", `(type $f (func)) (type (cont $f))`],
    ["custom-page-sizes", `(memory 1 (pagesize 1))`],
    ["extended-const", `(global i32 (i32.add (i32.const 1) (i32.const 1)))`],
    ["tail-call", `(func $f (return_call $f))`],
    ["half-precision", `(func (param f32) (drop (f16x8.splat (local.get 0))))`],
    ["wide-arithmetic", `(func (param i64) (drop (drop (i64.mul_wide_s (local.get 0) (local.get 0)))))`],
    ["mutable-globals", `(global (export "g") (mut i32) (i32.const 0))`],
  ] as const)("%s is named by the error: %s", (feature, items) => {
    validate(`(module ${items})`);
    expect(errorOf(`(module ${items})`, [feature]).message).toContain(`the feature ${feature}`);
  });

  test("stack-switching: tags have no results", () => {
    expectInvalid(`(module (tag (result i32)))`, "non-empty tag result type", ["stack-switching"]);
    validate(`(module (tag (result i32)))`);
  });
});

describe("stack switching", () => {
  const types = `
    (type $f (func (param i32) (result i64))) (type $c (cont $f))
    (type $g (func (result i64))) (type $d (cont $g))
    (tag $yield (param f32) (result f64))
    (type $after (func (param f64) (result i64))) (type $rest (cont $after))`;
  const code = (text: string, signature = ""): string => `(module ${types} (func ${signature} ${text}))`;

  test("a continuation is made of a function, bound, and resumed", () => {
    validate(code(`(resume $d (cont.bind $c $d (i32.const 1) (cont.new $c (ref.null $f))))`, "(result i64)"));
    expectInvalid(code(`(drop (cont.bind $d $c (ref.null $d)))`), "type mismatch in continuation arguments");
    expectInvalid(code(`(drop (cont.new $f (ref.null $f)))`), "non-continuation type 0");
  });

  test("a handler's label takes the tag's parameters and the rest of the computation", () => {
    validate(
      code(
        `(block $h (result f32 (ref $rest)) (resume $d (on $yield $h) (ref.null $d)) (return)) drop drop i64.const 0`,
        "(result i64)",
      ),
    );
    expectInvalid(
      code(
        `(block $h (result f32 (ref $d)) (resume $d (on $yield $h) (ref.null $d)) (return)) drop drop i64.const 0`,
        "(result i64)",
      ),
      "type mismatch in continuation type",
    );
  });

  test("suspend passes the tag's parameters and gets its results", () => {
    validate(code(`(suspend $yield (f32.const 0))`, "(result f64)"));
  });
});
