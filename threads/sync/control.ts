/**
 * What all agents of a store share beside the heap's own words: the job queue, where agents sleep, and the directory:
 * where else things are that all agents find, and numbers that are given out once.
 */

import { JS_TAG } from "../../gc/heap/exception-objects.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { createAgentRecords } from "./agent-records.ts";
import { JobQueue } from "./job-queue.ts";
import { OwnedLocks } from "./owned-lock.ts";
import { Parking } from "./parking.ts";
import { SharedWords, sharedWordsBytes, Word } from "./shared-words.ts";
import { Tickets } from "./tickets.ts";

/** What a store's shared words are made with. */
export interface ControlOptions {
  /** How many agents there can be. */
  readonly agents: number;
  /** What `thread.available_parallelism` answers. */
  readonly parallelism: number;
  /** Whether the creator may sleep for a lock. */
  readonly mayBlock: boolean;
  /** What agents are to say of their waits (agent-records.ts). */
  readonly watchMode: number;
}

/** Addresses of what else all agents share, made before. */
export interface SharedRecords {
  /** What wait queues need (wait-queues.ts). */
  readonly waitNodes: number;
  /** The record of thread-bound data (thread-bound-data.ts). */
  readonly threadBound: number;
  /** The records of shared strings and numbers (shared-values.ts). */
  readonly sharedValues: number;
}

/** The shared words, as one agent uses them. */
export class Control {
  readonly address: number;
  readonly jobs: JobQueue;
  readonly parking: Parking;
  readonly tickets: Tickets;
  readonly #heap: Heap;
  readonly #words: SharedWords;
  readonly #locks: OwnedLocks;

  private constructor(heap: Heap, address: number, id: number, mayBlock: boolean) {
    this.#heap = heap;
    this.address = address;
    this.#words = new SharedWords(heap, address);
    this.#locks = new OwnedLocks({ heap, id, mayBlock });
    this.parking = new Parking(this.#words, id);
    this.tickets = new Tickets(this.#words);
    this.jobs = new JobQueue(heap, this.#words, this.#locks, this.parking, id);
  }

  /** Lays out the block in a fresh heap, for the creator. */
  static create(
    heap: Heap,
    { agents, parallelism, mayBlock, watchMode }: ControlOptions,
    records: SharedRecords,
  ): Control {
    const control = new Control(heap, heap.allocatePermanent(sharedWordsBytes(agents)), 0, mayBlock);
    const words = control.#words;
    words.store(Word.parallelism, parallelism);
    words.store(Word.agentCount, agents);
    words.store(Word.tags, JS_TAG + 1);
    words.store(Word.installing, -1);
    words.store(Word.boundRecord, records.threadBound);
    words.store(Word.sharedValues, records.sharedValues);
    words.store(Word.waitNodes, records.waitNodes);
    words.store(Word.agentRecords, createAgentRecords(heap, agents, watchMode));
    control.jobs.create();
    return control;
  }

  /** The block as another agent sees it. */
  static join(heap: Heap, address: number, id: number, mayBlock: boolean): Control {
    return new Control(heap, address, id, mayBlock);
  }

  /** The heap memory's words. */
  get words(): Int32Array<ArrayBufferLike> {
    return this.#heap.words;
  }

  /** Whether no Worker will take jobs any more. */
  get isClosed(): boolean {
    return this.#words.load(Word.closed) !== 0;
  }
  close(): void {
    this.#words.store(Word.closed, 1);
  }

  get parallelism(): number {
    return this.#words.load(Word.parallelism);
  }
  get waitNodes(): number {
    return this.#words.load(Word.waitNodes) >>> 0;
  }
  /** Address of the agents' records. */
  get agentRecords(): number {
    return this.#words.load(Word.agentRecords) >>> 0;
  }
  get threadBoundRecord(): number {
    return this.#words.load(Word.boundRecord);
  }
  get sharedValueRecords(): number {
    return this.#words.load(Word.sharedValues);
  }
  /** How many agents there have been. */
  get lives(): number {
    return this.#words.load(Word.lives);
  }
  /** A number that no agent had before. */
  nextLife(): number {
    return this.#words.add(Word.lives, 1);
  }
  /** Address of the word with the install log's first entry. */
  get installLog(): number {
    return this.address + Word.installLog;
  }
  /** Address of two words: where the first chunk of posts is, and the first free post (posts.ts). */
  get posts(): number {
    return this.address + Word.posts;
  }
  /** First function index that may belong to an instance which is not in the log yet. */
  get installingFrom(): number {
    return this.#words.load(Word.installing) >>> 0;
  }
  set installingFrom(index: number) {
    this.#words.store(Word.installing, index);
  }
  get installs(): number {
    return this.#words.load(Word.installs);
  }
  /**
   * Counts an instance that is about to be announced. Race: counted after the announcement, a job could overtake it.
   */
  announceInstall(): void {
    this.#words.add(Word.installs, 1);
  }
  /** Hands out `count` tag numbers and returns the first. */
  reserveTags(count: number): number {
    return this.#words.add(Word.tags, count);
  }

  /** Runs `body` alone among all agents. Bodies are short, call no user code and need no other lock of ours. */
  locked<T>(body: () => T): T {
    return this.#locks.locked(this.address + Word.lock, body, undefined);
  }

  /** Frees the lock if the dead agent `id` held it. */
  breakLock(id: number): void {
    this.#locks.breakDead(this.address + Word.lock, id);
  }

  /** Makes the words of agent `id` those of a new agent. */
  resetAgent(id: number): void {
    this.#words.resetAgent(id);
  }

  /** Address of the type record of a function index. */
  functionType(index: number): number {
    return this.#heap.functionType(index);
  }
}
