/**
 * `WebAssembly.WaitQueue` (shared-everything threads, "Waiter Queue API"): what JS gets for a reference to a wait
 * queue.
 *
 * The overview names `wait`, `notify` and `waitAsync` and leaves the rest open; here they follow `Atomics`: timeouts
 * are milliseconds, results are its strings, and `notify` without a count wakes all. JS reaches no control word, so
 * `wait` takes a condition in its place.
 */
import type { Mutator } from "../values/mutator.ts";
import type { Objects } from "../values/objects.ts";
import { type WaitQueues, WaitResult } from "./wait-queues.ts";

export type WaitOutcome = "ok" | "not-equal" | "timed-out";
export type AsyncWait =
  | { readonly async: false; readonly value: "timed-out" }
  | { readonly async: true; readonly value: Promise<"ok" | "timed-out"> };

export interface WaitQueueObject {
  /**
   * Blocks until notified, or for `timeout` milliseconds. `condition` is asked once this agent is in the queue: where
   * it is false, `wait` does not block and returns "not-equal". Throws on an agent that must not block.
   */
  wait(timeout?: number, condition?: () => boolean): WaitOutcome;
  /** Wakes up to `count` waiters, in the order in which they came; returns how many. */
  notify(count?: number): number;
  /** Joins the queue at once; the promise is settled when notified or after `timeout` milliseconds. */
  waitAsync(timeout?: number): AsyncWait;
}
export interface WaitQueueConstructor {
  new (): WaitQueueObject;
  readonly prototype: WaitQueueObject;
}

/** A timeout as `Atomics.wait` takes it. */
function milliseconds(timeout: unknown): number {
  // Unlike `Number`, this refuses BigInts.
  const number = timeout === undefined ? Number.POSITIVE_INFINITY : +(timeout as number);
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : Math.max(number, 0);
}

/** A count as `Atomics.notify` takes it. */
function countOf(count: unknown): number {
  const number = count === undefined ? Number.POSITIVE_INFINITY : Math.trunc(+(count as number));
  return Number.isNaN(number) ? 0 : Math.min(Math.max(number, 0), 0xffffffff);
}

const outcomes = {
  [WaitResult.woken]: "ok",
  [WaitResult.notEqual]: "not-equal",
  [WaitResult.timedOut]: "timed-out",
} as const;

/** The class for one agent. */
export function createWaitQueueClass(agent: Mutator, objects: Objects, waitQueues: WaitQueues): WaitQueueConstructor {
  const addressOf = (value: unknown): number => {
    const address = objects.describe(value)?.address;
    if (address === undefined || !waitQueues.isQueue(address))
      throw new TypeError("a WaitQueue of this store is expected");
    return address >>> 0;
  };
  const settle = async (queue: object, address: number, timeout: number): Promise<"ok" | "timed-out"> => {
    const result = await waitQueues.waitAsync(address, timeout);
    // The object holds the handle that keeps the queue, up to here.
    addressOf(queue);
    return result === WaitResult.woken ? "ok" : "timed-out";
  };

  class WaitQueue implements WaitQueueObject {
    constructor() {
      agent.asMutator((sp) => objects.adopt(this, waitQueues.create(sp), true));
    }
    wait(timeout?: number, condition?: () => boolean): WaitOutcome {
      return outcomes[waitQueues.wait(addressOf(this), milliseconds(timeout), condition)];
    }
    notify(count?: number): number {
      return waitQueues.notifyFromJs(addressOf(this), countOf(count));
    }
    waitAsync(timeout?: number): AsyncWait {
      const address = addressOf(this);
      const time = milliseconds(timeout);
      return time === 0 ? { async: false, value: "timed-out" } : { async: true, value: settle(this, address, time) };
    }
  }
  Object.defineProperty(WaitQueue.prototype, Symbol.toStringTag, {
    value: "WebAssembly.WaitQueue",
    configurable: true,
  });
  return WaitQueue;
}
