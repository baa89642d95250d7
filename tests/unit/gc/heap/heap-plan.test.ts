import { describe, expect, test } from "vitest";
import { planHeap } from "../../../../gc/heap/heap-plan.ts";
import { PLAN_EXTRA_BLOCKS, PLAN_LIMIT_BLOCKS } from "../../../../gc/layout/plan.ts";

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
