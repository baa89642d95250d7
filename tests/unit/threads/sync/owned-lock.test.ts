import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { LOCK_CONTENDED } from "../../../../gc/layout/owned-lock.ts";
import { OwnedLocks } from "../../../../threads/sync/owned-lock.ts";

const LOCK = 64;
const COUNTER = 32;

interface Log {
  readonly steps: string[];
  readonly words: Int32Array<SharedArrayBuffer>;
}

/** One agent's locks over words of memory, and the order in which it asked the runtime for something. */
function locksOf(id: number, words = new Int32Array(new SharedArrayBuffer(256))): [OwnedLocks, Log] {
  const steps: string[] = [];
  const runtime = { beginCritical: () => steps.push("begin"), endCritical: () => steps.push("end") };
  const heap = { words, needStack: () => steps.push("stack"), runtime } as unknown as ConstructorParameters<
    typeof OwnedLocks
  >[0]["heap"];
  return [new OwnedLocks({ id, heap, mayBlock: true }), { steps, words }];
}

/** A Worker that adds 1 to a plain word `rounds` times, each time alone, and says when it is through. */
function startCounter(words: Int32Array<SharedArrayBuffer>, id: number, rounds: number): Promise<number> {
  const source = `
    const { parentPort, workerData: { url, words, id, rounds } } = require("node:worker_threads");
    import(url).then(({ OwnedLocks }) => {
      const none = () => undefined;
      const locks = new OwnedLocks({ id, heap: { words, needStack: none, runtime: { beginCritical: none, endCritical: none } }, mayBlock: true });
      const add = (cell) => { words[cell] = words[cell] + 1; };
      for (let i = 0; i < rounds; i++) locks.locked(${LOCK}, add, ${COUNTER});
      parentPort.postMessage(id);
    });`;
  const url = new URL("../../../../threads/sync/owned-lock.ts", import.meta.url).href;
  const worker = new Worker(source, { eval: true, workerData: { url, words, id, rounds } });
  return new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

describe("a lock that knows its owner", () => {
  test("lets one agent in at a time", async () => {
    const [, { words }] = locksOf(0);
    const rounds = 20_000;
    expect(await Promise.all([1, 2, 3].map((id) => startCounter(words, id, rounds)))).toEqual([1, 2, 3]);
    expect(words[COUNTER]).toBe(3 * rounds);
    expect(words[LOCK / 4]).toBe(0);
  });

  test("is held within a critical section, which ends however the body ends", () => {
    const [locks, { steps, words }] = locksOf(6);
    const fail = (what: string): never => {
      steps.push(`${what} ${words[LOCK / 4]}`);
      throw new Error(what);
    };
    expect(() => locks.locked(LOCK, fail, "locked")).toThrow("locked");
    expect(() => locks.critical(fail, "critical")).toThrow("critical");
    expect(steps).toEqual(["stack", "begin", "locked 7", "end", "stack", "begin", "critical 0", "end"]);
    expect(words[LOCK / 4]).toBe(0);
  });

  test("is taken over from the dead agent that has it, and from no other", () => {
    const [locks, { words }] = locksOf(0);
    for (const word of [3, 3 | LOCK_CONTENDED]) {
      words[LOCK / 4] = word;
      expect(locks.takeOver(LOCK, 1)).toBe(false);
      locks.breakDead(LOCK, 3);
      expect(words[LOCK / 4]).toBe(word);
      expect(locks.takeOver(LOCK, 2)).toBe(true);
      expect(words[LOCK / 4]).toBe(1 | LOCK_CONTENDED);
      locks.release(LOCK);
      expect(locks.takeOver(LOCK, 2)).toBe(false);
      expect(words[LOCK / 4]).toBe(0);
    }
  });

  test("that a dead agent had is got by those that sleep for it", async () => {
    const [locks, { words }] = locksOf(0);
    words[LOCK / 4] = 10;
    const counters = [1, 2].map((id) => startCounter(words, id, 100));
    // They sleep: the dead agent's word says so.
    while ((Atomics.load(words, LOCK / 4) & LOCK_CONTENDED) === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    locks.breakDead(LOCK, 9);
    await Promise.all(counters);
    expect(words[COUNTER]).toBe(200);
  });
});
