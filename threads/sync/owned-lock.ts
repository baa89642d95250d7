/**
 * Locks that know their owner, and critical sections, as one agent has them (gc/layout/owned-lock.ts has the word and
 * the protocol).
 *
 * A lock is held by a mutator, or in a critical section: either way an agent that is condemned
 * (gc/runtime/base/condemn.ts) comes to rest without it. Bodies are given as functions with their arguments beside
 * them, so that a call makes no closure.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { LOCK_CONTENDED, LOCK_LOOKS, LOCK_OWNER, LOCK_PATIENCE } from "../../gc/layout/owned-lock.ts";

/** What locks ask of their agent. */
export interface LockingAgent {
  readonly id: number;
  readonly heap: Pick<Heap, "words" | "needStack" | "runtime">;
  /** Whether the agent may sleep for a lock: otherwise it looks until the lock is free. */
  readonly mayBlock: boolean;
}

/** One agent's side of all locks. A lock is named by its address, and is not taken again by who has it. */
export class OwnedLocks {
  readonly #heap: LockingAgent["heap"];
  readonly #owner: number;
  readonly #mayBlock: boolean;

  constructor({ heap, id, mayBlock }: LockingAgent) {
    this.#heap = heap;
    this.#owner = id + 1;
    this.#mayBlock = mayBlock;
  }

  /**
   * Takes a lock. The agent is a mutator or in a critical section, and has enough of the host's stack to give the lock
   * back.
   */
  acquire(lock: number): void {
    const { words } = this.#heap;
    const cell = lock >>> 2;
    let mine = this.#owner;
    for (let looks = 0; ; looks++) {
      // Acquires: what the last owner wrote before it freed the lock is seen from here on.
      const found = Atomics.compareExchange(words, cell, 0, mine);
      if (found === 0) return;
      if (looks < LOCK_LOOKS || !this.#mayBlock) continue;
      // Freeing wakes one sleeper, which does not know whether others still sleep: its own release must wake the next.
      mine = this.#owner | LOCK_CONTENDED;
      const contended = found | LOCK_CONTENDED;
      // Race: set before the wait compares, so that an owner that frees the lock in between either notifies, or the
      // comparison fails.
      if (found !== contended && Atomics.compareExchange(words, cell, found, contended) !== found) continue;
      // With a time limit: a dead owner notifies nobody, and its lock is freed only when it is buried.
      Atomics.wait(words, cell, contended, LOCK_PATIENCE);
    }
  }

  /** Frees a lock that this agent has. */
  release(lock: number): void {
    const { words } = this.#heap;
    const cell = lock >>> 2;
    // Releases, and reads in the same step: between a load and a store a waiter could set the bit and sleep, to be
    // woken by nobody.
    if ((Atomics.exchange(words, cell, 0) & LOCK_CONTENDED) !== 0) Atomics.notify(words, cell, 1);
  }

  /** Makes a lock this agent's if the dead agent `id` has it; false, and nothing is changed, where it has not. */
  takeOver(lock: number, id: number): boolean {
    const { words } = this.#heap;
    const cell = lock >>> 2;
    for (;;) {
      const found = Atomics.load(words, cell);
      if ((found & LOCK_OWNER) !== id + 1) return false;
      // Race: a waiter may set the bit after the load and sleep. With the bit in any case, whoever sleeps is woken by
      // the release.
      if (Atomics.compareExchange(words, cell, found, this.#owner | LOCK_CONTENDED) === found) return true;
    }
  }

  /** Frees a lock if the dead agent `id` has it and what it guards needs no mending. */
  breakDead(lock: number, id: number): void {
    if (this.takeOver(lock, id)) this.release(lock);
  }

  /**
   * Runs `body` as a whole or, where the agent is condemned, not at all. Bodies are short and call no user code; the
   * agent is no mutator.
   */
  critical<First, Second, Result>(
    body: (first: First, second: Second) => Result,
    first: First,
    second?: Second,
  ): Result {
    const { beginCritical, endCritical } = this.#heap.runtime;
    // Race: out of stack between both ends, the agent could not say that it is through, and `condemn` would wait for it
    // for ever.
    this.#heap.needStack();
    beginCritical();
    try {
      return body(first, second as Second);
    } finally {
      endCritical();
    }
  }

  /** The same with a lock: alone among all agents. The body needs no other lock of ours. */
  locked<Argument, Result>(lock: number, body: (argument: Argument) => Result, argument: Argument): Result {
    const { beginCritical, endCritical } = this.#heap.runtime;
    this.#heap.needStack();
    // Race: were the lock taken first, the agent could come to rest between both with a lock that its creator waits
    // for.
    beginCritical();
    try {
      this.acquire(lock);
      try {
        return body(argument);
      } finally {
        this.release(lock);
      }
    } finally {
      endCritical();
    }
  }
}
