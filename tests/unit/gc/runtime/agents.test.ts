import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HeapOptions } from "../../../../gc/heap/heap.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";
import { TestWorker } from "../support/workers.ts";

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

/** A heap with the test as agent 0 and `count` Workers as agents 1, 2, ... */
async function start(count: number, options: Partial<HeapOptions> = {}): Promise<[Mutator, TestWorker[]]> {
  const mutator = Mutator.create(bytes, options);
  const workers = await Promise.all(Array.from({ length: count }, (_, i) => TestWorker.start(mutator, i + 1)));
  started.push(...workers);
  return [mutator, workers];
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe("several agents", () => {
  test("four agents allocate 10 million objects each under a 64 MB limit", async () => {
    const [mutator, workers] = await start(4);
    const rounds = Math.ceil(10_000_000 / nodes(10));
    const sums = await Promise.all(workers.map((worker) => worker.ask({ kind: "churn", depth: 10, rounds })));
    expect(sums).toEqual(workers.map(() => rounds * nodes(10)));
    const statistics = mutator.heap.statistics();
    expect(statistics.usedBytes).toBeLessThanOrEqual(megabytes(64));
    expect(statistics.allocatedBytes).toBeGreaterThanOrEqual(4 * 10_000_000 * 16);
  });

  test("old objects are replaced by all agents at once", async () => {
    const [mutator, workers] = await start(3, { maximum: megabytes(64) });
    const rounds = 20_000;
    const sums = await Promise.all(
      workers.map((worker) => worker.ask({ kind: "replace", length: 64, depth: 9, rounds })),
    );
    expect(sums).toEqual(workers.map(() => (rounds - 64) * nodes(9)));
    expect(mutator.heap.statistics().fullCollections).toBeGreaterThan(0);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("stopped agents take part in marking", async () => {
    const [mutator, workers] = await start(1, { maximum: megabytes(256), parallelism: 2 });
    const trees = mutator.keep((sp, program) => program.build(20, sp));
    const flag = mutator.heap.allocatePermanent(16);
    const spun = workers[0]!.ask({ kind: "spin", flag });
    await pause(50);
    for (let i = 0; i < 5; i++) mutator.collect(true);
    Atomics.store(mutator.heap.words, flag >>> 2, 1);
    await spun;
    expect(mutator.run((_, program) => program.count(mutator.get(trees)))).toBe(nodes(20));
    expect(mutator.heap.statistics().liveBytes).toBeGreaterThanOrEqual(nodes(20) * 16);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("large objects of several agents come and go", async () => {
    const [mutator, workers] = await start(2, { maximum: megabytes(64) });
    await Promise.all(workers.map((worker) => worker.ask({ kind: "large", bytes: megabytes(3), rounds: 100 })));
    mutator.collect(true);
    // Of all objects, since the other blocks in use depend on the nurseries, which the policy fits to the machine's
    // speed.
    expect(mutator.heap.statistics().liveBytes).toBeLessThan(megabytes(1));
    expect(mutator.heap.statistics().largeBytes).toBe(0);
  });
});

describe("safe regions", () => {
  test("idle agents do not hold a collection up", async () => {
    const [mutator] = await start(3);
    mutator.run((sp, program) => program.churn(10, 2000, sp));
    expect(mutator.heap.statistics().youngCollections).toBeGreaterThan(2);
  });

  test("an agent that leaves and enters again goes on above its roots", () => {
    const mutator = Mutator.create(bytes, { debug: true });
    const { runtime, words } = mutator.heap;
    const outer = runtime.enter();
    words[outer >>> 2] = mutator.program.build(8, outer);
    // Out to JS and in again, as an imported function that calls back.
    runtime.leave(outer + 4);
    const inner = runtime.enter();
    expect(inner).toBe(outer + 4);
    mutator.program.churn(10, 500, inner);
    runtime.leave(inner);
    expect(runtime.enter()).toBe(outer + 4);
    expect(mutator.program.count(words[outer >>> 2]!)).toBe(nodes(8));
    runtime.leave(outer);
  });

  test("an agent does not go on in a buffer whose block went to another agent", async () => {
    const [mutator, [worker]] = await start(1);
    const handle = mutator.keep((sp, program) => program.references(100, sp));
    mutator.run((sp, program) => program.churn(3, 1, sp));
    await worker!.ask({ kind: "collect", full: true, rounds: 1 });
    await worker!.ask({ kind: "replaceIn", array: mutator.get(handle), depth: 8, rounds: 100 });
    mutator.run((sp, program) => program.churn(10, 1, sp));
    for (let i = 0; i < 100; i++) {
      expect(mutator.run((_, program) => program.count(mutator.word(mutator.get(handle) + 8 + 4 * i)))).toBe(nodes(8));
    }
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("an agent that enters while another collects waits for the end", async () => {
    const [mutator, workers] = await start(2, { maximum: megabytes(128) });
    const tree = mutator.keep((sp, program) => program.build(14, sp));
    const churning = Promise.all(workers.map((worker) => worker.ask({ kind: "churn", depth: 12, rounds: 500 })));
    for (let i = 0; i < 20_000; i++)
      expect(mutator.run((_, program) => program.count(mutator.get(tree) + 0) > 0)).toBe(true);
    await churning;
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(14));
  });
});

describe("agents that end", () => {
  test("a detached agent's id can be used again", async () => {
    const [mutator, [worker]] = await start(1);
    for (let round = 0; round < 3; round++) {
      await worker!.ask({ kind: "churn", depth: 10, rounds: 100 });
      await worker!.ask({ kind: "detach" });
      const next = await TestWorker.start(mutator, 1);
      started.push(next);
      expect(await next.ask({ kind: "churn", depth: 10, rounds: 300 })).toBe(300 * nodes(10));
      await next.ask({ kind: "detach" });
      const again = await TestWorker.start(mutator, 1);
      started.push(again);
      Object.assign(worker!, again);
    }
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("a Worker that is terminated while it allocates hangs nobody", async () => {
    const [mutator, workers] = await start(2, { maximum: megabytes(64) });
    const tree = mutator.keep((sp, program) => program.build(12, sp));
    for (let round = 0; round < 10; round++) {
      const [victim, other] = workers as [TestWorker, TestWorker];
      victim.tell({ kind: "replace", length: 100, depth: 10, rounds: 1_000_000 });
      const churned = other.ask({ kind: "churn", depth: 10, rounds: 3000 });
      await pause(5 + round * 3);
      await victim.terminate();
      mutator.heap.reclaim(victim.id);
      expect(await churned).toBe(3000 * nodes(10));
      const next = await TestWorker.start(mutator, victim.id);
      started.push(next);
      workers[0] = next;
      expect(mutator.heap.runtime.verify()).toBe(0);
    }
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(nodes(12) * 16);
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(12));
  });

  test("blocks of terminated Workers are used again", async () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(32) });
    for (let round = 0; round < 12; round++) {
      const worker = await TestWorker.start(mutator, 1);
      started.push(worker);
      worker.tell({ kind: "replace", length: 50, depth: 12, rounds: 1_000_000 });
      await pause(60);
      await worker.terminate();
      mutator.heap.reclaim(1);
      mutator.run((sp, program) => program.churn(10, 1500, sp));
    }
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(0);
    expect(mutator.heap.statistics().usedBytes).toBeLessThan(megabytes(8));
  });

  test("handles and agent roots of an ended agent keep nothing alive", () => {
    const mutator = Mutator.create(bytes);
    mutator.keep((sp, program) => program.build(10, sp));
    const block = mutator.heap.allocatePermanent(64);
    mutator.heap.words.fill(NULL | 0, block >>> 2, (block >>> 2) + 16);
    mutator.run((sp, program) => {
      mutator.heap.words[block >>> 2] = program.build(10, sp);
    });
    mutator.heap.runtime.addAgentRoots(block, block + 64);
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(2 * nodes(10) * 16);
    mutator.heap.detach();
    const next = Mutator.join(mutator.share(), 0);
    next.collect(true);
    expect(next.heap.statistics().liveBytes).toBe(0);
  });
});
