/** Texts are Unicode scalar values: half a surrogate pair is refused wherever it stands. */
import { expect, test } from "vitest";
import type { CompileError } from "../../../../../core/base/errors.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";

const high = String.fromCharCode(0xd800);
const low = String.fromCharCode(0xdc00);

test.each([
  ["an export", '(module (func (export "?")))'],
  ["an import", '(module (import "?" "x" (func)))'],
  ["an identifier", '(module (func $"?"))'],
  ["an annotation", '(module (@name "?"))'],
  ["a custom section", '(module (@custom "?" ""))'],
  ["a data segment", '(module (data "?"))'],
  ["a comment", "(module (; ? ;))"],
  ["a line comment", "(module) ;; ?"],
])("in %s", (_, text) => {
  for (const half of [high, low, `${low}${high}`, `a${high}b`]) {
    const put = text.replace("?", half);
    let refused: unknown;
    try {
      parseModule(put);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: "malformed-utf8", malformed: true });
    const column = put.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/) + 1;
    expect((refused as CompileError).position).toEqual({ line: 1, column });
  }
});

test("whole pairs are characters", () => {
  expect(parseModule(`(module (func (export "${high}${low}")))`).exports[0]?.name).toBe(`${high}${low}`);
});
