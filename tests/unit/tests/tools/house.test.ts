import { describe, expect, test } from "vitest";
import { type Edge, layeredLayout, type Node } from "../../../tools/house/layered-layout.ts";
import { housePicture } from "../../../tools/house/picture.ts";
import { reduction } from "../../../tools/house/reduction.ts";
import { circles } from "../../../tools/house/strongly-connected.ts";

describe("circles of a graph", () => {
  test("are its components of more than one node", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", ["e"]],
      ["e", ["d"]],
      ["f", ["a"]],
    ]);
    expect(circles(graph)).toEqual([
      ["d", "e"],
      ["a", "b", "c"],
    ]);
  });
});

describe("arrows that others imply", () => {
  test("are those with another way to their end", () => {
    const graph = new Map([
      ["a", new Set<string>()],
      ["b", new Set(["a"])],
      ["c", new Set(["b", "a"])],
      ["d", new Set(["c", "a"])],
      ["e", new Set(["b", "a"])],
    ]);
    expect(Object.fromEntries([...reduction(graph)].map(([node, targets]) => [node, [...targets]]))).toEqual({
      a: [],
      b: ["a"],
      c: ["b"],
      d: ["c"],
      e: ["b"],
    });
  });
});

describe("rows of nodes", () => {
  const node = (row: number, width = 100): Node => ({ row, width });

  test("nodes of a row are apart, and inside of the width", () => {
    const bottom = [node(0), node(0), node(0)];
    const top = [node(1), node(1, 250)];
    const edges = top.flatMap((from) => bottom.map((to): Edge<Node> => ({ from, to })));
    const { middles } = layeredLayout([...bottom, ...top], edges, 10, 500);
    for (const row of [bottom, top]) {
      const placed = row
        .map((one) => ({ middle: middles.get(one)!, width: one.width }))
        .sort((a, b) => a.middle - b.middle);
      for (const [index, { middle, width }] of placed.entries()) {
        expect(middle - width / 2).toBeGreaterThanOrEqual(0);
        expect(middle + width / 2).toBeLessThanOrEqual(500);
        const before = placed[index - 1];
        if (before !== undefined)
          expect(middle - width / 2 - (before.middle + before.width / 2)).toBeGreaterThanOrEqual(10 - 1e-6);
      }
    }
  });

  test("arrows that need not cross do not", () => {
    const [a, b, c, d] = [node(0), node(0), node(1), node(1)];
    const { middles } = layeredLayout(
      [a, b, c, d],
      [
        { from: c, to: b },
        { from: d, to: a },
      ],
      10,
      500,
    );
    expect(middles.get(a)! < middles.get(b)!).toBe(middles.get(d)! < middles.get(c)!);
  });

  test("an arrow over a row passes beside the nodes in it", () => {
    const [low, between, high] = [node(0), node(1), node(2)];
    const edge = { from: high, to: low };
    const { middles, bends } = layeredLayout(
      [low, between, high],
      [edge, { from: high, to: between }, { from: between, to: low }],
      10,
      500,
    );
    expect(bends.get(edge)).toHaveLength(1);
    expect(Math.abs(bends.get(edge)![0]! - middles.get(between)!)).toBeGreaterThan(50);
  });
});

test("the picture shows each room, and an arrow where one imports from another", () => {
  const files = [
    { path: "core/base/errors.ts", text: "" },
    { path: "core/types/types.ts", text: 'import "../base/errors.ts";' },
    { path: "core/ops/table.ts", text: 'import "../base/errors.ts";\nimport "../types/types.ts";' },
  ];
  const picture = housePicture(files);
  expect(picture).toContain(">types<");
  expect(picture.match(/class="arrow"/g)).toHaveLength(2);
  expect(housePicture(files)).toBe(picture);
});
