import { describe, expect, test } from "vitest";
import { functionText, lines, lower, loweredText } from "./lowered-text.ts";

describe("globals", () => {
  test("of numbers are the host's", () => {
    const text = functionText(
      "(module (global $g (mut i64) (i64.const 5)) (func $f (global.set $g (i64.add (global.get $g) (i64.const 1)))))",
      "f",
    );
    expect(text).toBe(lines("global.get $g\n i64.const 1\n i64.add\n global.set $g"));
  });

  test("that are constants are written as such where they are read", () => {
    const text = functionText("(module (global $g f64 (f64.const 0.5)) (func $f (result f64) (global.get $g)))", "f");
    expect(text).toMatch(/^f64.const /);
  });

  test("of references are written through to a cell that the collector sees", () => {
    const source =
      "(module (global $g (mut anyref) (ref.null any)) (func $f (param anyref) (global.set $g (local.get 0))))";
    expect(functionText(source, "f")).toBe(
      lines("local.get 0\n global.set $g\n global.get $base.roots\n local.get 0\n i32.store"),
    );
    expect(lower(source).rootScannedBytes).toBe(4);
  });

  test("that are shared are cells of the instance's shared block", () => {
    const source = `(module
      (global $n (shared mut i64) (i64.const 5))
      (global $r (shared mut (ref null (shared any))) (ref.null (shared any)))
      (func $f (param (ref null (shared any))) (global.set $r (local.get 0)) (global.set $n (i64.const 1))))`;
    expect(functionText(source, "f")).toBe(
      lines(
        "global.get $base.shared\n local.get 0\n i32.store\n global.get $base.shared\n i64.const 1\n i64.store offset=8",
      ),
    );
    expect(functionText(source, "f", { publication: "atomic" })).toContain("i32.atomic.store\n");
    expect(lower(source)).toMatchObject({ sharedBytes: 16, sharedScannedBytes: 4 });
  });

  test("that are imported come as the host's, with the address of their cell where they hold references", () => {
    const source = `(module (import "m" "g" (global $g (mut anyref))) (func $f (param anyref) (global.set $g (local.get 0))))`;
    expect(functionText(source, "f")).toContain("global.get $globalcell.0\nlocal.get 0\ni32.store");
  });

  test("are all mutable for the host, so that importer and exporter agree", () => {
    const text = loweredText(`(module (import "m" "i" (global i32)) (global $own i32 (i32.const 1)))`);
    expect(text).toContain(
      '(import "global" "0" (global $global.0 (;4;) (mut i32)))'.replace(
        / \(;4;\)/,
        text.match(/\$global\.0( \(;\d+;\))?/)?.[1] ?? "",
      ),
    );
    expect(text).toMatch(/\(global \$own.* \(mut i32\) \(i32.const 1\)\)/);
  });
});

describe("initial values", () => {
  test("that need code are set by init, in order, before elements and data", () => {
    const text = functionText(
      `(module
        (type $p (struct (field i32)))
        (global $p (ref $p) (struct.new $p (i32.const 7)))
        (table $t 2 funcref)
        (memory 1)
        (elem (i32.const 1) $f)
        (data (i32.const 8) "x")
        (func $f))`,
      "heddle.init",
    );
    const order = ["$heap.top", "global.set $p", "tableOutOfBounds", "memory.init", "data.drop"].map((part) =>
      text.indexOf(part),
    );
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test("of null and numbers are there when the host module is", () => {
    const source = `(module
      (type $p (shared (struct)))
      (global $g (thread_local mut (ref null $p)) (ref.null $p))
      (global $n (mut i32) (i32.const 5)))`;
    expect(functionText(source, "heddle.init")).toBe("");
    expect(functionText(source, "heddle.initThreadLocals")).toBe("");
    expect(loweredText(source)).toMatch(/\(global \$g.* \(mut i32\) \(i32.const -16843010\)\)/);
  });

  const isSplit = (source: string): boolean => functionText(source, "heddle.init").includes("return_call $");

  test("are written by several functions where one would have more bytes than hosts take", () => {
    const segment = (count: number): string =>
      `(module (table 200000 funcref) (func $f) (elem (i32.const 7) func ${"$f ".repeat(count)}))`;
    expect(isSplit(segment(1000))).toBe(false);
    expect(isSplit(segment(200_000 - 7))).toBe(true);
  });

  test("without elements ask once for the length of their table", () => {
    const init = (segments: string): string => functionText(`(module (table 10 funcref) ${segments})`, "heddle.init");
    const once = init("(elem (i32.const 5) func)");
    expect(once).toContain("i32.gt_u");
    expect(init("(elem (i32.const 5) func) (elem (i32.const 4) func) (elem (i32.const 5) func)")).toBe(once);
    expect(init("(elem (i32.const 5) func) (elem (i32.const 6) func)")).not.toBe(once);
  });
});

describe("tables", () => {
  const table =
    "(module (table $t 4 funcref) (table $x 4 externref) (table $big i64 4 anyref) (elem $e funcref (ref.func $f)) ";

  test("are read behind a check of the index", () => {
    const text = functionText(`${table} (func $f (param i32) (result funcref) (table.get $t (local.get 0))))`, "f");
    expect(text).toContain("call $heddle.trap.tableOutOfBounds");
    expect(text).toMatch(/i32.const 2\ni32.shl\ni32.add\ni32.load$/);
  });

  test("of unshared externs hold internal references", () => {
    const get = functionText(`${table} (func $f (param i32) (result externref) (table.get $x (local.get 0))))`, "f");
    expect(get).toMatch(/i32.load\ncall \$heap.externalize$/);
    const set = functionText(
      `${table} (func $f (param i32 externref) (table.set $x (local.get 0) (local.get 1))))`,
      "f",
    );
    expect(set).toMatch(/^local.get 1\nlocal.get 2\ncall \$heap.internalize\n/);
    expect(set).toMatch(/i32.store$/);
  });

  test("with 64-bit indices compare all of the index", () => {
    const text = functionText(`${table} (func $f (param i64) (result anyref) (table.get $big (local.get 0))))`, "f");
    expect(text).toContain("i64.extend_i32_u\ni64.ge_u");
  });

  test("grow by the linker's function, which is told whether the collector scans the elements", () => {
    const text = functionText(
      `${table} (func $f (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`,
      "f",
    );
    expect(text).toContain(lines("i32.const -16843010\n i32.const 0\n call $heap.growTable"));
  });

  test("are filled from segments, whose length says whether they were dropped", () => {
    const text = functionText(
      `${table} (func $f (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)) (elem.drop $e)))`,
      "f",
    );
    expect(text.split("tableOutOfBounds").length - 1).toBe(2);
    expect(text).toContain("memory.copy");
    expect(text).toMatch(/global.get \$base.roots\ni32.const 0\ni32.store offset=\d+$/);
  });
});

describe("memories", () => {
  test("of the module come behind the heap, those from outside first", () => {
    const source = `(module
      (memory $own 1)
      (memory $shared 1 2 shared)
      (func $f (result i32) (i32.add (i32.load $own (i32.const 0)) (i32.load $shared (i32.const 0)))))`;
    expect(functionText(source, "f")).toBe(lines("i32.const 0\n i32.load 2\n i32.const 0\n i32.load 1\n i32.add"));
  });

  test("are copied between by their own indices", () => {
    const source = `(module (memory $a 1) (memory $b 1)
      (func $f (memory.copy $a $b (i32.const 1) (i32.const 2) (i32.const 3))))`;
    expect(functionText(source, "f")).toContain("memory.copy 1 2");
  });

  test("are declared no larger than hosts allow", () => {
    lower("(module (memory i64 1 0x1_0000_0000_0000))");
  });
});

describe("what cannot be lowered yet", () => {
  test("is refused by name and place", () => {
    const source =
      "(module (type $f (func)) (type $c (cont $f)) (elem declare func $g) (func $g)\n  (func (drop (cont.new $c (ref.func $g)))))";
    expect(() => lower(source)).toThrow(
      expect.objectContaining({ code: "not-lowered", message: expect.stringContaining("cont.new") }),
    );
  });
});
