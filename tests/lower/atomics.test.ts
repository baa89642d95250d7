import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = `
  (type $cell (shared (struct (field $n (mut i32)) (field $long (mut i64)) (field $byte (mut i8)) (field $next (mut (ref null $cell))))))
  (type $longs (shared (array (mut i64))))
  (type $counts (array (mut i32)))`;
const body = (text: string): string => `(module ${types} ${text})`;
const unary = (instruction: string, result: string): string =>
  functionText(body(`(func $f (param (ref $cell)) (result ${result}) (${instruction} (local.get 0)))`), "f");

describe("atomic accesses to fields", () => {
  test("have the width of the field", () => {
    expect(unary("struct.atomic.get seqcst $cell $n", "i32")).toMatch(/^local.get 0\ni32.atomic.load offset=\d+$/);
    expect(unary("struct.atomic.get acqrel $cell $long", "i64")).toMatch(/^local.get 0\ni64.atomic.load offset=\d+$/);
    expect(unary("struct.atomic.get_s seqcst $cell $byte", "i32")).toMatch(
      /^local.get 0\ni32.atomic.load8_u offset=\d+\ni32.extend8_s$/,
    );
  });

  test("tell null apart first, since for the host its address is unaligned", () => {
    const text = functionText(
      body(
        "(func $f (param (ref null $cell)) (result i32) (struct.atomic.rmw.add seqcst seqcst $cell $n (local.get 0) (i32.const 1)))",
      ),
      "f",
    );
    expect(text).toMatch(
      /^local.get 0\ni32.const -16843010\ni32.eq\nunlikely if\ncall \$heddle.trap.nullStructureReference/,
    );
    expect(text).toMatch(/local.get 0\ni32.const 1\ni32.atomic.rmw.add offset=\d+$/);
  });

  test("ask the write barrier where they store a reference", () => {
    const exchange = functionText(
      body(`(func $f (param (ref $cell) (ref $cell)) (result (ref null $cell))
        (struct.atomic.rmw.cmpxchg seqcst seqcst $cell $next (local.get 0) (ref.null $cell) (local.get 1)))`),
      "f",
    );
    expect(exchange).toContain("call $heddle.log");
    expect(exchange).toMatch(/i32.const -16843010\nlocal.get 1\ni32.atomic.rmw.cmpxchg offset=\d+$/);
    expect(unary("struct.atomic.get seqcst $cell $next", "(ref null $cell)")).not.toContain("$heddle.log");
  });
});

describe("atomic accesses to elements", () => {
  test("check the index first", () => {
    const text = functionText(
      body(
        "(func $f (param (ref $longs) i32) (result i64) (array.atomic.rmw.xchg seqcst seqcst $longs (local.get 0) (local.get 1) (i64.const 2)))",
      ),
      "f",
    );
    expect(text).toContain("call $heddle.trap.arrayOutOfBounds");
    expect(text).toMatch(/i32.shl\ni32.add\ni64.const 2\ni64.atomic.rmw.xchg offset=8$/);
  });

  test("work on unshared arrays too", () => {
    const text = functionText(
      body(
        "(func $f (param (ref $counts)) (array.atomic.set seqcst $counts (local.get 0) (i32.const 1) (i32.const 2)))",
      ),
      "f",
    );
    expect(text).toMatch(/local.get 0\ni32.const 2\ni32.atomic.store offset=12$/);
  });
});

describe("atomic accesses to globals", () => {
  test("that are shared go to their cell", () => {
    const text = functionText(
      "(module (global $g (shared mut i32) (i32.const 0)) (func $f (result i32) (global.atomic.rmw.or seqcst seqcst $g (i32.const 4))))",
      "f",
    );
    expect(text).toBe(lines("global.get $base.shared\n i32.const 4\n i32.atomic.rmw.or"));
  });

  test("that no other thread reaches are plain", () => {
    const text = functionText(
      "(module (global $g (mut i32) (i32.const 0)) (func $f (result i32) (global.atomic.rmw.cmpxchg seqcst seqcst $g (i32.const 4) (i32.const 5))))",
      "f",
    );
    expect(text).toBe(
      lines(`
        global.get $g
        i32.const 5
        global.get $g
        global.get $g
        i32.const 4
        i32.eq
        select
        local.tee 1
        global.set $g`),
    );
  });
});

describe("atomic accesses to tables", () => {
  test("check the index and go to the element", () => {
    const text = functionText(
      `(module (table $t shared 4 4 (ref null (shared any)))
        (func $f (param i32) (result (ref null (shared any)))
          (table.atomic.rmw.xchg seqcst seqcst $t (local.get 0) (ref.null (shared any)))))`,
      "f",
    );
    expect(text).toContain("call $heddle.trap.tableOutOfBounds");
    expect(text).toMatch(/i32.const -16843010\ni32.atomic.rmw.xchg$/);
  });
});
