import { describe, expect, test } from "vitest";
import { functionText, lines, lower } from "./lowered-text.ts";

const header = `
  (type $f (func (param i32) (result i32)))
  (type $open (sub (func)))
  (type $known (func))
  (import "m" "imported" (func $imported (type $f)))
  (table $t 4 funcref)
  (table $typed 4 (ref null $known))
  (elem declare func $own $imported)
  (func $own (type $f) (local.get 0))`;
const body = (text: string): string => `(module ${header} ${text})`;
/** The text without the poll at entry, which functions that make calls through references have. */
const withoutPoll = (text: string): string =>
  text.replace(/^i32.const 64\ni32.atomic.load\nunlikely if\n(?:.*\n)*?end\n/, "");

describe("calls", () => {
  test("pass the shadow-stack pointer last", () => {
    expect(functionText(body("(func $x (result i32) (call $own (i32.const 1)))"), "x")).toBe(
      lines("i32.const 1\n local.get 0\n call $own"),
    );
    expect(functionText(body("(func $x (result i32) (call $imported (i32.const 1)))"), "x")).toContain(
      "local.get 0\ncall $func.0",
    );
  });

  test("at the end of a function pass on the caller's own pointer", () => {
    const text = functionText(
      body("(func $x (param (ref null $f)) (result i32) (return_call $own (i32.const 1)))"),
      "x",
    );
    expect(text).toBe(lines("i32.const 1\n local.get 1\n return_call $own"));
  });
});

describe("function references", () => {
  test("are function indices: the instance's range, or what the linker says", () => {
    expect(functionText(body("(func $x (result funcref) (ref.func $own))"), "x")).toBe("global.get $base.functions");
    expect(functionText(body("(func $x (result funcref) (ref.func $x)) (elem declare func $x)"), "x")).toBe(
      lines("global.get $base.functions\n i32.const 1\n i32.add"),
    );
    expect(functionText(body("(func $x (result funcref) (ref.func $imported))"), "x")).toBe("global.get $funcref.0");
  });

  test("are called without a check for null, which is no index of the host's table", () => {
    const source = body("(func $x (param (ref null $f)) (result i32) (call_ref $f (i32.const 1) (local.get 0)))");
    const text = withoutPoll(functionText(source, "x"));
    expect(text).toMatch(/^i32.const 1\nlocal.get 1\nlocal.get 0\ncall_indirect .*$/);
  });
});

describe("call_indirect", () => {
  test("checks index, null and type, since the host's own types say less", () => {
    const text = functionText(
      body("(func $x (param i32) (result i32) (call_indirect $t (type $f) (i32.const 1) (local.get 0)))"),
      "x",
    );
    const order = ["undefinedElement", "uninitializedElement", "indirectCallTypeMismatch", "call_indirect"].map(
      (part) => text.indexOf(part),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test("looks into the display only for a type that has subtypes, and after a compare", () => {
    const call = (type: string): string =>
      functionText(body(`(func $x (param i32) (call_indirect $t (type ${type}) (local.get 0)))`), "x");
    expect(call("$known")).not.toContain("i32.load offset=32");
    expect(call("$open")).toContain(lines("i32.ne\n if\n local.get 5\n i32.load offset=32"));
  });

  test("does not check the type where the table's elements all have it", () => {
    const text = functionText(body("(func $x (param i32) (call_indirect $typed (type $known) (local.get 0)))"), "x");
    expect(text).not.toContain("indirectCallTypeMismatch");
  });
});

describe("lowered signatures", () => {
  test("are the same for types that differ in references only", () => {
    const source = `(module (type $a (struct)) (type $b (array i8))
      (func (param (ref $a)) (result funcref) (ref.null func)) (func (param (ref null $b)) (result anyref) (local.get 0)))`;
    const { bytes } = lower(source);
    const host = new WebAssembly.Module(bytes);
    expect(WebAssembly.Module.imports(host).map(({ module, name }) => `${module}.${name}`)).toContain(
      "functions.table",
    );
  });
});
