import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HeapOptions } from "../../../../gc/heap/heap.ts";
import { AGENT_BYTES, AGENT_MARKING, AGENT_MUTATOR, AGENT_STATE, AGENTS } from "../../../../gc/layout/agents.ts";
import { PERMANENT_LOCK, STOP_REQUEST } from "../../../../gc/layout/control-words.ts";
import { LOCK_CONTENDED } from "../../../../gc/layout/owned-lock.ts";
import { Mutator } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";
import { TestWorker } from "../support/workers.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const megabytes = (count: number): number => count << 20;
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;
const wordOf = (agent: number, offset: number): number => (AGENTS + agent * AGENT_BYTES + offset) >>> 2;

const started: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});
async function startWorker(mutator: Mutator, id: number): Promise<TestWorker> {
  const worker = await TestWorker.start(mutator, id);
  started.push(worker);
  return worker;
}
async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
/** A heap that holds a tree, which each collection must find again. */
function heapWithTree(depth: number, options: Partial<HeapOptions>): [Mutator, () => void] {
  const mutator = Mutator.create(bytes, options);
  const tree = mutator.keep((sp, program) => program.build(depth, sp));
  const check = (): void => {
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(depth));
    expect(mutator.heap.runtime.verify()).toBe(0);
  };
  return [mutator, check];
}

describe("what an agent held when it died", () => {
  test("a collection that has begun is taken over by whoever waits for it", async () => {
    const [mutator, check] = heapWithTree(12, { debug: true });
    const worker = await startWorker(mutator, 1);
    // Agent 1 has stopped the world, flipped the epoch of some objects, and dies.
    Atomics.store(mutator.heap.words, STOP_REQUEST >>> 2, 2);
    Atomics.store(mutator.heap.words, wordOf(1, AGENT_MARKING), 1);
    await worker.terminate();
    mutator.heap.reclaim(1);
    check();
    expect(mutator.heap.statistics().restarts).toBe(1);
    expect(Atomics.load(mutator.heap.words, STOP_REQUEST >>> 2)).toBe(0);
  });

  test("a mutator that is dead is not waited for", async () => {
    const [mutator, check] = heapWithTree(10, {});
    const worker = await startWorker(mutator, 1);
    Atomics.store(mutator.heap.words, wordOf(1, AGENT_STATE), AGENT_MUTATOR);
    await worker.terminate();
    mutator.heap.reclaim(1);
    mutator.collect(true);
    check();
  });

  test.each([0, LOCK_CONTENDED])(
    "the permanent allocator's lock is opened, whether agents sleep for it (%i) or not",
    async (sleepers) => {
      const [mutator] = heapWithTree(10, {});
      const worker = await startWorker(mutator, 1);
      Atomics.store(mutator.heap.words, PERMANENT_LOCK >>> 2, 2 | sleepers);
      await worker.terminate();
      mutator.heap.reclaim(1);
      expect(mutator.heap.allocatePermanent(100)).toBeGreaterThan(0);
    },
  );

  test("an agent that was reclaimed twice is the agent that has its id now", async () => {
    const [mutator, check] = heapWithTree(10, {});
    const worker = await startWorker(mutator, 1);
    await worker.terminate();
    mutator.heap.reclaim(1);
    mutator.heap.reclaim(1);
    const next = await startWorker(mutator, 1);
    expect(await next.ask({ kind: "churn", depth: 8, rounds: 100 })).toBe(100 * nodes(8));
    check();
  });
});

describe("an agent that is condemned", () => {
  test("comes to rest wherever it is, and keeps nobody waiting before its creator learns of its end", async () => {
    const [mutator, check] = heapWithTree(14, { maximum: megabytes(128), parallelism: 2 });
    for (let round = 0; round < 12; round++) {
      const worker = await startWorker(mutator, 1);
      worker.tell(
        round % 2 === 0
          ? { kind: "collect", full: round % 4 === 0, rounds: 1_000_000 }
          : { kind: "churn", depth: 10, rounds: 1_000_000 },
      );
      await pause(3 + 2 * round);
      mutator.heap.runtime.condemn(1);
      const ended = worker.terminate();
      // No turn of the event loop in between.
      for (let i = 0; i < 5; i++) {
        mutator.collect(i === 0);
        expect(mutator.heap.allocatePermanent(100)).toBeGreaterThan(0);
      }
      await ended;
      mutator.heap.reclaim(1);
      check();
    }
  });

  test("is forgotten with its end: another can have its id", async () => {
    const [mutator, check] = heapWithTree(10, {});
    mutator.heap.runtime.condemn(1);
    mutator.heap.reclaim(1);
    const next = await startWorker(mutator, 1);
    expect(await next.ask({ kind: "churn", depth: 8, rounds: 100 })).toBe(100 * nodes(8));
    check();
  });
});

describe("death at any time", () => {
  test("of the collector, while others help to mark", async () => {
    const [mutator, check] = heapWithTree(19, { maximum: megabytes(128), parallelism: 2 });
    const flag = mutator.heap.allocatePermanent(16);
    const helper = await startWorker(mutator, 2);
    const spun = helper.ask({ kind: "spin", flag });
    for (let round = 0; round < 8; round++) {
      const collector = await startWorker(mutator, 1);
      collector.tell({ kind: "collect", full: round % 2 === 0, rounds: 1_000_000 });
      await pause(10 + 7 * round);
      await collector.terminate();
      mutator.heap.reclaim(1);
      check();
    }
    Atomics.store(mutator.heap.words, flag >>> 2, 1);
    await spun;
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(nodes(19) * 16);
  });

  test("of a marker, while another agent collects", async () => {
    const [mutator, check] = heapWithTree(19, { maximum: megabytes(128), parallelism: 2 });
    const flag = mutator.heap.allocatePermanent(16);
    const collector = await startWorker(mutator, 2);
    const collected = collector.ask({ kind: "collect", full: true, rounds: 60 });
    for (let round = 0; round < 8; round++) {
      const helper = await startWorker(mutator, 1);
      helper.tell({ kind: "spin", flag });
      await pause(10 + 7 * round);
      await helper.terminate();
      mutator.heap.reclaim(1);
    }
    await collected;
    check();
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(nodes(19) * 16);
  });
});
