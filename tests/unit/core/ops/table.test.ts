import { describe, expect, test } from "vitest";
import { featureNames } from "../../../../core/base/features.ts";
import { typing } from "../../../../core/ops/declare.ts";
import { immediateKinds } from "../../../../core/ops/immediates.ts";
import { ruleNames } from "../../../../core/ops/rules.ts";
import { buildTable, isPrefix, rowByCode, rowByName, rowNamed, rows } from "../../../../core/ops/table.ts";

describe("the instruction table", () => {
  test("a row's id is its place", () => {
    rows.forEach((row, index) => {
      expect(row.id).toBe(index);
    });
  });

  test("every row is found by its code, its name, and its other codes and spellings", () => {
    for (const row of rows) {
      expect(rowByCode(row.prefix, row.code)).toBe(row);
      expect(rowByName(row.name)).toBe(row);
      for (const { prefix, code } of row.aliases) expect(rowByCode(prefix, code)).toBe(row);
      for (const spelling of row.spellings) expect(rowByName(spelling)).toBe(row);
    }
  });

  test("codes and names that no instruction has are not found", () => {
    expect(rowByCode(0, 0x27)).toBeUndefined();
    expect(rowByCode(0, 0xff)).toBeUndefined();
    expect(rowByCode(0xfc, 0x1ff)).toBeUndefined();
    expect(rowByCode(0xfc, 0xffff_ffff)).toBeUndefined();
    expect(rowByCode(0xfa, 0)).toBeUndefined();
    expect(rowByName("get_local")).toBeUndefined();
    expect(rowByName("i32.wrap/i64")).toBeUndefined();
  });

  test("prefixes are no opcodes of their own", () => {
    for (let byte = 0; byte < 0x100; byte++) if (isPrefix(byte)) expect(rowByCode(0, byte)).toBeUndefined();
  });

  test("every validation rule belongs to a row", () => {
    const used = new Set(rows.map(({ rule }) => rule).filter((rule) => rule !== undefined));
    expect([...used].sort()).toEqual([...ruleNames].sort());
  });

  test("every kind of immediate but the reserved byte is used, and every feature is known", () => {
    const used = new Set(rows.flatMap(({ immediates }) => immediates));
    expect(immediateKinds.filter((kind) => !used.has(kind))).toEqual(["zero"]);
    for (const { feature } of rows) expect(featureNames).toContain(feature);
  });

  test("memory accesses say how many bytes they touch, and nothing else does", () => {
    for (const row of rows) expect(row.memory !== undefined, row.name).toBe(row.immediates.includes("memarg"));
  });

  test("accesses of memory have a signature whose address is first", () => {
    for (const row of rows.filter(({ memory }) => memory !== undefined)) {
      expect(row.signature?.params.length, row.name).toBeGreaterThanOrEqual(1);
      expect(["memory.access", "memory.lane"]).toContain(row.rule);
    }
  });

  test("lane indices are bounded by the shape, or by the size of the access", () => {
    const bound = (name: string): number => rowNamed(name).lanes;
    expect(bound("i8x16.extract_lane_s")).toBe(16);
    expect(bound("f16x8.replace_lane")).toBe(8);
    expect(bound("f64x2.extract_lane")).toBe(2);
    expect(bound("v128.load8_lane")).toBe(16);
    expect(bound("v128.store64_lane")).toBe(2);
    expect(bound("i8x16.shuffle")).toBe(32);
    expect(bound("i32.add")).toBe(0);
    for (const row of rows) {
      expect(row.lanes > 0, row.name).toBe(row.immediates.includes("lane") || row.immediates.includes("lanes"));
      if (row.memory !== undefined && row.lanes > 0) expect(row.lanes << row.memory.sizeLog2, row.name).toBe(16);
    }
  });

  test("two instructions with one code are refused", () => {
    const row = { rule: "drop" as const, typing: typing("any ->") };
    expect(() =>
      buildTable([
        { name: "a", code: 1, ...row },
        { name: "b", code: 1, ...row },
      ]),
    ).toThrow("two instructions have the code 0 1");
    expect(() =>
      buildTable([
        { name: "a", code: 1, ...row },
        { name: "b", code: 2, aliases: [{ prefix: 0, code: 1 }], ...row },
      ]),
    ).toThrow("two instructions have the code");
  });

  test("two instructions with one name are refused", () => {
    const row = { rule: "drop" as const, typing: typing("any ->") };
    expect(() =>
      buildTable([
        { name: "a", code: 1, ...row },
        { name: "a", code: 2, ...row },
      ]),
    ).toThrow("two instructions have the name a");
    expect(() =>
      buildTable([
        { name: "a", code: 1, ...row },
        { name: "b", code: 2, spellings: ["a"], ...row },
      ]),
    ).toThrow("two instructions have the name a");
  });

  test("an instruction that nothing types is refused", () => {
    expect(() => buildTable([{ name: "a", code: 1, typing: typing("any ->") }])).toThrow("neither signature nor rule");
  });
});
