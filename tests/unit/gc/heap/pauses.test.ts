import { beforeAll, describe, expect, test } from "vitest";
import { percentiles, readCollections } from "../../../../gc/heap/pauses.ts";
import { PAUSE_CAPACITY } from "../../../../gc/layout/pauses.ts";
import { Mutator } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});

describe("recorded collections", () => {
  test("tell what was collected, by whom, and how long it took", () => {
    const mutator = Mutator.create(bytes);
    const before = performance.timeOrigin + performance.now();
    mutator.keep((sp, program) => program.build(10, sp));
    mutator.collect(false);
    mutator.collect(true);
    const collections = readCollections(mutator.heap);
    expect(collections.map(({ kind, number, agent }) => [kind, number, agent])).toEqual([
      ["young", 1, 0],
      ["full", 2, 0],
    ]);
    for (const { start, stopTime, markTime, pause, markedObjects, markedBytes } of collections) {
      expect(start).toBeGreaterThanOrEqual(before);
      expect(stopTime).toBeGreaterThanOrEqual(0);
      expect(markTime).toBeGreaterThanOrEqual(stopTime);
      expect(pause).toBeGreaterThanOrEqual(markTime);
      expect([markedObjects, markedBytes]).toEqual([2047, 2047 * 16]);
    }
  });

  test("are the last ones when there were many", () => {
    const mutator = Mutator.create(bytes);
    const extra = 10;
    for (let i = 0; i < PAUSE_CAPACITY + extra; i++) mutator.collect(false);
    const collections = readCollections(mutator.heap);
    expect(collections).toHaveLength(PAUSE_CAPACITY);
    expect([collections[0]?.number, collections.at(-1)?.number]).toEqual([extra + 1, PAUSE_CAPACITY + extra]);
  });

  test("have percentiles", () => {
    const mutator = Mutator.create(bytes);
    expect(percentiles(readCollections(mutator.heap))).toEqual({ p50: 0, p90: 0, p99: 0, longest: 0 });
    for (let i = 0; i < 200; i++) mutator.collect(false);
    const { p50, p90, p99, longest } = percentiles(readCollections(mutator.heap));
    expect([p50, p90, p99, longest]).toEqual([p50, p90, p99, longest].sort((a, b) => a - b));
    expect(longest).toBe(mutator.heap.statistics().longestPause);
  });

  test("become performance entries where that is wanted", () => {
    const mutator = Mutator.create(bytes, { measure: true });
    performance.clearMeasures();
    mutator.collect(false);
    mutator.collect(true);
    expect(performance.getEntriesByType("measure").map(({ name }) => name)).toEqual([
      "heddle young collection",
      "heddle full collection",
    ]);
    performance.clearMeasures();
    const silent = Mutator.create(bytes);
    silent.collect(true);
    expect(performance.getEntriesByType("measure")).toEqual([]);
  });
});
