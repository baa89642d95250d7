import { expect, test } from "vitest";
import { formatValue, parseValue } from "../../../../cli/base/values.ts";
import {
  AbstractHeap,
  ANYREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  I32,
  I64,
  refAbstract,
  refDefined,
  V128,
} from "../../../../core/types/types.ts";

test.each([
  ["0", I32, 0],
  ["-1", I32, -1],
  ["4294967295", I32, -1],
  ["0x7fff_ffff", I32, 0x7fffffff],
  ["-0x80000000", I32, -0x80000000],
  ["18446744073709551615", I64, -1n],
  ["-9223372036854775808", I64, -(1n << 63n)],
  ["1.5", F64, 1.5],
  ["0.1", F32, Math.fround(0.1)],
  ["-inf", F64, Number.NEGATIVE_INFINITY],
  ["nan", F64, Number.NaN],
  ["-0", F64, -0],
  ["1e3", F32, 1000],
  ["null", ANYREF, null],
])("%s is read as a value", (word, type, value) => {
  expect(parseValue(word, type)).toBe(value);
});

test.each([
  ["4294967296", I32],
  ["-2147483649", I32],
  ["1.5", I32],
  ["", I32],
  ["0x", I64],
  ["x", F64],
  ["null", refAbstract(AbstractHeap.any, false)],
  ["1", ANYREF],
  ["1", V128],
])("'%s' is refused where its type does not fit", (word, type) => {
  expect(() => parseValue(word, type)).toThrow(word === "" ? "not an integer" : word);
});

test.each([
  [-1, I32, "-1"],
  [-1n, I64, "-1"],
  [Math.fround(0.1), F32, "0.1"],
  [Math.fround(16777216), F32, "16777216"],
  [0.1, F64, "0.1"],
  [-0, F64, "-0"],
  [Number.NaN, F32, "nan"],
  [Number.NEGATIVE_INFINITY, F64, "-inf"],
  [null, ANYREF, "null"],
  [{}, refDefined(3, true), "(ref struct)"],
  [{}, refAbstract(AbstractHeap.array, true), "(ref array)"],
  [7, ANYREF, "(i31 7)"],
  [() => 0, FUNCREF, "(ref func)"],
  ["text", EXTERNREF, '"text"'],
])("a result is written as the text format has it (%#)", (value, type, text) => {
  expect(formatValue(value, type)).toBe(text);
});
