import { expect, test } from "vitest";
import { stronglyConnected } from "../../../../lower/analysis/strongly-connected.ts";

test("nodes on a cycle are found, those that only lead to one are not", () => {
  expect(stronglyConnected([[1], [2], [1], [0], []])).toEqual([false, true, true, false, false]);
});

test("a node with an edge to itself is on a cycle", () => {
  expect(stronglyConnected([[0], [0]])).toEqual([true, false]);
});

test("two cycles that share a node are one component", () => {
  expect(stronglyConnected([[1, 2], [0], [0], [0]])).toEqual([true, true, true, false]);
});

test("a chain as deep as a module may make it needs no host stack", () => {
  const length = 200_000;
  const edges = Array.from({ length }, (_, i) => (i + 1 < length ? [i + 1] : [0]));
  expect(stronglyConnected(edges).every((onCycle) => onCycle)).toBe(true);
});
