import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Handle } from "../../gc/heap/handles.ts";
import type { HeapOptions } from "../../gc/heap/heap.ts";
import { Mutator } from "../unit/gc/support/mutator.ts";
import { assembleProgram } from "../unit/gc/support/program.ts";
import { TestWorker } from "../unit/gc/support/workers.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const megabytes = (count: number): number => count << 20;
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;

const started: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});
async function start(count: number, options: Partial<HeapOptions>): Promise<[Mutator, TestWorker[]]> {
  const mutator = Mutator.create(bytes, options);
  const workers = await Promise.all(Array.from({ length: count }, (_, i) => TestWorker.start(mutator, i + 1)));
  started.push(...workers);
  return [mutator, workers];
}

/** All Workers replace trees in the same old array; then every element is a whole tree. */
async function replaceTogether(
  agents: number,
  length: number,
  depth: number,
  rounds: number,
  options: Partial<HeapOptions>,
): Promise<Mutator> {
  const [mutator, workers] = await start(agents, options);
  const handle = mutator.keep((sp, program) => program.references(length, sp));
  mutator.collect(true);
  const array = mutator.get(handle);
  await Promise.all(workers.map((worker) => worker.ask({ kind: "replaceIn", array, depth, rounds })));
  for (let i = 0; i < length; i++) {
    expect(mutator.run((_, program) => program.count(mutator.word(array + 8 + 4 * i)))).toBe(nodes(depth));
  }
  mutator.collect(true);
  const size = (8 + 4 * length + 7) & ~7;
  expect(mutator.heap.statistics().liveBytes).toBe(size + length * nodes(depth) * 16);
  return mutator;
}

describe("agents that share old objects", () => {
  test("replace trees in one array at once", async () => {
    const mutator = await replaceTogether(4, 501, 7, 20_000, { maximum: megabytes(64) });
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("replace trees in one large array at once", async () => {
    await replaceTogether(3, 20_001, 3, 100_000, { maximum: megabytes(64) });
  });

  test("replace trees in a heap that is verified and poisoned by every collection", async () => {
    await replaceTogether(3, 101, 6, 6000, { maximum: megabytes(16), debug: true });
  });

  test("replace trees in a heap that is collected at every safepoint", async () => {
    const mutator = await replaceTogether(2, 11, 3, 60, {
      maximum: megabytes(8),
      debug: true,
      collectAtSafepoints: true,
    });
    expect(mutator.heap.statistics().collections).toBeGreaterThan(1000);
  });
});

describe("a heap that is nearly full", () => {
  test("still serves several agents", async () => {
    const [mutator, workers] = await start(3, { maximum: megabytes(24) });
    // 16 MB live on, so that each agent's nursery is small.
    const tree = mutator.keep((sp, program) => program.build(19, sp));
    const rounds = 2000;
    const sums = await Promise.all(workers.map((worker) => worker.ask({ kind: "churn", depth: 9, rounds })));
    expect(sums).toEqual(workers.map(() => rounds * nodes(9)));
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(19));
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("serves objects of all sizes between survivors of all sizes", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(32), debug: true });
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    const kept: { handle: Handle; length: number }[] = [];
    let bytesKept = 0;
    for (let i = 0; i < 6000; i++) {
      const length = random(20) === 0 ? random(300_000) : random(3) === 0 ? random(20_000) : random(400);
      const handle = mutator.keep((sp, program) => program.bytes(length, sp));
      mutator.heap.bytes.fill(i, mutator.get(handle) + 8, mutator.get(handle) + 8 + length);
      kept.push({ handle, length: length * 256 + (i & 255) });
      bytesKept += length;
      while (bytesKept > megabytes(12)) {
        const [{ handle: old, length: code }] = kept.splice(random(kept.length), 1) as [
          { handle: Handle; length: number },
        ];
        const size = Math.floor(code / 256);
        const contents = mutator.heap.bytes.subarray(mutator.get(old) + 8, mutator.get(old) + 8 + size);
        expect(mutator.word(mutator.get(old) + 4)).toBe(size);
        expect(contents.every((byte) => byte === code % 256)).toBe(true);
        mutator.heap.handles.free(old);
        bytesKept -= size;
      }
    }
    expect(mutator.heap.runtime.verify()).toBe(0);
  });
});
