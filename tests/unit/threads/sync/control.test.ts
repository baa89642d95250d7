import { describe, expect, test } from "vitest";
import type { Heap } from "../../../../gc/heap/heap.ts";
import { Control, JobKind } from "../../../../threads/sync/control.ts";

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

const job = (id: number) => ({ kind: JobKind.thread, target: id * 10, argument: id - 9, id });

describe("job queue", () => {
  test("hands out jobs in the order in which they came, across growth of the ring", () => {
    const control = Control.create(fakeHeap(), 4, 4, true);
    for (let i = 0; i < 100; i++) control.submit(job(i));
    for (let i = 0; i < 50; i++) expect(control.take()).toEqual(job(i));
    for (let i = 100; i < 1000; i++) control.submit(job(i));
    expect(control.queued).toBe(950);
    for (let i = 50; i < 1000; i++) expect(control.take()).toEqual(job(i));
    expect(control.take()).toBeUndefined();
  });

  test("says which job an agent is at, until it has finished", () => {
    const heap = fakeHeap();
    const control = Control.create(heap, 4, 4, true);
    const other = Control.join(heap, control.address, 2, true);
    control.submit(job(7));
    expect(control.jobOf(2).kind).toBe(JobKind.none);
    other.take();
    expect(control.jobOf(2)).toEqual({ kind: JobKind.thread, ended: false, id: 7, block: -2, target: 70 });
    expect(other.finishJob(JobKind.thread)).toBe(false);
    expect(control.jobOf(2)).toEqual({ kind: JobKind.thread, ended: true, id: 7, block: -2, target: 70 });
  });

  test("does not park an agent that has a message or a job waiting", () => {
    const heap = fakeHeap();
    const control = Control.create(heap, 4, 4, true);
    const other = Control.join(heap, control.address, 1, true);
    control.messagePosted(1);
    other.park(0);
    control.submit(job(1));
    other.park(1);
    expect(other.messagesSent).toBe(1);
  });

  test("frees the lock of a dead agent, and only of that one", () => {
    const heap = fakeHeap();
    const control = Control.create(heap, 4, 4, true);
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
    const control = Control.create(fakeHeap(), 4, 4, true);
    expect([control.beginThread(), control.beginThread()]).toEqual([0, 1]);
    expect(control.endThread()).toBe(false);
    expect(control.endThread()).toBe(true);
  });
});
