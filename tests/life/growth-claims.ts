/**
 * What must hold where threads that wait for each other are more than there are Workers, and their creator waits for
 * them, on every host.
 */
import { createStore, type Deadlock, RuntimeError, type Store, type StoreOptions } from "../../api/heddle.ts";
import { type Claim, expect, reasonOf, tell, until } from "./claims.ts";

/**
 * Threads that go on when `$all` of them have come, and count themselves then; whoever has spawned them waits until all
 * are counted: in a wait queue, or on the memory.
 */
const program = `(module
  (type $start (shared (func (param i32))))
  (type $join (shared (func (param i32) (result i32))))
  (type $none (shared (func)))
  (type $spawn (shared (func (param (ref null $start) i32) (result i32))))
  (type $spawnAll (shared (func (param (ref $start) i32))))
  (import "wasm:thread" "spawn_ref" (func $spawn (type $spawn)))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $came (shared mut i32) (i32.const 0))
  (global $done (shared mut i32) (i32.const 0))
  (global $all (shared mut i32) (i32.const 0))
  (memory 1 1 shared)
  (elem declare func $meet $meetOnMemory $spawnMore)
  (func $meet (export "meet") (type $start)
    (drop (global.atomic.rmw.add $came (i32.const 1)))
    (drop (waitqueue.notify (global.get $queue) (i32.const -1)))
    (loop $again
      (if (i32.lt_s (global.atomic.get $came) (global.atomic.get $all))
        (then (drop (global.wait $came (global.get $queue) (global.atomic.get $came) (i64.const -1))) (br $again))))
    (drop (global.atomic.rmw.add $done (i32.const 1)))
    (drop (waitqueue.notify (global.get $queue) (i32.const -1))))
  (func $meetOnMemory (type $start) (local $seen i32)
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))
    (loop $again
      (if (i32.lt_s (local.tee $seen (i32.atomic.load (i32.const 0))) (global.atomic.get $all))
        (then (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const -1))) (br $again))))
    (drop (i32.atomic.rmw.add offset=64 (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify offset=64 (i32.const 0) (i32.const -1))))
  (func $spawnMore (type $start)
    (loop $spawn
      (drop (call $spawn (ref.func $meetOnMemory) (i32.const 0)))
      (br_if $spawn (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "join") (type $join) (local $i i32)
    (call $spawnAll (ref.func $meet) (local.get 0))
    (loop $join
      (if (i32.lt_s (global.atomic.get $done) (local.get 0))
        (then (drop (global.wait $done (global.get $queue) (global.atomic.get $done) (i64.const -1))) (br $join))))
    (global.atomic.get $done))
  (func (export "joinOnMemory") (type $join)
    (call $spawnAll (ref.func $meetOnMemory) (local.get 0))
    (call $awaitOnMemory (local.get 0)))
  (func (export "joinGrandchildren") (type $join)
    (global.atomic.set $all (local.get 0))
    (drop (call $spawn (ref.func $spawnMore) (local.get 0)))
    (call $awaitOnMemory (local.get 0)))
  (func (export "reset") (type $none)
    (global.atomic.set $came (i32.const 0))
    (global.atomic.set $done (i32.const 0))
    (i32.atomic.store (i32.const 0) (i32.const 0))
    (i32.atomic.store offset=64 (i32.const 0) (i32.const 0)))
  (func $spawnAll (type $spawnAll) (param $start (ref $start)) (param $count i32)
    (global.atomic.set $all (local.get $count))
    (loop $spawn
      (drop (call $spawn (local.get $start) (i32.const 0)))
      (br_if $spawn (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func $awaitOnMemory (type $join) (local $seen i32)
    (loop $join
      (if (i32.lt_s (local.tee $seen (i32.atomic.load offset=64 (i32.const 0))) (local.get 0))
        (then (drop (memory.atomic.wait32 offset=64 (i32.const 0) (local.get $seen) (i64.const -1))) (br $join))))
    (local.get $seen)))`;

/** Threads of another module, that meet those of `program`. */
const second = `(module
  (type $start (shared (func (param i32))))
  (import "first" "meet" (func $meet (type $start)))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (elem declare func $thread)
  (func $thread (type $start) (call $meet (local.get 0)))
  (func (export "spawnTwo") (result i32)
    (drop (call $spawn (ref.func $thread) (i32.const 0)))
    (call $spawn (ref.func $thread) (i32.const 0))))`;

type Join = (count: number) => number;
interface Program {
  readonly meet: (argument: number) => void;
  readonly join: Join;
  readonly joinOnMemory: Join;
  readonly joinGrandchildren: Join;
  reset(): void;
}

async function withProgram(
  options: StoreOptions,
  body: (store: Store, program: Program) => Promise<void> | void,
): Promise<void> {
  const store = await createStore({ heap: { maximum: 64 << 20 }, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    await body(store, instance.exports as unknown as Program);
    await store.threadsEnded();
    store.collect();
    expect(store.heap.verify() === 0, "a heap that is not sound");
  } finally {
    await store.close();
  }
}

/** `script`: the script `worker.ts`. */
export function growthClaims(script: URL): readonly Claim[] {
  const joins = (options: StoreOptions, name: "join" | "joinOnMemory" | "joinGrandchildren", count: number) => () =>
    withProgram(options, (store, exports) => {
      expect(exports[name](count) === count, "another number of threads");
      expect(store.workers.length <= (options.maximumThreads as number), store.workers);
    });
  return [
    [
      "six threads that meet run on two Workers, while their creator waits in a queue",
      joins({ threads: 2, maximumThreads: 8 }, "join", 6),
    ],
    ["the same, while it waits on a linear memory", joins({ threads: 2, maximumThreads: 8 }, "joinOnMemory", 6)],
    ["the same, where a thread has spawned them", joins({ threads: 2, maximumThreads: 8 }, "joinGrandchildren", 6)],
    [
      "twelve threads that meet run on one Worker, up to the most that there can be",
      joins({ threads: 1, maximumThreads: 12 }, "join", 12),
    ],
    [
      "four threads that meet run where there is no Worker at first",
      joins({ threads: 0, maximumThreads: 4 }, "join", 4),
    ],
    [
      "a store that has grown runs calls and threads on all its Workers, with what was instantiated before and since, and ends them",
      () =>
        withProgram({ threads: 1, maximumThreads: 5 }, async (store, exports) => {
          expect(exports.join(3) === 3, "another number of threads");
          const { instance } = await store.WebAssembly.instantiate(second, { first: { meet: exports.meet } });
          exports.reset();
          // Two of the second module's, and then three more, which the creator waits for as well.
          (instance.exports as unknown as { spawnTwo(): number }).spawnTwo();
          expect(exports.join(5) >= 5, "another number of threads");
          await store.threadsEnded();
          await until(() => store.agents.filter(({ state }) => state === "idle").length === 5);
          const statistics = await store.agentStatistics();
          expect(statistics.length === 6 && statistics.every(({ instances }) => instances === 2), statistics);
          await Promise.all(store.workers.map((id) => store.terminateWorker(id)));
          exports.reset();
          expect(exports.join(5) === 5, "another number of threads");
        }),
    ],
    [
      "where there can be no more Workers, the deadlock's error counts the queued jobs, and names the options",
      async () => {
        const reports: Deadlock[] = [];
        const onDeadlock = (deadlock: Deadlock): number => reports.push(deadlock);
        const heap = { maximum: 64 << 20 };
        const store = await createStore({ threads: 2, maximumThreads: 3, deadlock: "error", onDeadlock, heap });
        try {
          const { instance } = await store.WebAssembly.instantiate(program);
          const { join } = instance.exports as unknown as Program;
          const reason = await reasonOf(Promise.resolve().then(() => join(7)));
          expect(reason instanceof RuntimeError && reason.code === "deadlock", reason);
          // Each thread that ends so makes room for another, which may notify the others first.
          const [first] = reports;
          expect(first?.certain === true && first.queued === 4, first);
          expect(/4 jobs are queued, .* 3 of at most 3 \(threads, maximumThreads\)/.test(first.message), first.message);
        } finally {
          await store.close();
        }
      },
    ],
    [
      "a store grows again after all its threads have ended by themselves, the one that starts Workers too",
      () =>
        withProgram({ threads: 2, maximumThreads: 6, workerScript: script }, async (store, exports) => {
          expect(exports.join(5) === 5, "another number of threads");
          await store.threadsEnded();
          const workers = store.workers.length;
          await tell("exit");
          const ask = (): void => void store.agentStatistics().catch(() => undefined);
          ask();
          // Two take the place of those that the store had from the start.
          await until(() => {
            ask();
            return store.workers.length < workers;
          });
          await until(() => store.agents.filter(({ state }) => state === "idle").length === 2);
          exports.reset();
          expect(exports.join(6) === 6, "another number of threads");
        }),
    ],
  ];
}
