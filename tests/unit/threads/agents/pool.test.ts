import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import {
  createStore,
  type ExceptionObject,
  type TagObject,
  type UncaughtExceptionError,
  WorkerLostError,
} from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

interface Exports {
  go(argument: number): number;
  wait(): number;
  three(): number;
  readonly tag: TagObject;
}
/** Threads that sleep for ever, with the argument 0, that throw with an odd one, and that trap with an even one. */
const program = `(module
  (type $start (shared (func (param i32))))
  (type $get (shared (func (result i32))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (tag $tag (export "tag") (type $start))
  (global $zero (shared mut i32) (i32.const 0))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (elem declare func $thread)
  (func $wait (export "wait") (type $get) (global.wait $zero (global.get $queue) (i32.const 0) (i64.const -1)))
  (func $fail (type $start)
    (if (i32.and (local.get 0) (i32.const 1)) (then (throw $tag (local.get 0))))
    (unreachable))
  (func $thread (type $start)
    (if (local.get 0) (then (call $fail (local.get 0))))
    (drop (call $wait)))
  (func (export "three") (type $get) (i32.const 3))
  (func (export "go") (param i32) (result i32) (call $spawn (ref.func $thread) (local.get 0))))`;

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a store that is closed", () => {
  test("fails the calls and threads that run, and those that wait for a Worker", async () => {
    const errors: number[] = [];
    const store = await createStore({
      threads: 2,
      maximumThreads: 2,
      onThreadError: (_, thread) => errors.push(thread),
    });
    const { go, wait } = await exportsOf<Exports>(store, program);
    for (let i = 0; i < 2; i++) go(0);
    const calls = [0, 1].map(() => reasonOf(store.spawn(wait)));
    for (let i = 0; i < 2; i++) go(0);
    const ended = reasonOf(store.threadsEnded());
    while (store.agents.filter(({ state }) => state === "waiting").length < 2)
      await new Promise((resolve) => setTimeout(resolve, 1));
    await store.close();
    for (const reason of [...(await Promise.all(calls)), await ended]) expect(reason).toBeInstanceOf(WorkerLostError);
    expect(errors.sort()).toEqual([0, 1, 2, 3]);
    expect(store.statistics().queued).toBe(0);
  });

  test("is closed for whoever closes it again, too, and starts no threads", async () => {
    const store = await createStore({ threads: 1 });
    const { go, three } = await exportsOf<Exports>(store, program);
    void store.close();
    await store.close();
    expect(store.workers).toEqual([]);
    expect(go(0)).toBe(-1);
    await store.threadsEnded();
    await expect(store.spawn(three)).rejects.toThrow("closed");
    await expect(store.terminateWorker(1)).rejects.toBeInstanceOf(RangeError);
    expect(three()).toBe(3);
  });
});

describe("store.threadsEnded", () => {
  test("rejects with what a thread failed with, however soon that has ended", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { go } = await exportsOf<Exports>(store, program);
      for (let i = 0; i < 20; i++) {
        go(2);
        while (internalsOf(store).agent.control.jobs.liveThreads > 0);
        await expect(store.threadsEnded()).rejects.toThrow("unreachable");
      }
    });
  });

  test("rejects with the exception that a thread threw, and a trap's stack is the thread's", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { go, tag } = await exportsOf<Exports>(store, program);
      expect(go(7)).toBe(0);
      const error = (await reasonOf(store.threadsEnded())) as UncaughtExceptionError;
      expect(error).toMatchObject({ name: "UncaughtExceptionError", code: "uncaught-exception" });
      const cause = error.cause as ExceptionObject;
      expect(cause).toBeInstanceOf(store.WebAssembly.Exception);
      expect([cause.shared, cause.is(tag), cause.getArg(tag, 0)]).toEqual([true, true, 7]);
      go(2);
      expect(String(((await reasonOf(store.threadsEnded())) as Error).stack)).toMatch(/at fail .*\n.*at thread /);
    });
  });
});

test("spawn_ref traps where the queue has no room for more threads, and counts none that there is not", async () => {
  await withStore({ threads: 1, maximumThreads: 1, heap: { maximum: 4 << 20 } }, async (store) => {
    const { flood, stop } = await exportsOf<{ flood(): void; stop(): void }>(
      store,
      `(module
        (type $start (shared (func (param i32))))
        (type $stop (shared (func)))
        (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
        (global $stop (shared mut i32) (i32.const 0))
        (elem declare func $thread)
        (func $thread (type $start) (loop $l (br_if $l (i32.eqz (global.atomic.get $stop)))))
        (func (export "stop") (type $stop) (global.atomic.set $stop (i32.const 1)))
        (func (export "flood")
          (try_table (catch_all 0) (loop $l (drop (call $spawn (ref.func $thread) (i32.const 0))) (br $l)))))`,
    );
    expect(flood).toThrow("out of memory");
    const { liveThreads } = internalsOf(store).agent.control.jobs;
    expect(liveThreads - store.statistics().queued).toBeLessThanOrEqual(1);
    stop();
    await store.close();
    expect(internalsOf(store).agent.control.jobs.liveThreads).toBe(0);
  });
});

test("with trapEnds a thread that traps ends all threads and calls, running or not, and the store works on", async () => {
  const errors: number[] = [];
  const onThreadError = (_: Error, thread: number): number => errors.push(thread);
  await withStore({ threads: 3, maximumThreads: 3, trapEnds: "all", onThreadError }, async (store) => {
    const { go, wait, three } = await exportsOf<Exports>(store, program);
    go(0);
    const call = reasonOf(store.spawn(wait));
    while (store.agents.filter(({ state }) => state === "waiting").length < 2)
      await new Promise((resolve) => setTimeout(resolve, 1));
    go(2);
    await expect(store.threadsEnded()).rejects.toThrow("unreachable");
    expect(String(await call)).toContain("unreachable");
    expect(errors.sort()).toEqual([0, 1]);
    expect(await store.spawn(three)).toBe(3);
    expect(store.heap.verify()).toBe(0);
  });
});

test("calls and threads fail where no Worker can be started any more, and work again where one can", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  const script = join(folder, "worker.ts");
  const write = (): void =>
    writeFileSync(
      script,
      `import ${JSON.stringify(new URL("../../../../threads/agents/worker.ts", import.meta.url).href)};`,
    );
  write();
  const errors: number[] = [];
  const onThreadError = (_: Error, thread: number): number => errors.push(thread);
  try {
    await withStore(
      { threads: 1, maximumThreads: 2, workerScript: pathToFileURL(script), onThreadError },
      async (store) => {
        const { go, three } = await exportsOf<Exports>(store, program);
        rmSync(script);
        await store.terminateWorker(store.workers[0] as number);
        go(0);
        await expect(store.threadsEnded()).rejects.toBeInstanceOf(WorkerLostError);
        await expect(store.spawn(three)).rejects.toBeInstanceOf(WorkerLostError);
        expect(errors).toContain(0);
        write();
        expect(await store.spawn(three)).toBe(3);
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
