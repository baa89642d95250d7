import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runHashmap } from "../../demos/hashmap/run.ts";
import { runChurn, runCounter } from "../programs/run.ts";

const program = (name: string): string => readFileSync(new URL(`../programs/${name}`, import.meta.url), "utf8");
const threads = 4;

test("4 threads that add 1,000,000 each to one field make 4,000,000", async () => {
  expect(await runCounter(program("counter.wat"), threads, 1_000_000)).toBe(4_000_000);
});

test("4 threads allocate 10,000,000 objects each in a heap of 64 MB", async () => {
  const maximum = 64 << 20;
  const { sums, expected, collections, allocatedBytes, usedBytes } = await runChurn(
    program("churn.wat"),
    threads,
    10_000_000,
    maximum,
  );
  expect(sums).toEqual(Array.from({ length: threads }, () => expected));
  expect(allocatedBytes).toBeGreaterThan(8 * maximum);
  expect(usedBytes).toBeLessThanOrEqual(maximum);
  expect(collections).toBeGreaterThan(0);
});

test("the demo's hash map is the same on any number of threads, and no tree in it is damaged", async () => {
  const source = readFileSync(new URL("../../demos/hashmap/hashmap.wat", import.meta.url), "utf8");
  const work = { items: 60_000, depth: 5, keys: 1024, heapMaximum: 32 << 20 };
  const single = await runHashmap(source, 1, work, () => undefined);
  expect(single.objects).toBe(60_000n * 63n);
  for (const count of [2, 4, 7]) {
    const { checksum, failures, objects } = await runHashmap(source, count, work, () => undefined);
    expect({ checksum, failures, objects }).toEqual({
      checksum: single.checksum,
      failures: 0,
      objects: single.objects,
    });
  }
});
