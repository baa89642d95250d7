import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../../../api/heddle.ts";
import { canDiscard } from "../../../../memory/native.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const megabytes = (count: number): number => count << 20;
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;

/** Bytes of the process's anonymous memory that take physical memory: the heap, and what does not change in between. */
function resident(): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

test("a Worker loads no native package: it may be terminated meanwhile, which ends the process", async () => {
  const native = new URL("../../../../memory/native.ts", import.meta.url).href;
  const program = `import { parentPort } from "node:worker_threads";
    import { canDiscard } from ${JSON.stringify(native)};
    parentPort.postMessage(canDiscard());`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  const [can] = (await once(worker, "message")) as [boolean];
  expect(can).toBe(false);
  await worker.terminate();
});

describe.runIf(canDiscard())("pages of free blocks", () => {
  test("go back to the system when much has died", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(512) });
    const before = resident();
    const tree = mutator.keep((sp, program) => program.build(10, sp));
    const much = mutator.keep((sp, program) => program.build(23, sp));
    // 256 MB of objects; the system's figures lag behind by some pages, and the host's own memory shrinks and grows
    // meanwhile.
    expect(resident() - before).toBeGreaterThan(megabytes(200));
    mutator.heap.handles.free(much);
    mutator.collect(true);
    mutator.collect(true);
    mutator.collect(true);
    expect(resident() - before).toBeLessThan(megabytes(64));
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(10));
  });

  test("are used again", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(256), debug: true });
    for (let round = 0; round < 4; round++) {
      const tree = mutator.keep((sp, program) => program.build(20, sp));
      const array = mutator.keep((sp, program) => program.references(1_000_000, sp));
      expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(20));
      expect(mutator.word(mutator.get(array) + 8 + 4 * 999_999)).toBe(NULL);
      mutator.heap.handles.free(tree);
      mutator.heap.handles.free(array);
      mutator.collect(true);
      mutator.collect(true);
    }
    expect(mutator.heap.runtime.verify()).toBe(0);
    expect(mutator.heap.statistics().memoryBytes).toBeLessThan(megabytes(160));
  });

  test("nearly all go back from a heap that is idle", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(256) });
    const tree = mutator.keep((sp, program) => program.build(21, sp));
    mutator.heap.handles.free(tree);
    mutator.collect(true);
    const { freeBytes, returnedBytes } = mutator.heap.statistics();
    expect(freeBytes - returnedBytes).toBeGreaterThan(megabytes(16));
    mutator.heap.runtime.shrink(1);
    const idle = mutator.heap.statistics();
    expect(idle.freeBytes).toBe(freeBytes);
    expect(idle.freeBytes - idle.returnedBytes).toBeLessThanOrEqual(megabytes(4));
    mutator.run((sp, program) => program.churn(10, 3000, sp));
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("that Workers' collections free go back, too: the creator's thread sees to it", async () => {
    const store = await createStore({ threads: 1, heap: { maximum: megabytes(128) } });
    const { instance } = await store.WebAssembly.instantiate(`(module
      (type $node (shared (struct (field (ref null $node)) (field i64) (field i64))))
      (type $run (shared (func (param i32) (result i32))))
      (func (export "run") (type $run) (param $lists i32) (result i32)
        (local $list (ref null $node)) (local $i i32)
        (loop $again
          (local.set $list (ref.null $node))
          (local.set $i (i32.const 1000000))
          (loop $next
            (local.set $list (struct.new $node (local.get $list) (i64.const 0) (i64.const 0)))
            (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
          (br_if $again (local.tee $lists (i32.sub (local.get $lists) (i32.const 1)))))
        (i32.const 0)))`);
    const run = instance.exports["run"] as (lists: number) => number;
    for (let calls = 0; calls < 50 && store.heap.returnedBytes === 0; calls++) await store.spawn(run, 10);
    expect(store.heap.returnedBytes).toBeGreaterThan(0);
    // This thread has run none of them.
    expect(new Set(store.heap.recentCollections().map(({ agent }) => agent))).toEqual(new Set([1]));
    expect(store.heap.verify()).toBe(0);
    await store.close();
  });
});
