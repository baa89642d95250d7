/** Features that are off: a text is refused just where the same module in the binary format is. */
import { describe, expect, test } from "vitest";
import { type FeatureName, type FeatureSet, featureNames, featureSet } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { validateModule } from "../../../../core/validate/validate.ts";

/** Fields of a module, by the features without which they are nothing. */
const constructs: readonly (readonly [fields: string, ...needed: FeatureName[]])[] = [
  ['(memory 1) (data (i32.const 0) "x")'],
  ["(table 1 funcref) (func $f) (elem (i32.const 0) $f)"],
  ['(data "x")', "bulk-memory"],
  ['(memory 1) (data "x") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))', "bulk-memory"],
  ["(elem func)", "bulk-memory"],
  ["(func $f) (elem declare func $f)", "bulk-memory"],
  ["(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))", "bulk-memory"],
  ['(memory 1) (memory $b 1) (data (memory $b) (i32.const 0) "x")', "multi-memory", "bulk-memory"],
  ["(elem funcref)", "reference-types", "bulk-memory"],
  ["(table 1 externref)", "reference-types"],
  ["(func (param funcref))", "reference-types"],
  ["(func (local externref))", "reference-types"],
  ["(func (block (result funcref) unreachable) drop)", "reference-types"],
  ["(global funcref (ref.null func))", "reference-types"],
  ["(table $a 1 funcref) (table $b 1 funcref)", "reference-types"],
  ["(table 1 funcref) (func $f) (elem (table 0) (i32.const 0) funcref (ref.func $f))", "reference-types"],
  ["(table 1 funcref) (elem (table 0) (i32.const 0) funcref)", "reference-types"],
  ["(table 1 funcref) (table $b 1 funcref) (func $f) (elem (table $b) (i32.const 0) func $f)", "reference-types"],
  ["(func (param (ref func)))", "function-references"],
  ["(func (param (ref extern)))", "function-references"],
  ['(import "a" "b" (global (ref extern)))', "function-references"],
  ["(func (local (ref func)))", "function-references"],
  ["(func (block (result (ref func)) unreachable) drop)", "function-references"],
  ["(func $f) (table 1 (ref func) (ref.func $f))", "function-references"],
  ["(func $f) (table 1 funcref (ref.func $f))", "function-references"],
  ["(func $f) (elem (ref func) (ref.func $f))", "function-references"],
  ["(func $f) (global (ref func) (ref.func $f))", "function-references"],
  ["(type $t (func)) (func (param (ref $t)))", "function-references"],
  ["(func (param anyref))", "gc"],
  ["(type (struct))", "gc"],
  ["(elem anyref)", "gc"],
  ["(elem i31ref (ref.i31 (i32.const 0)))", "gc"],
  ["(func (param exnref))", "exceptions"],
  ["(tag)", "exceptions"],
  ["(func (param v128))", "simd"],
  ["(memory 1 1 shared)", "threads"],
  ["(table i64 1 funcref)", "memory64"],
  ["(elem shared func)", "shared-everything-threads"],
];

function accepts(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}
const textAccepted = (text: string, features: FeatureSet): boolean =>
  accepts(() => validateModule(parseModule(text, features), undefined, features));
const binaryAccepted = (bytes: Uint8Array, features: FeatureSet): boolean =>
  accepts(() => validateModule(decodeModule(bytes, features), undefined, features));

describe.each(constructs.map(([fields, ...needed]) => ({ fields, needed })))("$fields", ({ fields, needed }) => {
  const text = `(module ${fields})`;
  test("is accepted with all features", () => {
    const all = featureSet(featureNames);
    validateModule(parseModule(text, all), undefined, all);
  });
  test.each(needed)("is refused without %s", (feature) => {
    const features = featureSet([], [feature]);
    expect(textAccepted(text, features)).toBe(false);
    expect(binaryAccepted(encodeModule(parseModule(text)), features)).toBe(false);
  });
  test("has the same verdict in text and in binary, whatever is off", () => {
    for (const feature of featureNames) {
      const features = featureSet([], [feature]);
      // A tool that writes for engines without bulk memory leaves out what no segment needs.
      const bytes = encodeModule(parseModule(text, accepts(() => parseModule(text, features)) ? features : undefined));
      expect([feature, textAccepted(text, features)]).toEqual([feature, binaryAccepted(bytes, features)]);
    }
  });
});

test("the long form of a type is refused in text, though the binary format may write it short", () => {
  const features = featureSet([], ["function-references"]);
  expect(textAccepted("(func (local (ref null func)))", features)).toBe(false);
  expect(textAccepted("(func (local funcref))", features)).toBe(true);
  // (func (param (ref null func))): the long form of the parameter's type.
  const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x63, 0x70, 0]);
  expect(binaryAccepted(bytes, features)).toBe(false);
  expect(binaryAccepted(bytes, featureSet([]))).toBe(true);
});

test("the data count is there where an instruction needs it, or bulk memory is on", () => {
  const active = '(memory 1) (data (i32.const 0) "x")';
  const without = featureSet([], ["bulk-memory"]);
  expect(parseModule(active).dataCount).toBe(1);
  expect(parseModule(active, without).dataCount).toBeUndefined();
  expect(parseModule("(memory 1)").dataCount).toBeUndefined();
  expect(parseModule("(func (data.drop 0))").dataCount).toBe(0);
  validateModule(decodeModule(encodeModule(parseModule(active, without)), without), undefined, without);
});
