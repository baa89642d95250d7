/** Names of the name section in text: read from identifiers and annotations, and printed so that none is lost. */
import { describe, expect, test } from "vitest";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { writeNames } from "../../../../../core/binary/name-section.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import { type ModuleParts, type Names, noNames } from "../../../../../core/types/module.ts";

const namesOf = (text: string): Names => decodeModule(encodeModule(parseModule(text))).names;

describe("name annotations are read", () => {
  const reads: readonly (readonly [what: string, text: string, look: (names: Names) => unknown, expected: unknown])[] =
    [
      ["function", '(func (@name "f g"))', ({ functions }) => functions.get(0), "f g"],
      ["imported function", '(import "a" "b" (func (@name "f")))', ({ functions }) => functions.get(0), "f"],
      [
        "parameter of an import",
        '(import "a" "b" (func (param $p (@name "q") i32)))',
        ({ locals }) => locals.get(0)?.get(0),
        "q",
      ],
      [
        "parameter of a short import",
        '(func (import "a" "b") (param (@name "q") i32))',
        ({ locals }) => locals.get(0)?.get(0),
        "q",
      ],
      ["parameter", '(func (param (@name "p q") i32))', ({ locals }) => locals.get(0)?.get(0), "p q"],
      [
        "parameter with an identifier",
        '(func (param $p (@name "p q") i32))',
        ({ locals }) => locals.get(0)?.get(0),
        "p q",
      ],
      ["second parameter", '(func (param i32) (param (@name "p") i32))', ({ locals }) => locals.get(0)?.get(1), "p"],
      [
        "local",
        '(func (param i32) (local i64 i64) (local (@name "l") i32))',
        ({ locals }) => locals.get(0)?.get(3),
        "l",
      ],
      [
        "two locals",
        '(func (local $a i32) (local $b (@name "a") i32))',
        ({ locals }) => [...(locals.get(0) ?? [])].flat(),
        [0, "a", 1, "a"],
      ],
      ["label", '(func (block $l (@name "") (block)))', ({ labels }) => labels.get(0)?.get(0), ""],
      ["type", '(type (@name "t") (func))', ({ types }) => types.get(0), "t"],
      ["type of a group", '(rec (type (func)) (type $x (@name "t") (func)))', ({ types }) => types.get(1), "t"],
      ["field", '(type (struct (field i32 i32) (field (@name "f") i32)))', ({ fields }) => fields.get(0)?.get(2), "f"],
      [
        "field with an identifier",
        '(type (struct (field $x (@name "f") i32)))',
        ({ fields }) => fields.get(0)?.get(0),
        "f",
      ],
      ["element segment", '(elem (@name "e") func)', ({ elements }) => elements.get(0), "e"],
      ["data segment", '(memory (data "x")) (data $x (@name "d") "x")', ({ data }) => data.get(1), "d"],
    ];
  test.each(reads)("%s", (_, text, look, expected) => {
    expect(look(namesOf(`(module ${text})`))).toEqual(expected);
  });
  test("an identifier stays what text refers to", () => {
    const text = '(func (param $p (@name "other") i32) (result i32) local.get $p)';
    expect(namesOf(text).locals.get(0)?.get(0)).toBe("other");
    expect(() => parseModule(text.replace("get $p", "get $other"))).toThrow("unknown local $other");
  });
  test.each([
    ["two", '(func (param (@name "a") (@name "b") i32))'],
    ["on several parameters", '(func (param (@name "a") i32 i32))'],
    ["on no parameter", '(func (param (@name "a")))'],
    ["on several locals", '(func (local (@name "a") i32 i32))'],
    ["on several fields", '(type (struct (field (@name "a") i32 i32)))'],
    ["in a body", '(func (nop) (@name "x"))'],
    ["before an identifier", '(func (@name "x") $f)'],
    ["before the keyword", '((@name "x") func)'],
    ["on a result", '(func (result (@name "x") i32) i32.const 0)'],
  ])("refused: %s", (_, text) => {
    expect(() => parseModule(`(module ${text})`)).toThrow(/@name|\$f/);
  });
});

const base = parseModule(`(module
  (type $t (struct (field $f i32) (field $g i32))) (type $u (struct))
  (import "a" "b" (func $i (param $p i32) (param $q i32)))
  (func $a (param $x i32) (local $y i32) (block $m (block $n)))
  (table $tb 1 funcref) (table $tc 1 funcref) (elem $e func) (elem $e2 func) (data $d "x") (data $d2 "x") (memory $me 1)
  (global $gl i32 (i32.const 1)) (global $gm i32 (i32.const 1)) (tag $tg) (tag $th))`);

/** The module with other names. */
function renamed(change: (names: Names) => void): Uint8Array {
  const names = structuredClone(base.names);
  change(names);
  return encodeModule({ ...base, names });
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
function survives(bytes: Uint8Array): void {
  for (const fold of [false, true]) {
    const back = encodeModule(parseModule(printModule(decodeModule(bytes), { fold })));
    expect(hex(back)).toBe(hex(bytes));
  }
}

describe("names survive printing and parsing", () => {
  type Spaces = Exclude<keyof Names, "module" | "locals" | "labels" | "fields">;
  const spaces: readonly Spaces[] = ["functions", "types", "tables", "memories", "globals", "elements", "data", "tags"];
  test.each(spaces)("empty names, and equal ones: %s", (space) => {
    survives(renamed((names) => names[space].set(0, "")));
    survives(
      renamed((names) => {
        for (const index of names[space].keys()) names[space].set(index, "same");
      }),
    );
  });
  const nested: readonly (readonly ["locals" | "labels" | "fields", number])[] = [
    ["locals", 0],
    ["locals", 1],
    ["labels", 1],
    ["fields", 0],
  ];
  test.each(nested)("empty names, and equal ones: %s of %d", (space, owner) => {
    const mapOf = (names: Names): Map<number, string> => names[space].get(owner) as Map<number, string>;
    expect(mapOf(base.names).size).toBe(2);
    survives(renamed((names) => mapOf(names).set(0, "")));
    survives(renamed((names) => mapOf(names).set(0, "same").set(1, "same")));
    survives(renamed((names) => mapOf(names).set(0, "").set(1, "")));
  });
  test("an identifier made for an empty name is none that another item has", () => {
    survives(renamed(({ functions }) => functions.set(0, "").set(1, "_0")));
  });
  test("a section with names of items that the module does not have is printed as bytes", () => {
    const strange = ({ customs, ...module }: ModuleParts, change: (names: Names) => void): Uint8Array => {
      const names = noNames();
      change(names);
      return encodeModule({
        ...module,
        customs: [...customs, { name: "name", bytes: writeNames(names) as Uint8Array, after: 11, offset: 0 }],
      });
    };
    survives(strange(base, ({ functions }) => functions.set(0, "here").set(9, "nowhere")));
    survives(strange(base, ({ locals }) => locals.set(1, new Map([[2, "nowhere"]]))));
    survives(strange(base, ({ labels }) => labels.set(1, new Map([[2, "nowhere"]]))));
    survives(strange(base, ({ fields }) => fields.set(1, new Map([[0, "nowhere"]]))));
    expect(printModule(decodeModule(encodeModule(base)))).not.toContain('@custom "name"');
  });
});
