import { describe, expect, test } from "vitest";
import { planHeap } from "../../../../gc/heap/heap-plan.ts";
import { PLAN_BLOCKS, PLAN_EXTRA_BLOCKS, PLAN_HEAP_START, PLAN_LIMIT_BLOCKS } from "../../../../gc/layout/plan.ts";

const blocks = (maximum: number): readonly [limit: number | undefined, extra: number | undefined] => {
  const { words } = planHeap({ maximum, agents: 4 });
  return [words.get(PLAN_LIMIT_BLOCKS), words.get(PLAN_EXTRA_BLOCKS)];
};

describe("a plan's blocks beyond the limit, for heaps full of holes", () => {
  test("are a quarter of it", () => {
    expect(blocks(64 << 20)).toEqual([2048, 512]);
  });

  test("give way before room for what is never collected does, where a memory of 4 GB hardly has room", () => {
    expect(blocks(3 * 2 ** 30)[1]).toBeLessThan((3 * 2 ** 15) / 4);
    expect(blocks(3.5 * 2 ** 30)).toEqual([3.5 * 2 ** 15, 0]);
    expect(() => planHeap({ maximum: 4 * 2 ** 30, agents: 4 })).toThrow(RangeError);
  });
});

test("options that no heap can have are RangeErrors", () => {
  for (const maximum of [0, -1, Number.NaN, 100_000, 4 * 2 ** 30, 1e15, Number.POSITIVE_INFINITY]) {
    expect(() => planHeap({ maximum, agents: 1 })).toThrow(RangeError);
  }
  for (const nurseryBytes of [-1, Number.NaN, 1e12])
    expect(() => planHeap({ maximum: 1 << 20, agents: 1, nurseryBytes })).toThrow(RangeError);
  for (const shadowStackBytes of [0, 5000, 2048, 2 ** 31]) {
    expect(() => planHeap({ maximum: 1 << 20, agents: 2, shadowStackBytes })).toThrow(RangeError);
  }
  for (const agents of [0, 255]) expect(() => planHeap({ maximum: 1 << 20, agents })).toThrow(RangeError);
});

test("blocks lie above an address where they are told to, with tables and limits as elsewhere", () => {
  const { words, initialPages, maximumPages } = planHeap({ maximum: 64 << 20, agents: 4, lowestBlock: 2 ** 31 });
  expect(words.get(PLAN_HEAP_START)).toBe(2 ** 31);
  expect(words.get(PLAN_BLOCKS)).toBeLessThan(2 ** 20);
  expect([words.get(PLAN_LIMIT_BLOCKS), words.get(PLAN_EXTRA_BLOCKS)]).toEqual(blocks(64 << 20));
  expect([initialPages, maximumPages].map((pages) => pages >= 2 ** 15)).toEqual([true, true]);
  expect(() => planHeap({ maximum: 2 ** 31, agents: 4, lowestBlock: 2 ** 31 })).toThrow(RangeError);
});
