/** Several imports of one module together: read, printed, and written again in the same form. */
import { describe, expect, test } from "vitest";
import { featureSet } from "../../../../../core/base/features.ts";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import { validateModule } from "../../../../../core/validate/validate.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** What a text's binary holds in its first section but the types', which is that of imports. */
function written(text: string): readonly (readonly [module: string, name: string, kind: string])[] {
  const module = decodeModule(encodeModule(parseModule(text)));
  validateModule(module);
  return module.imports.map(({ module: from, name, type }) => [from, name, type.kind]);
}

describe("compact imports in text", () => {
  test("with a type each, which may have identifiers", () => {
    const text = `(module (import "m" (item "a" (func $a (result i32))) (item "b" (global $b i32)) (item "c" (func (param i32))))
      (func (export "f") (result i32) (i32.add (call $a) (global.get $b))))`;
    expect(written(text)).toEqual([
      ["m", "a", "func"],
      ["m", "b", "global"],
      ["m", "c", "func"],
    ]);
    expect(parseModule(text).importGroups).toEqual([{ module: "m", type: undefined, first: 0, count: 3 }]);
  });
  test("with one type for all", () => {
    const text =
      '(module (import "x" "y" (func)) (import "m" (item "a") (item "b") (func (param i32) (result i32))) (import "m" "c" (func)))';
    expect(written(text).map(([from, name]) => `${from}.${name}`)).toEqual(["x.y", "m.a", "m.b", "m.c"]);
    const { imports, types } = parseModule(text);
    expect(imports[1]?.type).toEqual(imports[2]?.type);
    expect(types.length).toBe(2);
  });
  test("indices count each item", () => {
    const text =
      '(module (import "m" (item "a") (item "b") (global i32)) (global $g i32 (i32.const 1)) (func (drop (global.get $g))))';
    expect(hex(parseModule(text).functions[0]?.body.bytes as Uint8Array)).toBe("23021a0b");
  });
  test("none at all", () => {
    expect(written('(module (import "m"))')).toEqual([]);
    expect(hex(encodeModule(parseModule('(module (import "m"))')))).toBe("0061736d01000000" + "0206" + "01016d007f00");
  });
  test("are few bytes", () => {
    const bytes = encodeModule(parseModule('(module (import "m" (item "a" (global i32)) (item "b" (global i32))))'));
    expect(hex(bytes)).toBe(`0061736d01000000${"0210"}${"01016d007f02"}${"0161037f00"}${"0162037f00"}`);
    const once = encodeModule(parseModule('(module (import "m" (item "a") (item "b") (global i32)))'));
    expect(hex(once)).toBe(`0061736d01000000${"020d"}${"01016d007e037f00"}${"02" + "0161" + "0162"}`);
  });
  test.each([
    ["an identifier for several", '(import "m" (item "a") (func $f))', "identifier not allowed"],
    ["a type behind items with types", '(import "m" (item "a" (func)) (func))', "unexpected token"],
    [
      "an item without a type behind one with",
      '(import "m" (item "a" (func)) (item "b"))',
      "description of the import",
    ],
    ["an item with a type behind one without", '(import "m" (item "a") (item "b" (func)) (func))', "without a type"],
    ["items without a type", '(import "m" (item "a"))', "description of the import"],
    ["an identifier bound twice", '(import "m" (item "a" (func $f)) (item "b" (func $f)))', "duplicate func"],
    ["behind a definition", '(func) (import "m" (item "a" (func)))', "import after function"],
  ])("are refused: %s", (_, fields, message) => {
    let refused: unknown;
    try {
      parseModule(`(module ${fields})`);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ malformed: true });
    const { message: said, expected } = refused as { message: string; expected?: string };
    expect(`${said} expected ${expected}`).toContain(message);
  });
  test("are a feature", () => {
    const off = featureSet([], ["compact-imports"]);
    for (const text of ['(import "m" (item "a" (func)))', '(import "m" (item "a") (func))', '(import "m")']) {
      expect(() => parseModule(text, off)).toThrow("needs the feature compact-imports");
    }
  });
});

describe("compact imports survive", () => {
  test.each([
    '(import "m" (item "a" (func $a (result i32))) (item "b" (global $b i32)) (item "" (memory 1)))',
    '(import "m" (item "a") (item "b") (global i32))',
    '(import "m")',
    '(import "x" "y" (func)) (import "m" (item "a") (item "b") (func)) (import "z") (import "n" (item "c" (func)))',
    '(import "m" (item "a") (item "b") (table 1 funcref)) (import "m" (item "c") (memory 1)) (elem func)',
  ])("decoding, printing and parsing: %s", (fields) => {
    const bytes = encodeModule(parseModule(`(module ${fields})`));
    expect(hex(encodeModule(decodeModule(bytes)))).toBe(hex(bytes));
    for (const fold of [false, true]) {
      expect(hex(encodeModule(parseModule(printModule(decodeModule(bytes), { fold }))))).toBe(hex(bytes));
    }
  });
  test("names of items with one type, each then written with its type", () => {
    const module = parseModule(
      '(module (import "m" (item "a") (item "b") (func (param i32))) (func (call 1 (i32.const 0))))',
    );
    module.names.functions.set(1, "named");
    const text = printModule(decodeModule(encodeModule(module)));
    expect(text).toContain('(import "m" (item "a" (func (;0;)');
    const again = decodeModule(encodeModule(parseModule(text)));
    expect(again.names.functions.get(1)).toBe("named");
    expect(again.imports.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});
