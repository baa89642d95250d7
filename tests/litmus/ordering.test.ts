import { describe, expect, test } from "vitest";
import { places, runOrdering, type ShapeName, shapes } from "./ordering.ts";

/** `node tests/litmus/main.ts` has more of them. */
const ROUNDS = 10_000;

describe.each(places)("accesses to a %s", (place) => {
  const cases = (Object.keys(shapes) as ShapeName[]).flatMap((name) =>
    (["seqcst", "acqrel"] as const)
      .filter((order) => order === "seqcst" || !shapes[name].needsTotalOrder)
      .map((order) => [name, order] as const),
  );
  test.each(cases)("%s %s: what is forbidden does not happen", async (name, order) => {
    expect(await runOrdering(name, place, order, ROUNDS)).toBe(0);
  });
});
