import { execFileSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { type Deadlock, RuntimeError, type StoreOptions } from "../../../../api/heddle.ts";
import type { WaitQueueObject } from "../../../../threads/wait/wait-queue-object.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

interface Exports {
  outer(queue: WaitQueueObject): number;
  pause(queue: WaitQueueObject, nanoseconds: bigint): number;
  notify(queue: WaitQueueObject, count: number): number;
  sleepOnMemory(): number;
  wakeMemory(): number;
  noise(): number;
  memory: WebAssembly.Memory;
}
const program = `(module $program
  (type $outer (shared (func (param (ref null (shared waitqueue))) (result i32))))
  (type $pause (shared (func (param (ref null (shared waitqueue)) i64) (result i32))))
  (type $notify (shared (func (param (ref null (shared waitqueue)) i32) (result i32))))
  (type $get (shared (func (result i32))))
  (global $zero (shared mut i32) (i32.const 0))
  (global $noise (shared mut i32) (i32.const 0))
  (memory (export "memory") 1 1 shared)
  (func $inner (type $outer)
    ;; A trap is nothing that a handler catches.
    (block $caught
      (try_table (catch_all $caught) (return (global.wait $zero (local.get 0) (i32.const 0) (i64.const -1)))))
    (i32.const 77))
  (func $outer (export "outer") (type $outer) (call $inner (local.get 0)))
  (func $pause (export "pause") (type $pause) (global.wait $zero (local.get 0) (i32.const 0) (local.get 1)))
  (func (export "notify") (type $notify) (waitqueue.notify (local.get 0) (local.get 1)))
  (func $sleepOnMemory (export "sleepOnMemory") (type $get) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
  (func (export "wakeMemory") (type $get) (memory.atomic.notify (i32.const 0) (i32.const 100)))
  (func (export "noise") (type $get) (global.atomic.rmw.add $noise (i32.const 1))))`;

/** Four agents: the last to come lets all go on. */
const barrier = `(module
  (type $meet (shared (func (param i32))))
  (memory 1 1 shared)
  (func (export "meet") (type $meet) (local $generation i32)
    (loop $next
      (local.set $generation (i32.atomic.load offset=64 (i32.const 0)))
      (if (i32.eq (i32.atomic.rmw.add (i32.const 0) (i32.const 1)) (i32.const 3))
        (then
          (i32.atomic.store (i32.const 0) (i32.const 0))
          (i32.atomic.store offset=64 (i32.const 0) (i32.add (local.get $generation) (i32.const 1)))
          (drop (memory.atomic.notify offset=64 (i32.const 0) (i32.const 100))))
        (else
          (loop $wait
            (drop (memory.atomic.wait32 offset=64 (i32.const 0) (local.get $generation) (i64.const -1)))
            (br_if $wait (i32.eq (i32.atomic.load offset=64 (i32.const 0)) (local.get $generation))))))
      (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`;

/** Resolves with the next deadlock that the store reports. */
function deadlocks(options: StoreOptions = {}): {
  readonly options: StoreOptions;
  readonly next: () => Promise<Deadlock>;
} {
  const found: Deadlock[] = [];
  let wake: () => void = () => undefined;
  const onDeadlock = (deadlock: Deadlock): void => {
    found.push(deadlock);
    wake();
  };
  const next = async (): Promise<Deadlock> => {
    while (found.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return found.shift() as Deadlock;
  };
  return { options: { ...options, onDeadlock }, next };
}

describe("a deadlock", () => {
  test("of all Workers is suspected while the creator is in its event loop, and says where each waits", async () => {
    const { options, next } = deadlocks({ threads: 2, maximumThreads: 2 });
    await withStore(options, async (store) => {
      const { outer, pause } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const calls = [store.spawn(outer, queue), store.spawn(pause, queue, -1n)];
      const deadlock = await next();
      expect(deadlock.certain).toBe(false);
      expect(deadlock.agents.map(({ kind, state }) => [kind, state])).toEqual([
        ["creator", "js"],
        ["worker", "waiting"],
        ["worker", "waiting"],
      ]);
      const stacks = new Map(deadlock.agents.map(({ job, wait }) => [job?.function, wait?.stack]));
      expect(stacks.get("outer")).toEqual(["inner", "outer"]);
      expect(stacks.get("pause")).toEqual(["pause"]);
      expect(deadlock.agents[1]?.wait?.queue).toBe(queue);
      expect(deadlock.message).toContain("waits in a wait queue, in inner < outer");
      // That was no more than a suspicion.
      expect(queue.notify()).toBe(2);
      expect(await Promise.all(calls)).toEqual([0, 0]);
    });
  });

  test("that the embedder ends fails each call with a trap that no handler catches, and the Workers go on", async () => {
    const { options, next } = deadlocks({ threads: 2, maximumThreads: 2 });
    await withStore(options, async (store) => {
      const { outer, noise } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const calls = [store.spawn(outer, queue), store.spawn(outer, queue)];
      const workers = store.workers;
      (await next()).end();
      for (const call of await Promise.allSettled(calls)) {
        expect(call.status).toBe("rejected");
        const { reason } = call as PromiseRejectedResult;
        expect(reason).toBeInstanceOf(RuntimeError);
        expect(reason).toMatchObject({ code: "deadlock", message: expect.stringContaining("inner < outer") });
      }
      expect(queue.notify()).toBe(0);
      expect(store.workers).toEqual(workers);
      expect(await store.spawn(noise)).toBe(0);
    });
  });

  test("is certain where the creator waits as well", async () => {
    const { options, next } = deadlocks({ threads: 2, deadlock: "error" });
    await withStore(options, async (store) => {
      const { outer } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const call = store.spawn(outer, queue);
      call.catch(() => undefined);
      expect(() => outer(queue)).toThrow(
        expect.objectContaining({ code: "deadlock", message: expect.stringContaining("inner < outer") }),
      );
      await expect(call).rejects.toMatchObject({ code: "deadlock" });
      const deadlock = await next();
      expect(deadlock.certain).toBe(true);
      expect(deadlock.agents[0]).toMatchObject({ kind: "creator", state: "waiting", wait: { hasTimeout: false } });
      expect(() => queue.wait()).toThrow(RuntimeError);
      expect(queue.notify()).toBe(0);
    });
  });

  test("of the creator alone is certain, in a store without Workers", async () => {
    await withStore({ threads: 0, deadlock: "error" }, async (store) => {
      const { outer } = await exportsOf<Exports>(store, program);
      expect(() => outer(new store.WebAssembly.WaitQueue())).toThrow("deadlock: all threads wait");
    });
  });

  test("is one also where jobs are left that no Worker is free to take", async () => {
    await withStore({ threads: 1, maximumThreads: 1, deadlock: "error" }, async (store) => {
      const { outer, noise } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const calls = Promise.allSettled([store.spawn(outer, queue), store.spawn(noise)]);
      expect(() => outer(queue)).toThrow(
        "1 job is queued, and no Worker is free: the store has 1 of at most 1 (threads, maximumThreads)",
      );
      expect((await calls).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    });
  });

  test("is none while one agent runs, sleeps for a while, or has a job to take", async () => {
    const onDeadlock = vi.fn();
    await withStore({ threads: 3, onDeadlock }, async (store) => {
      const { outer, pause, notify } = await exportsOf<Exports>(store, program);
      const [queue, other] = [new store.WebAssembly.WaitQueue(), new store.WebAssembly.WaitQueue()];
      const call = store.spawn(outer, queue);
      const sleeper = store.spawn(pause, other, 400_000_000n);
      expect(other.wait(250)).toBe("timed-out");
      expect(await sleeper).toBe(2);
      expect(await store.spawn(notify, queue, 1)).toBe(1);
      expect(await call).toBe(0);
      expect(onDeadlock).not.toHaveBeenCalled();
    });
  });

  test("comes to light when the Worker dies that others waited for", async () => {
    const { options, next } = deadlocks({ threads: 2, maximumThreads: 2 });
    await withStore(options, async (store) => {
      const { outer, pause } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const call = store.spawn(outer, queue);
      const doomed = store.spawn(pause, new store.WebAssembly.WaitQueue(), 60_000_000_000n);
      doomed.catch(() => undefined);
      let sleeper: number | undefined;
      while (sleeper === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        sleeper = store.agents.find(({ wait }) => wait?.hasTimeout === true)?.id;
      }
      await store.terminateWorker(sleeper);
      const deadlock = await next();
      expect(deadlock.agents.filter(({ state }) => state === "waiting")).toHaveLength(1);
      deadlock.end();
      await expect(call).rejects.toMatchObject({ code: "deadlock" });
    });
  });

  test("on a linear memory is suspected, and to end it replaces the Workers", async () => {
    const { options, next } = deadlocks({ threads: 2, maximumThreads: 2 });
    await withStore(options, async (store) => {
      const { sleepOnMemory, noise } = await exportsOf<Exports>(store, program);
      const calls = [store.spawn(sleepOnMemory), store.spawn(sleepOnMemory)];
      const deadlock = await next();
      expect(deadlock.certain).toBe(false);
      expect(deadlock.agents[1]?.wait).toMatchObject({ kind: "memory", stack: ["sleepOnMemory"], hasTimeout: false });
      deadlock.end();
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: "rejected", reason: { name: "RuntimeError", code: "deadlock" } });
      }
      expect(await store.spawn(noise)).toBe(0);
    });
  });

  test("that is reported may be resolved by who is told, in the creator's own wait, which must not wait again", async () => {
    let problem: unknown;
    let queue: WaitQueueObject | undefined;
    const onDeadlock = ({ agents }: Deadlock): void => {
      try {
        queue?.wait(0);
      } catch (error) {
        problem = error;
      }
      agents[0]?.wait?.queue?.notify();
    };
    await withStore({ threads: 1, onDeadlock }, async (store) => {
      const { outer } = await exportsOf<Exports>(store, program);
      queue = new store.WebAssembly.WaitQueue();
      expect(outer(queue)).toBe(0);
      expect(problem).toBeInstanceOf(TypeError);
    });
  });

  test("is none where agents, more than there are cores, meet at a barrier in a linear memory", async () => {
    const onDeadlock = vi.fn();
    await withStore({ threads: 4, maximumThreads: 4, onDeadlock }, async (store) => {
      const { meet } = await exportsOf<{ meet(times: number): void }>(store, barrier);
      // A process that has nothing else to do, as after a suspicion, must not take that for the end.
      await Promise.all(Array.from({ length: 4 }, () => store.spawn(meet, 20_000)));
    });
    expect(onDeadlock).not.toHaveBeenCalled();
  });

  test("on a linear memory is suspected also in a wait of the creator's in a queue, and not where the creator waits on the memory", async () => {
    const reports: boolean[] = [];
    const onDeadlock = (deadlock: Deadlock): void => {
      reports.push(deadlock.certain);
      deadlock.end();
    };
    await withStore({ threads: 1, maximumThreads: 1, onDeadlock }, async (store) => {
      const { outer, sleepOnMemory } = await exportsOf<Exports>(store, program);
      const { meet } = await exportsOf<{ meet(times: number): void }>(
        store,
        barrier.replace("(i32.const 3)", "(i32.const 1)"),
      );
      const other = store.spawn(meet, 2000);
      meet(2000);
      await other;
      expect(reports).toEqual([]);
      const sleeper = store.spawn(sleepOnMemory);
      sleeper.catch(() => undefined);
      expect(() => outer(new store.WebAssembly.WaitQueue())).toThrow("deadlock");
      expect(reports).toEqual([false]);
      await expect(sleeper).rejects.toMatchObject({ code: "deadlock" });
    });
  });

  test("is not looked for in stores that ignore it", async () => {
    const onDeadlock = vi.fn();
    await withStore({ threads: 1, deadlock: "ignore", onDeadlock }, async (store) => {
      const { outer } = await exportsOf<Exports>(store, program);
      const queue = new store.WebAssembly.WaitQueue();
      const call = store.spawn(outer, queue);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(store.agents[1]).toMatchObject({ state: "waiting", wait: { stack: undefined } });
      expect(queue.notify()).toBe(1);
      expect(await call).toBe(0);
      expect(onDeadlock).not.toHaveBeenCalled();
    });
  });
});

describe("a process whose Workers all wait", () => {
  const entry = new URL("../../../../api/heddle.ts", import.meta.url).href;
  const run = (options: string, rest: string): string =>
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { createStore } from ${JSON.stringify(entry)};
         const store = await createStore({ threads: 2, ${options} });
         const { outer } = (await store.WebAssembly.instantiate(${JSON.stringify(program)})).instance.exports;
         const queue = new store.WebAssembly.WaitQueue();
         ${rest}`,
      ],
      { encoding: "utf8", timeout: 30_000 },
    );

  test("does not hang: once nothing is left to do, the deadlock is certain", () => {
    const rest = `try { await store.spawn(outer, queue); } catch (error) { console.log(error.code, error.message.includes("inner < outer")); }`;
    expect(run(`deadlock: "error", onDeadlock: ({ certain }) => console.log(certain)`, rest)).toBe(
      "false\ntrue\ndeadlock true\n",
    );
  });

  test("lives on for a timer that wakes them, and for the Worker that it woke", () => {
    const rest = `setTimeout(() => queue.notify(), 700);
      console.log(await store.spawn(outer, queue));
      setTimeout(() => queue.notify(), 700);
      console.log(await store.spawn(outer, queue));`;
    expect(run(`deadlock: "error"`, rest)).toBe("0\n0\n");
  });
});
