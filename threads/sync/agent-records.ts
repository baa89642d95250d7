/**
 * What each agent of a store is at, in words that all agents read: a permanent block of the heap memory.
 *
 *      0  SUSPICION  1 while the creator has been told that all Workers wait, and has not looked yet
 *      4  MODE       WATCH_... bits, written before there are Workers
 *      8  VERDICT    address of the text why waits are to end; 0 before the first such text
 *     12  COUNT      how many records follow
 *     16  RECORDS    64 bytes for each agent:
 *
 *          0  LIFE     LIFE_...
 *          4  MOVES    counts the waits and times of idleness that the agent has begun: tells one wait from the next;
 *                      never 0 after the first
 *          8  WAIT     0, or WAIT_QUEUE or WAIT_MEMORY, with WAIT_ENDLESS and WAIT_NOTED
 *         12  NODE     of WAIT_QUEUE: the agent's node in the queue's list (wait-queue-layout.ts)
 *         16  SINCE    when the wait began, in milliseconds modulo 2^32
 *         20  ENDED    MOVES of the wait that is to end with an error
 *         24  NOTES    address of NOTE_BYTES bytes, or 0: u32 length, UTF-8 text
 *
 * An agent writes its own WAIT, MOVES, NODE, SINCE and NOTES; the creator writes the rest. NOTES outlives its agent,
 * for the next one.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { readText, writeText } from "./shared-text.ts";

const SUSPICION = 0;
const MODE = 4;
const VERDICT = 8;
const COUNT = 12;
const RECORDS = 16;
const RECORD_BYTES = 64;

/** Words of a record. */
const Word = { life: 0, moves: 1, wait: 2, node: 3, since: 4, ended: 5, notes: 6 } as const;

const NOTE_BYTES = 1024;
const VERDICT_BYTES = 4096;

/** No agent has the id. */
export const LIFE_NONE = 0;
/** Its Worker has been started and takes no jobs yet. */
export const LIFE_STARTING = 1;
export const LIFE_READY = 2;
/** Its Worker is being ended, or ended by itself. */
export const LIFE_ENDING = 3;

/** The embedder's own Worker, which runs code of its own and will join. */
export const LIFE_JOINING = 4;
/** Its Worker, one of the starter's, has ended before it was ready, and its creator may not know yet. */
export const LIFE_FAILED = 5;

/** Sleeps in a wait queue. */
export const WAIT_QUEUE = 1;
/** Sleeps on a word of a linear memory, which others than this store's agents may have. */
export const WAIT_MEMORY = 2;
/** The wait has no timeout. */
export const WAIT_ENDLESS = 4;
/** The wait has lasted, and its stack is in NOTES. */
export const WAIT_NOTED = 8;

/** Agents look whether all of them wait. */
export const WATCH_WAITS = 1;
/** Agents note their stacks also where they wait on a linear memory, which has to be done before they sleep. */
export const WATCH_MEMORY_STACKS = 2;

/** What a record says at one moment. */
export interface AgentRecord {
  readonly life: number;
  readonly moves: number;
  readonly wait: number;
  /** Address of its node in a queue's list, where `wait` says WAIT_QUEUE. */
  readonly node: number;
  /** Milliseconds since the wait began. */
  readonly waited: number;
}

/** Makes the records of a store's agents; returns the block's address. */
export function createAgentRecords(heap: Heap, agents: number, mode: number): number {
  const block = heap.allocatePermanent(RECORDS + agents * RECORD_BYTES);
  heap.words[(block + MODE) >>> 2] = mode;
  heap.words[(block + COUNT) >>> 2] = agents;
  return block;
}

/** What the record of agent `id` says of its life, to whoever has the memory's words and the records' address. */
export function lifeOf(words: Int32Array<ArrayBufferLike>, block: number, id: number): number {
  return Atomics.load(words, ((block + RECORDS + id * RECORD_BYTES) >>> 2) + Word.life);
}

/** Changes the life of agent `id` from one to another; false where it is another than that. */
export function changeLife(
  words: Int32Array<ArrayBufferLike>,
  block: number,
  id: number,
  from: number,
  to: number,
): boolean {
  return Atomics.compareExchange(words, ((block + RECORDS + id * RECORD_BYTES) >>> 2) + Word.life, from, to) === from;
}

const { timeOrigin } = performance;

/** This agent's `performance.now()` on a clock that all agents of the process share, in milliseconds modulo 2^32. */
function onSharedClock(milliseconds: number): number {
  return ((timeOrigin + milliseconds) % 2 ** 32) >>> 0;
}

/** The records, as agent `id` uses them. */
export class AgentRecords {
  readonly #heap: Heap;
  readonly #block: number;
  /** Index of the agent's own record's first word. */
  readonly #own: number;

  constructor(heap: Heap, block: number, id: number) {
    this.#heap = heap;
    this.#block = block;
    this.#own = this.#record(id);
  }

  #record(id: number): number {
    return (this.#block + RECORDS + id * RECORD_BYTES) >>> 2;
  }

  /** How many agents there can be. */
  get count(): number {
    return this.#heap.words[(this.#block + COUNT) >>> 2] as number;
  }
  /** Whether agents are to do what this WATCH_... bit says. */
  watches(bit: number): boolean {
    return ((this.#heap.words[(this.#block + MODE) >>> 2] as number) & bit) !== 0;
  }

  read(id: number): AgentRecord {
    const { words } = this.#heap;
    const record = this.#record(id);
    return {
      life: Atomics.load(words, record + Word.life),
      moves: Atomics.load(words, record + Word.moves),
      wait: Atomics.load(words, record + Word.wait),
      node: Atomics.load(words, record + Word.node) >>> 0,
      waited: (onSharedClock(performance.now()) - (Atomics.load(words, record + Word.since) >>> 0)) >>> 0,
    };
  }

  /** Whether this agent's Worker is being ended. */
  get isEnding(): boolean {
    return Atomics.load(this.#heap.words, this.#own + Word.life) === LIFE_ENDING;
  }

  /** Begins a life of agent `id`, or goes on with it. */
  setLife(id: number, life: number): void {
    const { words } = this.#heap;
    const record = this.#record(id);
    if (life === LIFE_READY) {
      // Race: it may be ended before it says that it is ready, or be given up.
      if (!changeLife(words, this.#block, id, LIFE_STARTING, life))
        changeLife(words, this.#block, id, LIFE_JOINING, life);
      return;
    }
    if (life === LIFE_NONE || life === LIFE_STARTING || life === LIFE_JOINING) {
      Atomics.store(words, record + Word.wait, 0);
      Atomics.store(words, record + Word.ended, 0);
    }
    Atomics.store(words, record + Word.life, life);
  }

  /** Says that this agent begins to wait or to be idle. */
  move(): void {
    const { words } = this.#heap;
    Atomics.store(words, this.#own + Word.moves, ((words[this.#own + Word.moves] as number) + 1) | 0 || 1);
  }

  /** Says that this agent begins to wait at `since` on its clock; `node` is 0 where it waits on a linear memory. */
  beginWait(wait: number, node: number, since: number): void {
    this.move();
    const { words } = this.#heap;
    words[this.#own + Word.node] = node;
    words[this.#own + Word.since] = onSharedClock(since);
    // Race: the last, so that whoever sees the wait sees what it is.
    Atomics.store(words, this.#own + Word.wait, wait);
  }

  endWait(): void {
    Atomics.store(this.#heap.words, this.#own + Word.wait, 0);
  }

  /** Notes this agent's stack, of the wait that it is in. */
  note(text: string): void {
    const { words } = this.#heap;
    let notes = words[this.#own + Word.notes] as number;
    if (notes === 0) {
      notes = this.#heap.allocatePermanent(NOTE_BYTES);
      this.#heap.words[this.#own + Word.notes] = notes;
    }
    writeText(this.#heap, notes >>> 0, NOTE_BYTES, text);
    Atomics.or(this.#heap.words, this.#own + Word.wait, WAIT_NOTED);
  }

  /** What an agent noted in this wait of its; undefined where it noted nothing. */
  notes(id: number): string | undefined {
    const { words } = this.#heap;
    const record = this.#record(id);
    const moves = Atomics.load(words, record + Word.moves);
    if ((Atomics.load(words, record + Word.wait) & WAIT_NOTED) === 0) return undefined;
    const text = readText(this.#heap, (words[record + Word.notes] as number) >>> 0);
    // Race: the agent may be in another wait by now, and have written over its notes.
    return Atomics.load(words, record + Word.moves) === moves ? text : undefined;
  }

  /**
   * Has the wait of agent `id` that `moves` counts end with an error of this message. Whoever calls wakes the agent.
   */
  endWaitOf(id: number, moves: number, message: string): void {
    const verdict = (this.#block + VERDICT) >>> 2;
    if (this.#heap.words[verdict] === 0) {
      const text = this.#heap.allocatePermanent(VERDICT_BYTES);
      this.#heap.words[verdict] = text;
    }
    writeText(this.#heap, (this.#heap.words[verdict] as number) >>> 0, VERDICT_BYTES, message);
    // Race: the agent may have been woken, and be in another wait by now; so this says which one.
    Atomics.store(this.#heap.words, this.#record(id) + Word.ended, moves);
  }

  /** Why the wait that this agent has begun last is to end; undefined where it is not. */
  get verdict(): string | undefined {
    const { words } = this.#heap;
    const ended = Atomics.load(words, this.#own + Word.ended);
    if (ended === 0 || ended !== words[this.#own + Word.moves]) return undefined;
    return readText(this.#heap, (words[(this.#block + VERDICT) >>> 2] as number) >>> 0);
  }

  /** Says that all agents seem to wait; true where the creator must be told. */
  suspect(): boolean {
    return Atomics.exchange(this.#heap.words, (this.#block + SUSPICION) >>> 2, 1) === 0;
  }

  /** Called by the creator before it looks. Race: what comes to be suspected from here on, it is told again. */
  forgetSuspicion(): void {
    Atomics.store(this.#heap.words, (this.#block + SUSPICION) >>> 2, 0);
  }
}
