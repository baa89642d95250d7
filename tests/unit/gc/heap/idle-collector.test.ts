import { beforeAll, expect, test } from "vitest";
import { IdleCollector } from "../../../../gc/heap/idle-collector.ts";
import { canDiscard } from "../../../../memory/native.ts";
import { Mutator } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const PERIOD = 10;
const noop = (): void => undefined;
const pause = async (milliseconds: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
};

test("a large heap that nobody uses is collected once, and again when JS has dropped something", async () => {
  const mutator = Mutator.create(bytes, { maximum: 256 << 20 });
  const kept = mutator.keep((sp, program) => program.build(22, sp));
  let collected = 0;
  let tidied = 0;
  const collect = (): void => {
    collected++;
    mutator.collect(true);
  };
  const idle = new IdleCollector(mutator.heap, collect, () => tidied++, PERIOD);
  await pause(20 * PERIOD);
  expect(collected).toBe(1);
  mutator.heap.handles.free(kept);
  await pause(20 * PERIOD);
  expect(collected).toBe(2);
  expect(mutator.heap.statistics().liveBytes).toBe(0);
  expect(tidied).toBeGreaterThan(2);
  idle.stop();
});

test.runIf(canDiscard())("memory goes back once a heap is idle, of small heaps too", async () => {
  const mutator = Mutator.create(bytes, { maximum: 256 << 20 });
  const kept = mutator.keep((sp, program) => program.build(20, sp));
  mutator.heap.handles.free(kept);
  mutator.collect(true);
  const before = mutator.heap.statistics();
  const idle = new IdleCollector(mutator.heap, () => expect.unreachable(), noop, PERIOD);
  await pause(20 * PERIOD);
  const after = mutator.heap.statistics();
  expect(after.returnedBytes).toBeGreaterThan(before.returnedBytes);
  expect(after.freeBytes - after.returnedBytes).toBeLessThanOrEqual(4 << 20);
  idle.stop();
});

test("a small heap is left alone", async () => {
  const mutator = Mutator.create(bytes, { maximum: 256 << 20 });
  mutator.run((sp, program) => program.churn(10, 500, sp));
  const idle = new IdleCollector(mutator.heap, () => expect.unreachable(), noop, PERIOD);
  await pause(10 * PERIOD);
  idle.stop();
});
