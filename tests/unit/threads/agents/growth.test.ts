import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Deadlock } from "../../../../api/heddle.ts";
import { admit } from "../../support/admit.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

/** `join` spawns so many threads, each of which waits until all have come, and waits itself until all have gone on. */
const program = `(module
  (type $start (shared (func (param i32))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (global $meeting (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $end (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $came (shared mut i32) (i32.const 0))
  (global $gone (shared mut i32) (i32.const 0))
  (elem declare func $thread)
  (func $thread (type $start)
    (drop (global.atomic.rmw.add $came (i32.const 1)))
    (drop (waitqueue.notify (global.get $meeting) (i32.const -1)))
    (loop $again
      (if (i32.lt_s (global.atomic.get $came) (local.get 0))
        (then (drop (global.wait $came (global.get $meeting) (global.atomic.get $came) (i64.const -1))) (br $again))))
    (drop (global.atomic.rmw.add $gone (i32.const 1)))
    (drop (waitqueue.notify (global.get $end) (i32.const -1))))
  (func (export "join") (param $count i32) (result i32) (local $i i32)
    (global.atomic.set $came (i32.const 0))
    (global.atomic.set $gone (i32.const 0))
    (loop $spawn
      (drop (call $spawn (ref.func $thread) (local.get $count)))
      (br_if $spawn (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (loop $join
      (if (i32.lt_s (global.atomic.get $gone) (local.get $count))
        (then (drop (global.wait $gone (global.get $end) (global.atomic.get $gone) (i64.const -1))) (br $join))))
    (global.atomic.get $gone)))`;

interface Exports {
  join(count: number): number;
}

describe("more threads than Workers", () => {
  test("meet, though their creator waits for them from the first instruction on", async () => {
    await withStore({ threads: 2, maximumThreads: 8, deadlock: "error" }, async (store) => {
      const { join } = await exportsOf<Exports>(store, program);
      expect(store.statistics().threads).toBe(2);
      expect(join(6)).toBe(6);
      await store.threadsEnded();
      const { workers } = store;
      expect(workers.length).toBeGreaterThanOrEqual(6);
      expect(workers.length).toBeLessThanOrEqual(8);
      expect(store.statistics().threads).toBe(workers.length);
      expect(store.agents.filter(({ kind }) => kind === "worker").length).toBe(workers.length);
    });
  });

  test("than there can be are a deadlock whose message counts the jobs and names the options", async () => {
    const reports: Deadlock[] = [];
    const onDeadlock = (deadlock: Deadlock): number => reports.push(deadlock);
    await withStore({ threads: 1, maximumThreads: 2, deadlock: "error", onDeadlock }, async (store) => {
      const { join } = await exportsOf<Exports>(store, program);
      expect(() => join(3)).toThrow("deadlock");
      expect(reports[0]).toMatchObject({ certain: true, queued: 1 });
      expect(reports[0]?.message).toContain(
        "1 job is queued, and no Worker is free: the store has 2 of at most 2 (threads, maximumThreads)",
      );
    });
  });

  test("are a deadlock also where no Worker can be started any more", async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), "heddle-"));
    const script = joinPath(folder, "worker.ts");
    writeFileSync(
      script,
      `import ${JSON.stringify(new URL("../../../../threads/agents/worker.ts", import.meta.url).href)};`,
    );
    const reports: Deadlock[] = [];
    const onDeadlock = (deadlock: Deadlock): number => reports.push(deadlock);
    const options = {
      threads: 1,
      maximumThreads: 4,
      workerScript: pathToFileURL(script),
      deadlock: "error",
      onDeadlock,
    } as const;
    try {
      await withStore(options, async (store) => {
        const { join } = await exportsOf<Exports>(store, program);
        expect(join(2)).toBe(2);
        rmSync(script);
        expect(() => join(5)).toThrow("deadlock");
        expect(reports[0]?.certain).toBe(true);
        // Two Workers, or one more where the first were slow to take their jobs.
        expect([2, 3]).toContain(reports[0]?.queued);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("leave room for Workers of the embedder's; where these are all that there can be, calls say so", async () => {
    await withStore({ threads: 0, maximumThreads: 2 }, async (store) => {
      const { three } = await exportsOf<{ three(): number }>(
        store,
        `(module (type $get (shared (func (result i32)))) (func (export "three") (type $get) (i32.const 3)))`,
      );
      // From its first wait on the creator has all agents offered to the thread that starts Workers.
      expect(new store.WebAssembly.WaitQueue().wait(1)).toBe("timed-out");
      const joined = [await admit(store), await admit(store)];
      expect(joined.map(({ agent }) => agent).sort()).toEqual([1, 2]);
      await expect(store.admit({ postMessage: () => undefined, terminate: () => undefined })).rejects.toThrow(
        "see maximumThreads",
      );
      await expect(store.spawn(three)).rejects.toThrow("see maximumThreads");
      await Promise.all(joined.map(({ agent }) => store.terminateWorker(agent)));
      expect(await store.spawn(three)).toBe(3);
    });
  });
});
