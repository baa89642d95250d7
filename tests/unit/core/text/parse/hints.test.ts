/** Code metadata annotations: what they may say and where they may stand. */
import { describe, expect, test } from "vitest";
import { parseModule } from "../../../../../core/text/parse/parse.ts";

const hint = '(@metadata.code.branch_hint "\\00")';
const other = '(@metadata.code.trace_inst "\\07")';

/** Function 0's entries of the only custom section: pairs of offset and byte. */
function entries(text: string): readonly number[] {
  const [section] = parseModule(`(module ${text})`).customs;
  return [...(section?.bytes ?? [])];
}

describe("branch hints", () => {
  test("have one byte, 0 or 1", () => {
    for (const value of [0, 1]) {
      expect(entries(`(func (block i32.const 0 (@metadata.code.branch_hint "\\0${value}") br_if 0))`)).toEqual([
        1,
        0,
        1,
        5,
        1,
        value,
      ]);
    }
    for (const value of ["", '""', '"\\02"', '"\\00\\01"', '"\\00" "\\00"', '"\\ff"']) {
      const text = `(func (block i32.const 0 (@metadata.code.branch_hint ${value}) br_if 0))`;
      expect(() => parseModule(text)).toThrow("@metadata.code.branch_hint annotation: invalid hint value");
    }
  });
  test("are about the instruction that follows, folded or not", () => {
    expect(entries(`(func ${hint} (if (i32.const 0) (then)))`)).toEqual([1, 0, 1, 3, 1, 0]);
    expect(entries(`(func i32.const 0 ${hint} if end)`)).toEqual([1, 0, 1, 3, 1, 0]);
    expect(entries(`(func (param i32) (local i32) (;x;) ${hint} (br_if 0 (local.get 0)))`)).toEqual([1, 0, 1, 5, 1, 0]);
  });
  test.each([
    ["another instruction", `(func ${hint} nop)`],
    ["the condition of a folded if", `(func (if ${hint} (i32.const 0) (then)))`],
    ["end", `(func i32.const 0 if ${hint} end)`],
    ["else", `(func i32.const 0 if ${hint} else end)`],
  ])("have an invalid target before %s", (_, text) => {
    expect(() => parseModule(text)).toThrow("@metadata.code.branch_hint annotation: invalid target");
  });
});

describe.each([
  ["branch hints", hint],
  ["other code metadata", other],
])("%s", (_, annotation) => {
  test.each([
    ["before the end of a folded block", "(func (block (br 0) @))"],
    ["before the end of a folded block, with code behind it", "(func (block (br 0) @) (if (i32.const 0) (then)))"],
    ["before the end of a function", "(func nop @)"],
    ["before locals", "(func @ (local i32) (if (local.get 0) (then)))"],
    ["before parameters", "(func @ (param i32) (if (local.get 0) (then)))"],
    ["in a type use", "(type (func)) (func (type @ 0) (if (i32.const 0) (then)))"],
    ["behind an instruction's word", "(func (block i32.const 0 br_if @ 0))"],
    ["behind a folded instruction's word", "(func (block (br_if @ 0 (i32.const 0))))"],
    ["behind a parenthesis", "(func (block (@ br_if 0 (i32.const 0))))"],
    ["before then", "(func (if (i32.const 0) @ (then)))"],
    ["before else", "(func (if (i32.const 0) (then) @ (else)))"],
    ["before an arm's instructions' end", "(func (if (i32.const 0) (then @)))"],
    ["in an empty function", "(func @)"],
  ])("are malformed %s", (_where, text) => {
    const put = text.replace("@", annotation);
    expect(() => parseModule(put)).toThrow("misplaced @metadata");
  });
  test("are malformed outside functions", () => {
    expect(() => parseModule(`(global i32 ${annotation} (i32.const 1))`)).toThrow("not in a function");
    expect(() => parseModule(`(module ${annotation})`)).toThrow("not in a function");
  });
});

test("other code metadata is about any instruction, but about no arm and no end", () => {
  expect(entries(`(func nop ${other} nop)`)).toEqual([1, 0, 1, 2, 1, 7]);
  expect(() => parseModule(`(func i32.const 0 if ${other} else end)`)).toThrow(
    "@metadata.code.trace_inst annotation: invalid target",
  );
  expect(() => parseModule(`(func block ${other} end)`)).toThrow(
    "@metadata.code.trace_inst annotation: invalid target",
  );
});
