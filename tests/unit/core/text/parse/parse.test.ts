import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../../core/base/errors.ts";
import { featureSet } from "../../../../../core/base/features.ts";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { formatError } from "../../../../../core/text/lex/diagnostics.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { validateModule } from "../../../../../core/validate/validate.ts";

function errorOf(
  source: string,
  ...off: Parameters<typeof featureSet>[1] extends Iterable<infer Name> | undefined ? Name[] : never
): CompileError {
  try {
    validateModule(parseModule(source, featureSet([], off)));
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error("no error");
}
/** The body of the only function, in hexadecimal. */
function body(instructions: string, rest = ""): string {
  const { functions } = parseModule(`(module ${rest} (func ${instructions}))`);
  return Buffer.from(functions[0]?.body.bytes ?? []).toString("hex");
}

describe("type uses", () => {
  test("types that they add come behind all others, in the order of the text", () => {
    const module = parseModule(`(module
      (func (result f64) (block (param i32) (result i64) unreachable) unreachable)
      (func (param f32))
      (type $t (func (param f32))))`);
    expect(module.functions.map(({ type }) => type)).toEqual([1, 0]);
    expect(module.types.length).toBe(3);
  });
  test("a type in a larger group, a shared type and an open type are not what an inline use means", () => {
    const module = parseModule(`(module
      (rec (type (func)) (type (struct)))
      (type (shared (func)))
      (type (sub (func)))
      (func))`);
    expect(module.functions[0]?.type).toBe(4);
  });
  test("a use that disagrees with the type it names is malformed", () => {
    expect(errorOf("(type $t (func (param i32)))(func (type $t) (param i64))").rule).toMatch(/^inline function type/);
  });
});

describe("instructions", () => {
  test("folded and flat forms give the same code", () => {
    const folded = body("(if (result i32) (i32.eqz (i32.const 0)) (then (i32.const 1)) (else (i32.const 2))) drop");
    expect(folded).toBe(body("i32.const 0 i32.eqz if (result i32) i32.const 1 else i32.const 2 end drop"));
    expect(folded).toBe("41004504 7f4101 05 4102 0b 1a0b".replaceAll(" ", ""));
  });
  test("orders are taken in all spellings, once, twice or not at all", () => {
    const rest = "(type $s (shared (struct (field (mut i32)))))";
    const update = (orders: string): string => body(`struct.atomic.rmw.add ${orders} $s 0`, rest);
    expect(update("")).toBe(update("seq_cst"));
    expect(update("seqcst seqcst")).toBe(update("seq_cst"));
    expect(update("acq_rel")).toBe(update("acqrel acqrel"));
    expect(update("acq_rel")).toBe("fe601100000b");
    expect(errorOf(`${rest} (func struct.atomic.rmw.add acqrel seqcst $s 0)`).code).toBe("order-mismatch");
  });
  test("the orders of memory accesses stand before or behind the memory", () => {
    const rest = "(memory 1) (memory $m 1)";
    expect(body("i32.atomic.load acqrel $m offset=4", rest)).toBe(body("i32.atomic.load $m acqrel offset=4", rest));
  });
  test("a lone number of a lane access is the lane, two are memory and lane", () => {
    expect(body("v128.load8_lane 3")).toBe("fd540000030b");
    expect(body("v128.load8_lane 1 3")).toBe("fd54400100030b");
    expect(body("v128.load8_lane offset=2 3")).toBe("fd540002030b");
  });
  test("casts to nullable types are the other opcode", () => {
    expect(body("ref.cast (ref eq)")).toBe("fb166d0b");
    expect(body("ref.cast eqref")).toBe("fb176d0b");
  });
  test("delegate counts labels from outside its block", () => {
    expect(body("(try $a (do (try (do) (delegate $a))) (catch_all))")).toBe(
      body("try $a try delegate $a catch_all end"),
    );
  });
  test("a hundred thousand nested blocks need no host stack", () => {
    const deep = 100_000;
    expect(body(`${"(block ".repeat(deep)}${")".repeat(deep)}`)).toBe(
      body(`${"block ".repeat(deep)}${"end ".repeat(deep)}`),
    );
    expect(parseModule(`(func ${"(i32.eqz ".repeat(deep)}${")".repeat(deep)})`).functions.length).toBe(1);
  });
  test("what closes must be what opened", () => {
    for (const text of [
      "(block end)",
      "block )",
      "(i32.eqz nop)",
      "else",
      "end",
      "(else)",
      "(if)",
      "catch_all",
      "(try (do) (catch_all) (delegate 0))",
    ]) {
      expect(errorOf(`(func ${text})`).rule, text).toMatch(/^unexpected token/);
    }
    expect(errorOf("(func block $a end $b)").rule).toBe("mismatching label");
  });
});

describe("module fields", () => {
  test("elements and data inside tables and memories take indices of their own", () => {
    const module = parseModule(`(module
      (table $t funcref (elem $f $f))
      (memory $m (data "abc"))
      (elem $e func $f) (data $d "x")
      (func $f (elem.drop $e) (data.drop $d)))`);
    expect(module.elements.map(({ flags }) => flags)).toEqual([0, 1]);
    expect(module.tables[0]?.type).toMatchObject({ minimum: 2n, maximum: 2n });
    expect(Buffer.from(module.functions[0]?.body.bytes ?? []).toString("hex")).toBe("fc0d01fc09010b");
  });
  test("names may be used before they are bound", () => {
    const module = parseModule(
      '(module (export "f" (func $f)) (start $f) (global i32 (global.get $g)) (global $g i32 (i32.const 1)) (func $f))',
    );
    expect(module.start).toBe(0);
    expect(module.names.globals.get(1)).toBe("g");
  });
  test("imports come before definitions", () => {
    expect(errorOf('(func) (import "a" "b" (func))').rule).toBe("import after function");
    expect(errorOf('(memory 1) (func (import "a" "b"))').rule).toBe("import after memory");
  });
  test("custom sections are placed where they say", () => {
    const { customs } = parseModule('(module (func) (@custom "a" (before func) "x") (@custom "b" "y" "z"))');
    expect(customs.map(({ name, after }) => [name, after])).toEqual([
      ["a", 2],
      ["b", 11],
    ]);
  });
  test("branch hints name the offset of their instruction", () => {
    const { customs } = parseModule('(func (local i32) (@metadata.code.branch_hint "\\01") (if (i32.const 0) (then)))');
    expect(customs.map(({ name, bytes }) => [name, [...bytes]])).toEqual([
      ["metadata.code.branch_hint", [1, 0, 1, 5, 1, 1]],
    ]);
  });
  test("compilation hints are written with words or with bytes", () => {
    const hints = (text: string): (string | number[])[][] =>
      parseModule(text).customs.map(({ name, bytes }) => [name.slice("metadata.code.".length), [...bytes]]);
    const words = hints(`(module (func $a) (func $b
      (@metadata.code.compilation_priority (compilation 1) (run_once))
      (@metadata.code.instr_freq (freq 123.45))
      (@metadata.code.call_targets (target $a 0.73) (target $b 0.21))
      (call_ref 0 (ref.null 0))))`);
    expect(words).toEqual([
      ["compilation_priority", [1, 1, 1, 0, 2, 1, 127]],
      ["instr_freq", [1, 1, 1, 3, 1, 0x26]],
      ["call_targets", [1, 1, 1, 3, 4, 0, 0x49, 1, 0x15]],
    ]);
    expect(hints('(module (func) (func (@metadata.code.instr_freq "\\26") (call 0)))')).toEqual([
      ["instr_freq", [1, 1, 1, 1, 1, 0x26]],
    ]);
  });
  test("thread-local, shared and exact forms", () => {
    const module = parseModule(`(module
      (type $f (shared (func)))
      (import "a" "b" (func (exact (type $f))))
      (global (thread_local mut i32) (i32.const 0))
      (global (shared mut i64) (i64.const 0))
      (table i64 shared 1 (ref null (shared func)))
      (data shared "x"))`);
    expect(module.imports[0]?.type).toEqual({ kind: "func", type: 0, exact: true });
    expect(module.globals.map(({ type }) => [type.threadLocal, type.shared, type.mutable])).toEqual([
      [true, false, true],
      [false, true, true],
    ]);
    expect(module.tables[0]?.type).toMatchObject({ is64: true, shared: true });
    expect(module.data[0]?.flags).toBe(9);
  });
});

describe("errors", () => {
  test("say line and column, and show the line with a caret", () => {
    const source = "(module\n\t(func i32.const 1 bogus))";
    const error = errorOf(source);
    expect(error.position).toEqual({ line: 2, column: 20 });
    expect(error.malformed).toBe(true);
    expect(formatError(source, error)).toBe(
      "unknown operator bogus (at 2:20)\n\t(func i32.const 1 bogus))\n\t                  ^\nexpected: an instruction",
    );
  });
  test("validation leads back to the instruction in the text", () => {
    expect(
      errorOf("(module\n  (func (result i32)\n    (i32.add (i32.const 1)\n      (f32.const 2))))").position,
    ).toEqual({
      line: 3,
      column: 5,
    });
  });
  test("a feature that is off is named", () => {
    expect(errorOf("(type (shared (func)))", "shared-everything-threads").message).toContain(
      "shared-everything-threads",
    );
    expect(errorOf("(func (return_call 0))", "tail-call").message).toContain("tail-call");
  });
  test("indices beyond what a module may have are unknown types", () => {
    expect(errorOf("(func (param (ref 4294967295)))").rule).toBe("unknown type 4294967295");
  });
});

test("a parsed module encodes to what it decodes from", () => {
  const module = parseModule('(module $m (func $f (param $x i32) (result i32) (local.get $x)) (export "f" (func $f)))');
  const decoded = decodeModule(encodeModule(module));
  expect(decoded.names.module).toBe("m");
  expect(decoded.names.locals.get(0)?.get(0)).toBe("x");
  expect(encodeModule(decoded)).toEqual(encodeModule(module));
});
