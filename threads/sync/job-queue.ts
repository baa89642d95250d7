/**
 * The queue of jobs for Workers, in shared memory, so that a job reaches one without anybody's event loop. A ring that
 * grows:
 *
 *      0  capacity  entries, a power of two
 *     16  entries   16 bytes each: kind, target, argument, id
 *
 * Jobs come and go under the lock; the last store is what puts one into the queue, or takes it out.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import type { OwnedLocks } from "./owned-lock.ts";
import type { Parking } from "./parking.ts";
import { AgentWord, type SharedWords, Word } from "./shared-words.ts";

const RING_HEADER = 16;
const ENTRY_BYTES = 16;
const INITIAL_CAPACITY = 256;

/** What a queue entry asks for. */
export const JobKind = {
  none: 0,
  /** A thread that wasm code spawned: `target` is a function index, `argument` its i32. */
  thread: 1,
  /** A call that JS waits for: `target` is a function index, `argument` the address of its operands. */
  call: 2,
  /**
   * Instantiate a module on the agent and call an export: `target` is a template's number, `argument` the address of
   * the operands.
   */
  run: 3,
} as const;
export type JobKind = (typeof JobKind)[keyof typeof JobKind];

/** An entry of the job queue. `id` is the thread's or the call's. */
export interface Job {
  readonly kind: JobKind;
  readonly target: number;
  readonly argument: number;
  readonly id: number;
}

/** The queue, and the count of the threads in it and out of it, as agent `id` uses them. */
export class JobQueue {
  readonly #heap: Heap;
  readonly #words: SharedWords;
  readonly #locks: OwnedLocks;
  readonly #parking: Parking;
  readonly #id: number;
  /** Address of the lock. */
  readonly #lock: number;

  constructor(heap: Heap, words: SharedWords, locks: OwnedLocks, parking: Parking, id: number) {
    this.#heap = heap;
    this.#words = words;
    this.#locks = locks;
    this.#parking = parking;
    this.#id = id;
    this.#lock = words.address + Word.lock;
  }

  /** Makes the ring, in a fresh heap. */
  create(): void {
    this.#growRing(INITIAL_CAPACITY);
  }

  /** Jobs that no agent has taken yet. */
  get queued(): number {
    return this.#words.queued;
  }
  /** Jobs taken so far: tells whether the queue moves. */
  get taken(): number {
    return this.#words.load(Word.queueHead);
  }

  /** Threads that wasm code spawned and that have not ended. */
  get liveThreads(): number {
    return this.#words.load(Word.liveThreads);
  }
  /** Counts a new thread and returns its id. */
  beginThread(): number {
    this.#words.add(Word.liveThreads, 1);
    return this.#words.add(Word.threads, 1);
  }
  /** Counts a thread's end; true when it was the last that lived. */
  endThread(): boolean {
    return this.#words.add(Word.liveThreads, -1) === 1;
  }

  #growRing(capacity: number): void {
    const old = this.#words.load(Word.queueRing) >>> 0;
    const address = this.#heap.allocatePermanent(RING_HEADER + capacity * ENTRY_BYTES);
    const words = this.#words.reach(address + RING_HEADER + capacity * ENTRY_BYTES);
    words[address >>> 2] = capacity;
    for (
      let at = this.#words.load(Word.queueHead);
      old !== 0 && at !== this.#words.load(Word.queueTail);
      at = (at + 1) | 0
    ) {
      const from = entryIndex(old, words[old >>> 2]!, at);
      words.copyWithin(entryIndex(address, capacity, at), from, from + ENTRY_BYTES / 4);
    }
    this.#words.store(Word.queueRing, address);
  }

  /** Index of queue entry `at`, in `#view`. */
  #entry(at: number): number {
    const ring = this.#words.load(Word.queueRing) >>> 0;
    const capacity = this.#words.reach(ring)[ring >>> 2]!;
    this.#words.reach(ring + RING_HEADER + capacity * ENTRY_BYTES);
    return entryIndex(ring, capacity, at);
  }

  /** Puts a job at the end of the queue and wakes a parked agent; false when none was parked. */
  submit(job: Job): boolean {
    this.#locks.locked(this.#lock, this.#put, job);
    return this.#parking.nudge();
  }

  readonly #put = (job: Job): void => {
    const tail = this.#words.load(Word.queueTail);
    const ring = this.#words.load(Word.queueRing) >>> 0;
    const capacity = this.#words.reach(ring)[ring >>> 2]!;
    if (((tail - this.#words.load(Word.queueHead)) | 0) === capacity) this.#growRing(capacity * 2);
    const entry = this.#entry(tail);
    const words = this.#words.view;
    words[entry] = job.kind;
    words[entry + 1] = job.target;
    words[entry + 2] = job.argument;
    words[entry + 3] = job.id;
    // Last: an agent that dies before has added nothing.
    this.#words.store(Word.queueTail, (tail + 1) | 0);
  };

  /** Takes the oldest job for this agent and notes it in the agent's record. */
  take(): Job | undefined {
    if (this.queued === 0) return undefined;
    return this.#locks.locked(this.#lock, this.#takeOldest, this.#id);
  }

  readonly #takeOldest = (id: number): Job | undefined => {
    if (this.queued === 0) return undefined;
    const head = this.#words.load(Word.queueHead);
    const entry = this.#entry(head);
    const words = this.#words.view;
    const job = {
      kind: words[entry]! as JobKind,
      target: words[entry + 1]!,
      argument: words[entry + 2]!,
      id: words[entry + 3]!,
    };
    const record = this.#words.indexOf(id, 0);
    words[record + AgentWord.job] = job.id;
    words[record + AgentWord.jobBlock] = job.argument;
    words[record + AgentWord.jobTarget] = job.target;
    Atomics.store(words, record + AgentWord.jobKind, job.kind);
    // Last: a job of an agent that dies before is still in the queue, and its record says what is done already where it
    // is not.
    this.#words.store(Word.queueHead, (head + 1) | 0);
    return job;
  };

  /** Says that this agent's job has ended; true when it was the last thread that lived. */
  finish(kind: JobKind): boolean {
    return this.#locks.critical(this.#noteEnd, kind, this.#id);
  }

  readonly #noteEnd = (kind: JobKind, id: number): boolean => {
    Atomics.store(this.#words.view, this.#words.indexOf(id, AgentWord.jobKind), -kind);
    return kind === JobKind.thread && this.endThread();
  };

  /** The job that agent `id` was at last; `ended` where it has none now. */
  of(id: number): { kind: JobKind; ended: boolean; id: number; block: number; target: number } {
    const record = this.#words.indexOf(id, 0);
    const kind = Atomics.load(this.#words.view, record + AgentWord.jobKind);
    return {
      kind: Math.abs(kind) as JobKind,
      ended: kind <= 0,
      id: this.#words.view[record + AgentWord.job]!,
      block: this.#words.view[record + AgentWord.jobBlock]!,
      target: this.#words.view[record + AgentWord.jobTarget]!,
    };
  }
}

function entryIndex(ring: number, capacity: number, at: number): number {
  return (ring + RING_HEADER + (at & (capacity - 1)) * ENTRY_BYTES) >>> 2;
}
