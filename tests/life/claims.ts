/**
 * What must hold when Workers die, when instantiations trap, and of values, on every host, and where there can be none.
 */

import { internalsOf } from "../../api/composed-store.ts";
import {
  createStore,
  WebAssembly as heddle,
  IsolationError,
  type Store,
  type StoreOptions,
  type TagObject,
  WorkerLostError,
} from "../../api/heddle.ts";
import type { WaitQueueObject } from "../../threads/wait/wait-queue-object.ts";
import { caller, type PartialCaller, partialModules } from "../programs/partial-instance.ts";
import { channelName, type Death } from "./deaths.ts";
import { valueClaims } from "./value-claims.ts";

/** What must hold, and how to see whether it does. */
export type Claim = readonly [claim: string, test: () => Promise<void>];

const program = `(module
  (type $wait (shared (func (param (ref null (shared waitqueue)) i64) (result i32))))
  (type $notify (shared (func (param (ref null (shared waitqueue)) i32) (result i32))))
  (type $sum (shared (func (param i32) (result i32))))
  (type $none (shared (func)))
  (type $cell (shared (struct (field (mut i32)) (field (ref null $cell)))))
  (global $zero (shared mut i32) (i32.const 0))
  (global $stop (shared mut i32) (i32.const 0))
  (func (export "wait") (type $wait) (global.wait $zero (local.get 0) (i32.const 0) (local.get 1)))
  (func (export "notify") (type $notify) (waitqueue.notify (local.get 0) (local.get 1)))
  (func (export "run") (type $none) (loop $l (br_if $l (i32.eqz (global.atomic.get $stop)))))
  (func (export "stop") (type $none) (global.atomic.set $stop (i32.const 1)))
  (func $deep (type $sum) (i32.add (i32.const 1) (call $deep (local.get 0))))
  (func (export "deep") (type $sum) (call $deep (local.get 0)))
  ;; The sum of a list of $n numbers: garbage, in the end.
  (func (export "sum") (type $sum) (param $n i32) (result i32) (local $list (ref null $cell)) (local $sum i32)
    (loop $l
      (local.set $list (struct.new $cell (local.get $n) (local.get $list)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (struct.atomic.get $cell 0 (local.get $list))))
      (br_if $l (i32.eqz (ref.is_null (local.tee $list (struct.get $cell 1 (local.get $list)))))))
    (local.get $sum)))`;

interface Program {
  wait(queue: WaitQueueObject, nanoseconds: bigint): number;
  notify(queue: WaitQueueObject, count: number): number;
  run(): void;
  stop(): void;
  deep(n: number): number;
  sum(n: number): number;
}

export function expect(condition: boolean, found: unknown): asserts condition {
  if (!condition)
    throw new Error(`found ${found instanceof Error ? `${found.name}: ${found.message}` : JSON.stringify(found)}`);
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error("it does not come to pass");
    await pause();
  }
}

async function withProgram(
  options: StoreOptions,
  body: (store: Store, program: Program) => Promise<void>,
): Promise<void> {
  const store = await createStore({ heap: { maximum: 64 << 20 }, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    await body(store, instance.exports as unknown as Program);
    store.collect();
    expect(store.heap.verify() === 0, "a heap that is not sound");
  } finally {
    await store.close();
  }
}

/** What a promise was rejected with. */
export async function reasonOf(call: Promise<unknown>): Promise<unknown> {
  const [settled] = await Promise.allSettled([call]);
  expect(settled.status === "rejected", settled);
  return settled.reason;
}

/** Waits until the store has its Workers again, and lets each work. */
async function expectAlive(store: Store, { sum }: Program, threads: number): Promise<void> {
  await until(() => store.agents.filter(({ state }) => state === "idle").length === threads);
  const sums = await Promise.all(Array.from({ length: 4 * threads }, () => store.spawn(sum, 10_000)));
  expect(
    sums.every((one) => one === 50_005_000),
    sums,
  );
}

let channel: BroadcastChannel | undefined;

/**
 * What an instantiation that trapped has left in a table is called on the creator, on a Worker, and by one that waits
 * for it.
 */
const partialClaim = ([what, module]: (typeof partialModules)[number]): Claim => [
  `an instantiation that traps in ${what} leaves functions that all threads can call`,
  () =>
    withProgram({ threads: 2 }, async (store) => {
      const { instance } = await store.WebAssembly.instantiate(caller);
      const { table, call, waiting, callLater } = instance.exports as unknown as PartialCaller;
      const later = store.spawn(callLater);
      await until(() => waiting() > 0);
      const reason = await reasonOf(store.WebAssembly.instantiate(module, { caller: { table } }));
      expect(reason instanceof store.WebAssembly.RuntimeError, reason);
      const results = [call(), await store.spawn(call), await later];
      expect(results.join() === "7,7,7", results);
    }),
];

/** Tells all Workers to die, and gives the message its time. */
export async function tell(death: Death): Promise<void> {
  // One for all claims: Deno 2.9 has none again once one is closed.
  channel ??= new BroadcastChannel(channelName);
  (channel as { unref?(): void }).unref?.();
  channel.postMessage(death);
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** How hosts differ. */
export interface LifeHost {
  /** The script `worker.ts`. */
  readonly script: URL;
  /**
   * The script `closing-worker.ts`; undefined on Node, which crashes where a Worker exits while its script is still
   * being evaluated.
   */
  readonly closingScript: URL | undefined;
  /** Whether a Worker can end itself in the middle of what it does, and not only once it is done. */
  readonly canExitInWait: boolean;
  /** Whether a rejection that nobody handles ends a Worker. */
  readonly endsByRejection: boolean;
}

const exitBeforeReady = (workerScript: URL): Claim => [
  "a Worker that ends itself before it is ready rejects createStore",
  async () => {
    const reason = await reasonOf(createStore({ threads: 1, workerScript }).then(() => "a store"));
    expect(reason instanceof WorkerLostError, reason);
  },
];

/** What must hold where Workers can be. */
export function lifeClaims({ script, closingScript, canExitInWait, endsByRejection }: LifeHost): readonly Claim[] {
  const options = { threads: 2, maximumThreads: 2, workerScript: script };
  const dying = (death: Death, mustDie: boolean) => () =>
    withProgram(options, async (store, exports) => {
      const { lives } = internalsOf(store).agent.control;
      await tell(death);
      // Parked Workers turn to their event loops when they are asked something, for as long as it takes to answer.
      const ask = (): void => void store.agentStatistics().catch(() => undefined);
      ask();
      if (mustDie) {
        await until(() => {
          const areDead = internalsOf(store).agent.control.lives === lives + 2;
          if (!areDead) ask();
          return areDead;
        });
      }
      await expectAlive(store, exports, 2);
      expect(internalsOf(store).agent.control.lives === lives + (mustDie ? 2 : 0), "another number of deaths");
    });

  const exitInWait: Claim = [
    "a Worker that ends in the middle of a wait loses its call, leaves the queue, and is replaced; another waiter is woken",
    () =>
      withProgram(options, async (store, exports) => {
        const queue = new store.WebAssembly.WaitQueue();
        const survivor = store.spawn(exports.wait, queue, -1n);
        await until(() => store.agents.some(({ state }) => state === "waiting"));
        await tell("exit-in-wait");
        // The Worker that waits already answers only when it was woken.
        store.agentStatistics().catch(() => undefined);
        await tell("exit-in-wait");
        const reason = await reasonOf(store.spawn(exports.wait, queue, -1n));
        expect(reason instanceof WorkerLostError, reason);
        expect(queue.notify() === 1 && (await survivor) === 0, "another number of waiters");
        await expectAlive(store, exports, 2);
      }),
  ];

  return [
    [
      "a Worker whose stack is exhausted rejects its call with a RangeError, and goes on",
      () =>
        withProgram({ threads: 2 }, async (store, exports) => {
          const workers = store.workers.join();
          const [sum, reason] = await Promise.all([
            store.spawn(exports.sum, 10_000),
            reasonOf(store.spawn(exports.deep, 1)),
          ]);
          expect(sum === 50_005_000 && reason instanceof RangeError, reason);
          await expectAlive(store, exports, 2);
          expect(store.workers.join() === workers, store.workers);
        }),
    ],
    [
      "Workers that are terminated, at work or asleep, lose their calls and are replaced; other calls are answered, other waiters woken",
      () =>
        withProgram({ threads: 3, maximumThreads: 3 }, async (store, exports) => {
          const queue = new store.WebAssembly.WaitQueue();
          const busy = reasonOf(store.spawn(exports.run));
          const [first, second] = [store.spawn(exports.wait, queue, -1n), store.spawn(exports.wait, queue, -1n)];
          await until(() => store.agents.filter(({ state }) => state === "waiting").length === 2);
          const { agents } = store;
          const idOf = (call: number): number => agents.find(({ job }) => job?.id === call)?.id as number;
          const reasons = [busy, reasonOf(first)];
          await Promise.all([store.terminateWorker(idOf(0)), store.terminateWorker(idOf(1))]);
          for (const reason of await Promise.all(reasons)) expect(reason instanceof WorkerLostError, reason);
          expect(queue.notify() === 1 && (await second) === 0, "another number of waiters");
          await expectAlive(store, exports, 3);
        }),
    ],
    ["a Worker with an error that nobody catches is replaced", dying("throw", true)],
    [
      `a Worker with a rejection that nobody handles ${endsByRejection ? "is replaced" : "goes on"}`,
      dying("reject", endsByRejection),
    ],
    ["a Worker that ends itself is replaced", dying("exit", true)],
    ...(canExitInWait ? [exitInWait] : []),
    [
      "a Worker's script that cannot be loaded rejects createStore",
      async () => {
        const reason = await reasonOf(createStore({ threads: 1, workerScript: new URL("./nowhere.js", script) }));
        expect(reason instanceof WorkerLostError, reason);
      },
    ],
    ...(closingScript === undefined ? [] : [exitBeforeReady(closingScript)]),
    ...partialModules.map(partialClaim),
    ...valueClaims,
  ];
}

/** What must hold on a page that is not isolated, served without the `missing` headers. */
export function singleAgentClaims(missing: string): readonly Claim[] {
  const alone = (body: (store: Store, program: Program) => Promise<void>) => () => withProgram({ threads: 0 }, body);
  return [
    [
      `a store with Workers is an IsolationError that names ${missing}`,
      async () => {
        const reason = await reasonOf(createStore());
        expect(reason instanceof IsolationError && reason.missing.join() === missing, reason);
        expect(typeof SharedArrayBuffer === "undefined", "an isolated page");
      },
    ],
    [
      "a store of one agent allocates, collects, and keeps what lives",
      alone(async (store, { sum }) => {
        for (let i = 0; i < 100; i++) expect(sum(50_000) === 1_250_025_000, i);
        expect(store.heap.collections > 0, store.heap.collections);
      }),
    ],
    [
      "wait queues wake promises, and waits that block trap",
      alone(async (store, { wait, notify }) => {
        const queue = new store.WebAssembly.WaitQueue();
        const answer = queue.waitAsync();
        expect(notify(queue, 1) === 1 && (await answer.value) === "ok", answer);
        expect((await queue.waitAsync(3).value) === "timed-out", "another outcome");
        const reason = await reasonOf(Promise.resolve().then(() => wait(queue, -1n)));
        expect(reason instanceof heddle.RuntimeError, reason);
      }),
    ],
    [
      "shared memories of modules and of JS are read, written and grown, atomically too",
      alone(async (store) => {
        const memory = new store.WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
        const { instance } = await store.WebAssembly.instantiate(
          `(module (import "js" "memory" (memory 1 3 shared)) (memory $own 1 2 shared)
            (func (export "add") (result i32) (drop (i32.atomic.rmw.add $own (i32.const 8) (i32.const 2)))
              (i32.add (i32.atomic.rmw.add (i32.const 4) (i32.const 5)) (i32.atomic.load $own (i32.const 8))))
            (func (export "notify") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1))))`,
          { js: { memory } },
        );
        const { add, notify } = instance.exports as unknown as Record<string, () => number>;
        expect(add?.() === 2 && add?.() === 9 && notify?.() === 0, "another sum");
        expect(Atomics.load(new Int32Array(memory.buffer), 1) === 10 && memory.grow(1) === 1, "another value");
      }),
    ],
    [
      "exceptions, strings and functions of JS cross as elsewhere",
      async () => {
        const source = `(module (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
          (import "js" "call" (func $call (param externref) (result externref))) (tag $tag (export "tag") (param i32))
          (func (export "run") (param externref) (result i32) (local $n i32)
            (local.set $n (call $length (call $call (local.get 0))))
            (if (i32.gt_u (local.get $n) (i32.const 4)) (then (throw $tag (local.get $n))))
            (local.get $n)))`;
        const imports = { js: { call: (text: string) => `${text}!` } };
        const { instance } = await heddle.instantiate(source, imports, { builtins: ["js-string"] });
        const { run, tag } = instance.exports as unknown as { run(text: string): number; tag: TagObject };
        expect(run("abc") === 4, run("abc"));
        const reason = await reasonOf(Promise.resolve().then(() => run("abcdef")));
        expect(reason instanceof heddle.Exception && reason.getArg(tag, 0) === 7, reason);
      },
    ],
  ];
}
