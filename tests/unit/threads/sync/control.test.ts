import { describe, expect, test } from "vitest";
import type { Heap } from "../../../../gc/heap/heap.ts";
import { Control } from "../../../../threads/sync/control.ts";
import { JobKind } from "../../../../threads/sync/job-queue.ts";

/** As much of a heap as the control block uses. */
function fakeHeap(): Heap {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  let next = 1024;
  return {
    memory,
    words: new Int32Array(memory.buffer),
    needStack: () => undefined,
    runtime: { beginCritical: () => undefined, endCritical: () => undefined },
    allocatePermanent(bytes: number): number {
      const address = next;
      next += Math.ceil(bytes / 16) * 16;
      return address;
    },
  } as unknown as Heap;
}

const createControl = (heap: Heap): Control =>
  Control.create(
    heap,
    { agents: 4, parallelism: 4, mayBlock: true, watchMode: 0 },
    { waitNodes: 0, threadBound: 0, sharedValues: 0 },
  );

const job = (id: number) => ({ kind: JobKind.thread, target: id * 10, argument: id - 9, id });

describe("job queue", () => {
  test("hands out jobs in the order in which they came, across growth of the ring", () => {
    const control = createControl(fakeHeap());
    for (let i = 0; i < 100; i++) control.jobs.submit(job(i));
    for (let i = 0; i < 50; i++) expect(control.jobs.take()).toEqual(job(i));
    for (let i = 100; i < 1000; i++) control.jobs.submit(job(i));
    expect(control.jobs.queued).toBe(950);
    for (let i = 50; i < 1000; i++) expect(control.jobs.take()).toEqual(job(i));
    expect(control.jobs.take()).toBeUndefined();
  });

  test("says which job an agent is at, until it has finished", () => {
    const heap = fakeHeap();
    const control = createControl(heap);
    const other = Control.join(heap, control.address, 2, true);
    control.jobs.submit(job(7));
    expect(control.jobs.of(2).kind).toBe(JobKind.none);
    other.jobs.take();
    expect(control.jobs.of(2)).toEqual({ kind: JobKind.thread, ended: false, id: 7, block: -2, target: 70 });
    expect(other.jobs.finish(JobKind.thread)).toBe(false);
    expect(control.jobs.of(2)).toEqual({ kind: JobKind.thread, ended: true, id: 7, block: -2, target: 70 });
  });

  test("does not park an agent that has a message or a job waiting", () => {
    const heap = fakeHeap();
    const control = createControl(heap);
    const other = Control.join(heap, control.address, 1, true);
    control.parking.messagePosted(1);
    other.parking.park(0);
    control.jobs.submit(job(1));
    other.parking.park(1);
    expect(other.parking.messagesSent).toBe(1);
  });

  test("frees the lock of a dead agent, and only of that one", () => {
    const heap = fakeHeap();
    const control = createControl(heap);
    const other = Control.join(heap, control.address, 3, true);
    expect(() =>
      other.locked(() => {
        control.breakLock(2);
        expect(heap.words[control.address >>> 2]).toBe(4);
        control.breakLock(3);
        expect(control.locked(() => 1)).toBe(1);
        throw new Error("ended");
      }),
    ).toThrow("ended");
  });

  test("counts threads until the last has ended", () => {
    const control = createControl(fakeHeap());
    expect([control.jobs.beginThread(), control.jobs.beginThread()]).toEqual([0, 1]);
    expect(control.jobs.endThread()).toBe(false);
    expect(control.jobs.endThread()).toBe(true);
  });
});
