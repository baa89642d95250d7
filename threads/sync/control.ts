/**
 * The words that all agents of a store share beside the heap's own: one permanent block of the heap memory.
 *
 *      0  LOCK              of the job queue and of what is `locked` (owned-lock.ts)
 *      4  INSTALLS          how many instances were announced to all agents
 *      8  QUEUE_HEAD        entries ever taken from the job queue
 *     12  QUEUE_TAIL        entries ever put into it
 *     16  QUEUE_RING        address of the ring: u32 capacity (a power of two), 12 unused bytes, then 16 bytes an entry
 *     20  THREADS           threads that wasm code spawned so far: the next one's id
 *     24  LIVE_THREADS      of these, how many have not ended
 *     28  PARALLELISM       what `thread.available_parallelism` answers
 *     32  TAGS              next tag number
 *     36  AGENT_COUNT       how many agents there can be
 *     40  WAIT_NODES        address of what wait queues need (wait-queues.ts)
 *     44  INSTALL_LOG       first entry of the install log (install-log.ts), or 0
 *     48  INSTALLING        first function index of an instance that is on its way into the log, or -1
 *     52  LIVES             agents there have been
 *     56  BOUND_RECORD      address of the record of thread-bound data
 *     60  SHARED_VALUES     address of the records of shared strings and numbers (shared-values.ts)
 *     64  AGENT_RECORDS     address of what agents say of themselves (agent-records.ts)
 *     68  CLOSED            1 when no Worker will take jobs any more
 *     96  AGENTS            32 bytes for each agent: STATE, SENT, JOB_KIND, JOB, JOB_BLOCK, JOB_TARGET
 *
 * Everything between LOCK's two ends is committed by one store, the last, so that an agent that dies with the lock leaves the old
 * state or the new one; whoever buries it frees the lock (`breakLock`).
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { JS_TAG } from "../../gc/layout/exception-layout.ts";
import { FUNCTION_TYPES_POINTER } from "../../gc/layout/layout.ts";
import { createSharedValueRecords } from "../values/shared-values.ts";
import { createThreadBoundRecord } from "../values/thread-bound-data.ts";
import { createWaitNodes } from "../wait/wait-queues.ts";
import { createAgentRecords } from "./agent-records.ts";
import { OwnedLocks } from "./owned-lock.ts";

const LOCK = 0;
const INSTALLS = 4;
const QUEUE_HEAD = 8;
const QUEUE_TAIL = 12;
const QUEUE_RING = 16;
const THREADS = 20;
const LIVE_THREADS = 24;
const PARALLELISM = 28;
const TAGS = 32;
const AGENT_COUNT = 36;
const WAIT_NODES = 40;
const INSTALL_LOG = 44;
const INSTALLING = 48;
const LIVES = 52;
const BOUND_RECORD = 56;
const SHARED_VALUES = 60;
const AGENT_RECORDS = 64;
const CLOSED = 68;
const AGENTS = 96;
const AGENT_BYTES = 32;
const RING_HEADER = 16;
const ENTRY_BYTES = 16;

/** Words of an agent's record. */
const Word = { state: 0, sent: 1, jobKind: 2, job: 3, jobBlock: 4, jobTarget: 5 } as const;
const RUNNING = 0;
const PARKED = 1;

/** What a queue entry asks for. */
export const JobKind = {
  none: 0,
  /** A thread that wasm code spawned: `target` is a function index, `argument` its i32. */
  thread: 1,
  /** A call that JS waits for: `target` is a function index, `argument` the address of its operands. */
  call: 2,
  /** Instantiate a module on the agent and call an export: `target` is a template's number, `argument` the address of the operands. */
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

/** The shared words, as agent `id` uses them. */
export class Control {
  readonly address: number;
  readonly #heap: Heap;
  readonly #id: number;
  readonly #locks: OwnedLocks;
  /** Reaches over the block, if not over all of the memory. */
  #view: Int32Array<ArrayBufferLike>;

  private constructor(heap: Heap, address: number, id: number, mayBlock: boolean) {
    this.#heap = heap;
    this.#view = heap.words;
    this.address = address;
    this.#id = id;
    this.#locks = new OwnedLocks({ heap, id, mayBlock });
  }

  /** Lays out the block in a fresh heap. `watchMode` is what agents are to say of their waits (agent-records.ts). */
  static create(heap: Heap, agents: number, parallelism: number, canBlock: boolean, watchMode = 0): Control {
    const control = new Control(heap, heap.allocatePermanent(AGENTS + agents * AGENT_BYTES), 0, canBlock);
    control.#store(PARALLELISM, parallelism);
    control.#store(AGENT_COUNT, agents);
    control.#store(TAGS, JS_TAG + 1);
    control.#store(INSTALLING, -1);
    control.#store(BOUND_RECORD, createThreadBoundRecord(heap));
    control.#store(SHARED_VALUES, createSharedValueRecords(heap));
    control.#store(WAIT_NODES, createWaitNodes(heap, agents));
    control.#store(AGENT_RECORDS, createAgentRecords(heap, agents, watchMode));
    control.#growRing(256);
    return control;
  }

  /** The block as another agent sees it. */
  static join(heap: Heap, address: number, id: number, canBlock: boolean): Control {
    return new Control(heap, address, id, canBlock);
  }

  /** The heap memory's words. */
  get words(): Int32Array<ArrayBufferLike> {
    return this.#heap.words;
  }

  /** Words that reach at least to `address`. The memory's beginning stays where it is, however it grows, and to ask for its buffer takes long. */
  #wordsAt(address: number): Int32Array<ArrayBufferLike> {
    if (address >>> 2 >= this.#view.length) this.#view = this.#heap.words;
    return this.#view;
  }

  #load(offset: number): number {
    return Atomics.load(this.#view, (this.address + offset) >>> 2);
  }
  #store(offset: number, value: number): void {
    Atomics.store(this.#view, (this.address + offset) >>> 2, value);
  }
  #add(offset: number, value: number): number {
    return Atomics.add(this.#view, (this.address + offset) >>> 2, value);
  }
  #agentWord(id: number, word: number): number {
    return ((this.address + AGENTS + id * AGENT_BYTES) >>> 2) + word;
  }

  /** Whether no Worker will take jobs any more. */
  get isClosed(): boolean {
    return this.#load(CLOSED) !== 0;
  }
  close(): void {
    this.#store(CLOSED, 1);
  }

  get parallelism(): number {
    return this.#load(PARALLELISM);
  }
  get waitNodes(): number {
    return this.#load(WAIT_NODES) >>> 0;
  }
  /** Address of the agents' records. */
  get agentRecords(): number {
    return this.#load(AGENT_RECORDS) >>> 0;
  }
  get threadBoundRecord(): number {
    return this.#load(BOUND_RECORD);
  }
  get sharedValueRecords(): number {
    return this.#load(SHARED_VALUES);
  }
  /** How many agents there have been. */
  get lives(): number {
    return this.#load(LIVES);
  }
  /** A number that no agent had before. */
  nextLife(): number {
    return this.#add(LIVES, 1);
  }
  /** Address of the word with the install log's first entry. */
  get installLog(): number {
    return this.address + INSTALL_LOG;
  }
  /** First function index that may belong to an instance which is not in the log yet. */
  get installingFrom(): number {
    return this.#load(INSTALLING) >>> 0;
  }
  set installingFrom(index: number) {
    this.#store(INSTALLING, index);
  }
  get installs(): number {
    return this.#load(INSTALLS);
  }
  get liveThreads(): number {
    return this.#load(LIVE_THREADS);
  }
  /** Jobs that no agent has taken yet. */
  get queued(): number {
    return (this.#load(QUEUE_TAIL) - this.#load(QUEUE_HEAD)) | 0;
  }
  /** Jobs taken so far: tells whether the queue moves. */
  get taken(): number {
    return this.#load(QUEUE_HEAD);
  }

  /** Counts an instance that is about to be announced. Race: counted after the announcement, a job could overtake it. */
  announceInstall(): void {
    this.#add(INSTALLS, 1);
  }
  /** Hands out `count` tag numbers and returns the first. */
  reserveTags(count: number): number {
    return this.#add(TAGS, count);
  }
  /** Counts a new thread and returns its id. */
  beginThread(): number {
    this.#add(LIVE_THREADS, 1);
    return this.#add(THREADS, 1);
  }
  /** Counts a thread's end; true when it was the last that lived. */
  endThread(): boolean {
    return this.#add(LIVE_THREADS, -1) === 1;
  }

  /** Runs `body` alone among all agents. Bodies are short, call no user code and need no other lock of ours. */
  locked<T>(body: () => T): T {
    return this.#locks.locked(this.address + LOCK, body, undefined);
  }

  /** Frees the lock if the dead agent `id` held it. */
  breakLock(id: number): void {
    this.#locks.breakDead(this.address + LOCK, id);
  }

  /** Address of the type record of a function index. */
  functionType(index: number): number {
    const array = this.words[FUNCTION_TYPES_POINTER >>> 2]! >>> 2;
    return Atomics.load(this.words, array + index);
  }

  #growRing(capacity: number): void {
    const old = this.#load(QUEUE_RING) >>> 0;
    const address = this.#heap.allocatePermanent(RING_HEADER + capacity * ENTRY_BYTES);
    const words = this.#wordsAt(address + RING_HEADER + capacity * ENTRY_BYTES);
    words[address >>> 2] = capacity;
    for (let at = this.#load(QUEUE_HEAD); old !== 0 && at !== this.#load(QUEUE_TAIL); at = (at + 1) | 0) {
      const from = entryIndex(old, words[old >>> 2]!, at);
      words.copyWithin(entryIndex(address, capacity, at), from, from + ENTRY_BYTES / 4);
    }
    this.#store(QUEUE_RING, address);
  }

  /** Index of queue entry `at`, in `#view`. */
  #entry(at: number): number {
    const ring = this.#load(QUEUE_RING) >>> 0;
    const capacity = this.#wordsAt(ring)[ring >>> 2]!;
    this.#wordsAt(ring + RING_HEADER + capacity * ENTRY_BYTES);
    return entryIndex(ring, capacity, at);
  }

  /** Puts a job at the end of the queue and wakes a parked agent; false when none was parked. */
  submit(job: Job): boolean {
    this.#locks.locked(this.address + LOCK, this.#put, job);
    return this.nudge();
  }

  readonly #put = (job: Job): void => {
    const tail = this.#load(QUEUE_TAIL);
    const ring = this.#load(QUEUE_RING) >>> 0;
    const capacity = this.#wordsAt(ring)[ring >>> 2]!;
    if (((tail - this.#load(QUEUE_HEAD)) | 0) === capacity) this.#growRing(capacity * 2);
    const entry = this.#entry(tail);
    const words = this.#view;
    words[entry] = job.kind;
    words[entry + 1] = job.target;
    words[entry + 2] = job.argument;
    words[entry + 3] = job.id;
    // Last: an agent that dies before has added nothing.
    this.#store(QUEUE_TAIL, (tail + 1) | 0);
  };

  /** Takes the oldest job for this agent and notes it in the agent's record. */
  take(): Job | undefined {
    if (this.queued === 0) return undefined;
    return this.#locks.locked(this.address + LOCK, this.#takeOldest, this.#id);
  }

  readonly #takeOldest = (id: number): Job | undefined => {
    if (this.queued === 0) return undefined;
    const head = this.#load(QUEUE_HEAD);
    const entry = this.#entry(head);
    const words = this.#view;
    const job = { kind: words[entry]! as JobKind, target: words[entry + 1]!, argument: words[entry + 2]!, id: words[entry + 3]! };
    const record = this.#agentWord(id, 0);
    words[record + Word.job] = job.id;
    words[record + Word.jobBlock] = job.argument;
    words[record + Word.jobTarget] = job.target;
    Atomics.store(words, record + Word.jobKind, job.kind);
    // Last: a job of an agent that dies before is still in the queue, and its record says what is done already where it is not.
    this.#store(QUEUE_HEAD, (head + 1) | 0);
    return job;
  };

  /** Says that this agent's job has ended; true when it was the last thread that lived. */
  finishJob(kind: JobKind): boolean {
    return this.#locks.critical(this.#noteEnd, kind, this.#id);
  }

  readonly #noteEnd = (kind: JobKind, id: number): boolean => {
    Atomics.store(this.#view, this.#agentWord(id, Word.jobKind), -kind);
    return kind === JobKind.thread && this.endThread();
  };

  /** The job that agent `id` was at last; `ended` where it has none now. */
  jobOf(id: number): { kind: JobKind; ended: boolean; id: number; block: number; target: number } {
    const record = this.#agentWord(id, 0);
    const kind = Atomics.load(this.#view, record + Word.jobKind);
    return {
      kind: Math.abs(kind) as JobKind,
      ended: kind <= 0,
      id: this.#view[record + Word.job]!,
      block: this.#view[record + Word.jobBlock]!,
      target: this.#view[record + Word.jobTarget]!,
    };
  }

  /** Makes the record of agent `id` that of a new agent. */
  resetAgent(id: number): void {
    const record = this.#agentWord(id, 0);
    this.#view.fill(0, record, record + AGENT_BYTES / 4);
  }

  /** Counts a message posted to agent `id`, and wakes it. Called after posting, so that an agent that sees the count finds the message. */
  messagePosted(id: number): void {
    Atomics.add(this.#view, this.#agentWord(id, Word.sent), 1);
    this.#wake(id);
  }

  /** How many messages were posted to this agent. */
  get messagesSent(): number {
    return Atomics.load(this.#view, this.#agentWord(this.#id, Word.sent));
  }

  /**
   * Sleeps until there is a job or a message. `received` is the number of messages that were handled. `onIdle` is called when it has slept for
   * `patience` milliseconds.
   */
  park(received: number, patience = Number.POSITIVE_INFINITY, onIdle: () => void = () => undefined): void {
    const state = this.#agentWord(this.#id, Word.state);
    Atomics.store(this.#view, state, PARKED);
    // Race: a job or message that came before the store above found nobody to wake, so look again now.
    if (this.queued === 0 && this.messagesSent === received && Atomics.wait(this.#view, state, PARKED, patience) === "timed-out") {
      onIdle();
      Atomics.wait(this.#view, state, PARKED);
    }
    Atomics.store(this.#view, state, RUNNING);
  }

  /** Whether agent `id` sleeps until there is a job or a message. */
  isParked(id: number): boolean {
    return Atomics.load(this.#view, this.#agentWord(id, Word.state)) === PARKED;
  }

  #wake(id: number): boolean {
    const state = this.#agentWord(id, Word.state);
    if (Atomics.compareExchange(this.#view, state, PARKED, RUNNING) !== PARKED) return false;
    Atomics.notify(this.#view, state);
    return true;
  }

  /** Wakes agent `id` if it is parked. */
  wake(id: number): void {
    this.#wake(id);
  }

  /** Wakes one parked agent; false when none is. */
  nudge(): boolean {
    const agents = this.#load(AGENT_COUNT);
    for (let id = 1; id < agents; id++) if (this.#wake(id)) return true;
    return false;
  }
}

function entryIndex(ring: number, capacity: number, at: number): number {
  return (ring + RING_HEADER + (at & (capacity - 1)) * ENTRY_BYTES) >>> 2;
}
