import { describe, expect, test } from "vitest";
import { isHeapSubtype } from "../../../../core/types/subtype.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import { AbstractHeap, isRef, refAbstract } from "../../../../core/types/types.ts";
import {
  abstractHeapTypes,
  bottoms,
  heapTypeByCode,
  heapTypesByName,
  heapTypesByShorthand,
  numberTypes,
  packedTypes,
  valueTypesByWord,
  wordOf,
} from "../../../../core/types/vocabulary.ts";

describe("the words of types", () => {
  test("each names one type, and each byte belongs to one", () => {
    const all = [...numberTypes, ...packedTypes, ...abstractHeapTypes];
    const words = [...all.map(({ name }) => name), ...heapTypesByShorthand.keys()];
    expect(new Set(words).size).toBe(words.length);
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  });

  test("every abstract heap type is found by name, byte and shorthand", () => {
    expect(abstractHeapTypes.map(({ name }) => name).sort()).toEqual(Object.keys(AbstractHeap).sort());
    for (const row of abstractHeapTypes) {
      expect(heapTypesByName.get(row.name)).toBe(row);
      expect(heapTypeByCode(row.code)).toBe(row);
      if (row.shorthand !== undefined) expect(heapTypesByShorthand.get(row.shorthand)).toBe(row);
    }
    expect(heapTypeByCode(0x40)).toBe(undefined);
  });

  test("a type of one word has that word, and others have none", () => {
    for (const [word, type] of valueTypesByWord) expect(wordOf(type)).toBe(word);
    for (const { name, type } of packedTypes) expect([wordOf(type), isRef(type)]).toEqual([name, false]);
    expect(wordOf(refAbstract(AbstractHeap.any, false))).toBe(undefined);
    expect(wordOf(refAbstract(AbstractHeap.any, true, true))).toBe(undefined);
  });
});

describe("a hierarchy", () => {
  const store = new TypeStore();
  const isBelow = (a: keyof typeof AbstractHeap, b: keyof typeof AbstractHeap): boolean =>
    isHeapSubtype(store, refAbstract(AbstractHeap[a], false), refAbstract(AbstractHeap[b], false));

  test("has a type at its top and one at its bottom, and holds what lies between", () => {
    for (const { name, hierarchy, isBottom } of abstractHeapTypes) {
      expect(isBelow(name, hierarchy), name).toBe(true);
      expect(isBelow(bottoms[hierarchy], name), name).toBe(true);
      expect(isBottom, name).toBe(bottoms[hierarchy] === name);
    }
  });

  test("shares no type with another", () => {
    for (const a of abstractHeapTypes) {
      for (const b of abstractHeapTypes) if (isBelow(a.name, b.name)) expect(a.hierarchy, a.name).toBe(b.hierarchy);
    }
  });

  test("is transitive", () => {
    for (const { name, above } of abstractHeapTypes) {
      for (const higher of above) {
        for (const highest of heapTypesByName.get(higher)?.above ?? []) expect(above, name).toContain(highest);
      }
    }
  });
});
