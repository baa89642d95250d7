import { describe, expect, test } from "vitest";
import { meet, ShadowSlots } from "../../../../lower/function/shadow-slots.ts";

describe("shadow slots", () => {
  test("a call packs its references into the first slots", () => {
    const slots = new ShadowSlots();
    expect(slots.arrange([7, 9])).toEqual([
      { slot: 0, local: 7 },
      { slot: 1, local: 9 },
    ]);
  });

  test("what is in its slot already is not stored again", () => {
    const slots = new ShadowSlots();
    slots.arrange([7, 9]);
    expect(slots.arrange([9, 7])).toEqual([]);
  });

  test("a reference beyond the packed part moves down", () => {
    const slots = new ShadowSlots();
    slots.arrange([7, 9]);
    expect(slots.arrange([9])).toEqual([{ slot: 0, local: 9 }]);
  });

  test("a callee overwrites what lies behind the packed part", () => {
    const slots = new ShadowSlots();
    slots.arrange([7, 9]);
    slots.arrange([7]);
    expect(slots.arrange([7, 9])).toEqual([{ slot: 1, local: 9 }]);
  });

  test("a written local loses its slot, the others keep theirs", () => {
    const slots = new ShadowSlots();
    slots.arrange([7, 9]);
    slots.invalidate(7);
    expect(slots.leading([7, 9])).toBe(0);
    expect(slots.arrange([7, 9])).toEqual([{ slot: 0, local: 7 }]);
  });

  test("where control merges, only what all ways agree on is known", () => {
    expect(meet([1, 2, 3], [1, 5])).toEqual([1, -1]);
    expect(meet(undefined, [4])).toEqual([4]);
    expect(meet([4], undefined)).toEqual([4]);
  });
});
