/**
 * Wait queues (shared-everything threads, "Managed Waiter Queues"), as one agent works them; wait-queue-layout.ts draws
 * them.
 *
 * A waiter takes the queue's lock, counts itself, compares the control word and puts its node at the list's end, all
 * before it unlocks; who notifies takes nodes from the front under the same lock. So wake-ups are in order, and a
 * notification that follows a change of the control word misses nobody. A sleeping agent looks at its node's state
 * only: there are no spurious wake-ups.
 *
 * An agent may die anywhere in here. The lock says whose it is, a node says in its state whether it still waits, and
 * every change of the list is one store; so whoever buries the agent walks the list and makes count and tail right
 * again (`bury`).
 */

import { RuntimeError } from "../../core/base/errors.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { writeRecord } from "../../gc/heap/type-records.ts";
import { KIND_WAIT_QUEUE, NO_TYPE } from "../../gc/layout/record-kinds.ts";
import {
  NODE_BYTES,
  NODE_CHAIN,
  NODE_IDLE,
  NODE_LOCKING,
  NODE_NEXT,
  NODE_QUEUE,
  NODE_STATE,
  NODE_WAITING,
  NODE_WOKEN,
  QUEUE_BYTES,
  QUEUE_HEAD,
  QUEUE_LOCK,
  QUEUE_TAIL,
  QUEUE_WAITERS,
  QUEUE_WAKING,
} from "../../gc/layout/wait-queue-layout.ts";
import { type Address, addressOf } from "../../gc/objects.ts";
import type { ProvidedImports } from "../../lower/host/host-imports.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import { hardwareConcurrency } from "../host/host.ts";
import type { Gate } from "../sync/gate.ts";
import { OwnedLocks } from "../sync/owned-lock.ts";
import { wordChange } from "../sync/word-change.ts";
import type { WaitWatch } from "./wait-watch.ts";

/** The block of a store's first nodes: the record of wait queues, then a node for each agent. */
const NODES = 32;
/**
 * So many times a wait looks at its control word before it joins the queue: about as long as to put a thread to sleep
 * takes, some microseconds.
 */
const SPINS = 4000;
const POLL_MILLISECONDS = 4;

/** How a wait ended, as the instructions say it. */
export const WaitResult = { woken: 0, notEqual: 1, timedOut: 2 } as const;
export type WaitResult = (typeof WaitResult)[keyof typeof WaitResult];

/** Makes what the wait queues of a store need; returns the block's address. */
export function createWaitNodes(heap: Heap, agents: number): number {
  const block = heap.allocatePermanent(NODES + agents * NODE_BYTES);
  heap.words[block >>> 2] = writeRecord(heap, {
    kind: KIND_WAIT_QUEUE,
    size: QUEUE_BYTES,
    references: [],
    id: NO_TYPE,
    supertypes: [],
  });
  return block;
}

/** What wait queues ask of their agent. */
export interface WaitingAgent {
  readonly id: number;
  readonly heap: Heap;
  readonly gate: Gate;
  readonly control: { readonly waitNodes: number };
  readonly mayBlock: boolean;
  readonly watch: WaitWatch;
  /** Raises a trap. */
  raise(code: TrapCode): never;
  readonly traps: { raiseUntranslated(error: RuntimeError): never };
}

/** The wait queues, for one agent. */
export class WaitQueues {
  readonly #heap: Heap;
  readonly #gate: Gate;
  readonly #block: number;
  readonly #id: number;
  readonly #mayBlock: boolean;
  readonly #locks: OwnedLocks;
  readonly #raise: (code: TrapCode) => never;
  readonly #watch: WaitWatch;
  readonly #raiseInLowered: (error: RuntimeError) => never;
  /** Nodes of this agent that no promise uses. */
  readonly #free: number[] = [];
  /**
   * Whether this agent sleeps: what it calls meanwhile, about a deadlock, must not sleep again, with the node that is
   * in a list.
   */
  #isAsleep = false;

  constructor(agent: WaitingAgent) {
    const { heap, gate, control, id, mayBlock, watch } = agent;
    this.#heap = heap;
    this.#gate = gate;
    this.#block = control.waitNodes;
    this.#id = id;
    this.#mayBlock = mayBlock;
    this.#locks = new OwnedLocks(agent);
    this.#watch = watch;
    this.#raise = (code) => agent.raise(code);
    this.#raiseInLowered = (error) => agent.traps.raiseUntranslated(error);
    // Those of an earlier agent with this id.
    for (let node = this.#load(this.#node(id) + NODE_CHAIN); node !== 0; node = this.#load(node + NODE_CHAIN))
      this.#free.push(node);
  }

  #load(address: number): number {
    return Atomics.load(this.#heap.words, address >>> 2);
  }
  #store(address: number, value: number): void {
    Atomics.store(this.#heap.words, address >>> 2, value);
  }
  /** The node that agent `id` sleeps with. */
  #node(id: number): number {
    return this.#block + NODES + id * NODE_BYTES;
  }

  /** Whether the agent may wait now. */
  get mayBlock(): boolean {
    return this.#mayBlock && !this.#isAsleep;
  }

  /** The functions that lowered code calls (lower/host/lowered.ts). */
  imports(): Pick<ProvidedImports<"heap">, "newQueue" | "notifyQueue" | "waitBegin" | "waitEnd"> {
    return {
      newQueue: (sp: number) => this.create(sp) | 0,
      notifyQueue: (queue: number, count: number) => this.notify(queue >>> 0, count >>> 0),
      waitBegin: (queue: number) => this.#begin(queue >>> 0),
      waitEnd: (queue: number, matches: number, timeout: bigint, sp: number) =>
        this.#end(queue >>> 0, matches !== 0, timeout, sp),
    };
  }

  /** A new queue. The agent is a mutator with the shadow stack up to `sp`. */
  create(sp: number): Address {
    const queue = addressOf(this.#heap.runtime.allocate(QUEUE_BYTES, sp));
    if (queue === 0) this.#raise(TrapCode.outOfMemory);
    const { words } = this.#heap;
    words.fill(0, queue >>> 2, (queue + QUEUE_BYTES) >>> 2);
    words[queue >>> 2] = words[this.#block >>> 2] as number;
    return queue;
  }

  /** Whether a wait queue lies at this address of an object. */
  isQueue(object: number): boolean {
    return this.#heap.objects.isOf(object, this.#load(this.#block));
  }

  /**
   * How often a wait looks at its control word before it begins: not at all on an agent that must not block, or that is
   * alone on its core.
   */
  get spins(): number {
    return this.#mayBlock && hardwareConcurrency() > 1 ? SPINS : 0;
  }

  /** How many wait. */
  waiters(queue: number): number {
    return this.#load(queue + QUEUE_WAITERS);
  }

  #begin(queue: number): void {
    this.#heap.needStack();
    if (!this.mayBlock) this.#raise(TrapCode.blockingForbidden);
    this.#lock(queue);
    // Race: counted before the control word is read, so that who changes the word and then reads the count misses no
    // waiter.
    this.#store(queue + QUEUE_WAITERS, this.#load(queue + QUEUE_WAITERS) + 1);
  }

  #end(queue: number, matches: boolean, timeout: bigint, sp: number): WaitResult {
    if (!matches) {
      this.#store(queue + QUEUE_WAITERS, this.#load(queue + QUEUE_WAITERS) - 1);
      this.#unlock(queue);
      return WaitResult.notEqual;
    }
    const node = this.#node(this.#id);
    this.#append(queue, node);
    this.#unlock(queue);
    this.#gate.leave(sp);
    const result = this.#sleep(node, timeout < 0n ? Number.POSITIVE_INFINITY : Number(timeout) / 1e6);
    this.#gate.enter();
    if (result instanceof RuntimeError) this.#raiseInLowered(result);
    return result;
  }

  /**
   * Sleeps until `node` is woken, or for so many milliseconds. The agent is in a safe region, and something keeps the
   * node's queue. The result is an error where the wait was ended because of a deadlock.
   */
  #sleep(node: number, milliseconds: number): WaitResult | RuntimeError {
    const watch = this.#watch;
    const state = (node + NODE_STATE) >>> 2;
    const start = performance.now();
    const isEndless = milliseconds === Number.POSITIVE_INFINITY;
    this.#isAsleep = true;
    watch.beginQueueWait(node, isEndless, start);
    let patience = watch.patience;
    let verdict: string | undefined;
    let waited = 0;
    // A host may sleep shorter than told, by its clock's grain, and others wake this agent for it to look around.
    while (Atomics.load(this.#heap.words, state) === NODE_WAITING && waited < milliseconds && verdict === undefined) {
      Atomics.wait(this.#heap.words, state, NODE_WAITING, Math.min(milliseconds, patience) - waited);
      waited = performance.now() - start;
      if (Atomics.load(this.#heap.words, state) !== NODE_WAITING) break;
      if (waited >= patience) patience = watch.lasts(isEndless, patience);
      else if (isEndless && patience !== watch.patience) watch.look();
      verdict = watch.verdict;
    }
    const isWoken = this.#leave(node);
    watch.end();
    this.#isAsleep = false;
    if (isWoken) return WaitResult.woken;
    return verdict === undefined ? WaitResult.timedOut : new RuntimeError(verdict, { code: "deadlock" });
  }

  /** Ends the wait of a node, if it waits; true where it was woken, however late. */
  #leave(node: number): boolean {
    return this.#locks.critical(this.#leaveQueue, node);
  }

  readonly #leaveQueue = (node: number): boolean => {
    if (this.#load(node + NODE_STATE) === NODE_WAITING) {
      const queue = this.#load(node + NODE_QUEUE) >>> 0;
      this.#lock(queue);
      // Race: who notifies may have woken the node before the lock was taken.
      if (this.#load(node + NODE_STATE) === NODE_WAITING) {
        this.#store(node + NODE_STATE, NODE_IDLE);
        this.#repair(queue);
      }
      this.#unlock(queue);
    }
    const woken = this.#load(node + NODE_STATE) === NODE_WOKEN;
    this.#store(node + NODE_STATE, NODE_IDLE);
    return woken;
  };

  /** Puts a node at the end. The queue is locked and has counted it. */
  #append(queue: number, node: number): void {
    this.#store(node + NODE_NEXT, 0);
    this.#store(node + NODE_QUEUE, queue);
    this.#store(node + NODE_STATE, NODE_WAITING);
    const tail = this.#load(queue + QUEUE_TAIL);
    this.#store(tail === 0 ? queue + QUEUE_HEAD : tail + NODE_NEXT, node);
    this.#store(queue + QUEUE_TAIL, node);
  }

  /**
   * Wakes up to `count` waiters, those first that came first; returns how many. The queue is kept by whoever calls, a
   * mutator.
   */
  notify(queue: number, count: number): number {
    if (count === 0) return 0;
    this.#heap.needStack();
    return this.#notify(queue, count);
  }

  readonly #notify = (queue: number, count: number): number => {
    this.#lock(queue);
    let woken = 0;
    let node = this.#load(queue + QUEUE_HEAD);
    while (node !== 0 && woken < count) {
      const next = this.#load(node + NODE_NEXT);
      // Off the list first: a woken agent may put its node into another queue's list at once.
      this.#store(queue + QUEUE_WAKING, node);
      this.#store(queue + QUEUE_HEAD, next);
      this.#wake(node);
      woken++;
      node = next;
    }
    if (node === 0) this.#store(queue + QUEUE_TAIL, 0);
    this.#store(queue + QUEUE_WAKING, 0);
    this.#store(queue + QUEUE_WAITERS, this.#load(queue + QUEUE_WAITERS) - woken);
    this.#unlock(queue);
    return woken;
  };

  /** The same for JS, in a safe region. */
  notifyFromJs(queue: number, count: number): number {
    if (count === 0) return 0;
    return this.#locks.critical(this.#notify, queue, count);
  }

  #wake(node: number): void {
    this.#store(node + NODE_STATE, NODE_WOKEN);
    Atomics.notify(this.#heap.words, (node + NODE_STATE) >>> 2);
  }

  #waitsIn(queue: number, node: number): boolean {
    return this.#load(node + NODE_STATE) === NODE_WAITING && this.#load(node + NODE_QUEUE) === (queue | 0);
  }

  /**
   * Waits on a queue from JS, with the queue kept by a handle. `condition` is asked once the agent is in the list:
   * false ends the wait, so that a notification after a change which `condition` sees is not missed.
   */
  wait(queue: number, milliseconds: number, condition?: () => boolean): WaitResult {
    if (!this.mayBlock) throw new TypeError("this agent must not block: use waitAsync");
    const node = this.#take();
    this.#join(queue, node);
    try {
      if (condition?.() === false) return this.#leave(node) ? WaitResult.woken : WaitResult.notEqual;
      const result = this.#sleep(node, milliseconds);
      if (result instanceof RuntimeError) throw result;
      return result;
    } finally {
      // Where `condition` threw, the node still waits.
      this.#leave(node);
      this.#free.push(node);
    }
  }

  /** The queue that a waiter's node is in; undefined where it is in none. */
  queueOf(node: number): number | undefined {
    return this.#load(node + NODE_STATE) === NODE_WAITING ? this.#load(node + NODE_QUEUE) >>> 0 : undefined;
  }

  /** Has the agent that sleeps with a node look around. */
  rouse(node: number): void {
    Atomics.notify(this.#heap.words, (node + NODE_STATE) >>> 2);
  }

  /** Joins a queue, which the caller keeps until the promise is settled. */
  async waitAsync(queue: number, milliseconds: number): Promise<WaitResult> {
    const node = this.#take();
    this.#join(queue, node);
    const state = (node + NODE_STATE) >>> 2;
    const deadline = performance.now() + milliseconds;
    while (this.#load(node + NODE_STATE) === NODE_WAITING && performance.now() < deadline) {
      await wordChange(this.#heap.words, state, NODE_WAITING, deadline - performance.now(), POLL_MILLISECONDS);
    }
    const woken = this.#leave(node);
    this.#free.push(node);
    return woken ? WaitResult.woken : WaitResult.timedOut;
  }

  #join(queue: number, node: number): void {
    this.#locks.critical(this.#joinQueue, queue, node);
  }

  readonly #joinQueue = (queue: number, node: number): void => {
    this.#lock(queue);
    this.#store(queue + QUEUE_WAITERS, this.#load(queue + QUEUE_WAITERS) + 1);
    this.#append(queue, node);
    this.#unlock(queue);
  };

  /** A node of this agent beside the one that it sleeps with. */
  #take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const node = this.#heap.allocatePermanent(NODE_BYTES);
    const first = this.#node(this.#id) + NODE_CHAIN;
    this.#store(node + NODE_CHAIN, this.#load(first));
    this.#store(first, node);
    return node;
  }

  #lock(queue: number): void {
    // Race: an agent that dies right after it took the lock is found with it, since whoever buries it looks there.
    this.#store(this.#node(this.#id) + NODE_LOCKING, queue);
    this.#locks.acquire(queue + QUEUE_LOCK);
  }

  #unlock(queue: number): void {
    this.#locks.release(queue + QUEUE_LOCK);
    // Race: cleared before the lock is free, the lock of an agent that dies in between would be taken for ever.
    this.#store(this.#node(this.#id) + NODE_LOCKING, 0);
  }

  /** Takes the nodes out of the list that do not wait, and makes count and tail right. The queue is locked. */
  #repair(queue: number): void {
    let link = queue + QUEUE_HEAD;
    let last = 0;
    let waiters = 0;
    for (let node = this.#load(link); node !== 0; node = this.#load(node + NODE_NEXT)) {
      if (!this.#waitsIn(queue, node)) continue;
      if (this.#load(link) !== node) this.#store(link, node);
      link = node + NODE_NEXT;
      last = node;
      waiters++;
    }
    this.#store(link, 0);
    this.#store(queue + QUEUE_TAIL, last);
    this.#store(queue + QUEUE_WAITERS, waiters);
  }

  /**
   * Takes the dead agent `id` out of all queues. Called before the heap reclaims the agent: until then its roots, or
   * its never reaching a safepoint, keep the queues that it was at.
   */
  bury(id: number): void {
    const own = this.#node(id);
    const locking = this.#load(own + NODE_LOCKING) >>> 0;
    if (locking !== 0 && this.#locks.takeOver(locking + QUEUE_LOCK, id)) {
      this.#finishWaking(locking);
      this.#repair(locking);
      this.#unlock(locking);
    }
    this.#store(own + NODE_LOCKING, 0);
    for (let node = own; node !== 0; node = this.#load(node + NODE_CHAIN)) {
      if (this.#load(node + NODE_STATE) === NODE_WAITING) this.#leave(node);
      this.#store(node + NODE_STATE, NODE_IDLE);
    }
  }

  /** Wakes the node that an agent, before it died, took off the list to wake it. */
  #finishWaking(queue: number): void {
    const node = this.#load(queue + QUEUE_WAKING);
    this.#store(queue + QUEUE_WAKING, 0);
    if (node === 0 || this.#load(queue + QUEUE_HEAD) === node) return;
    if (this.#waitsIn(queue, node)) this.#wake(node);
    else Atomics.notify(this.#heap.words, (node + NODE_STATE) >>> 2);
  }
}
