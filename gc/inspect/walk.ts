/**
 * A walk over everything that can be reached, in JS and on a stopped world: what snapshots and censuses are made from.
 *
 * Objects get numbers in the order in which they are found, and are visited in that order.
 */

import type { Heap } from "../heap/heap.ts";
import {
  AGENT_BYTES,
  AGENT_DETACHED,
  AGENT_HANDLES,
  AGENT_SHADOW_BASE,
  AGENT_SP,
  AGENT_STATE,
  AGENTS,
} from "../layout/agents.ts";
import { BLOCK_BYTES, BLOCK_LOG2 } from "../layout/blocks.ts";
import { AGENTS_HIGH } from "../layout/control-words.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH, HEADER_FLAGS_MASK } from "../layout/objects.ts";
import { PLAN_HEAP_END, PLAN_HEAP_START, PLAN_ROOT_RANGES } from "../layout/plan.ts";
import { KIND_ARRAY } from "../layout/record-kinds.ts";
import { ROOT_RANGES, SLOT_CHUNK_BYTES, SLOTS_START } from "../layout/root-chunks.ts";
import { TYPE_KIND, TYPE_RECORD, TYPE_REFMAP, TYPE_REFMAP_MORE, TYPE_SIZE } from "../layout/type-record.ts";

/** Where a reference was found: a root, or an object's field or element. */
export interface WalkVisitor {
  /** A group of roots begins; the roots that follow belong to it. */
  group(name: string): void;
  /** A root of the group that began last: the word at `address`. `object` is the number of what it refers to. */
  root(object: number, address: number): void;
  /** An object with its number, 0, 1, 2, ...; `bytes` with its header. The edges that follow begin here. */
  object(address: number, record: number, bytes: number): void;
  /** The object refers to another: from the word at byte `offset`; 0 for its custom descriptor. */
  edge(offset: number, object: number): void;
}

const WORDS_PER_BLOCK = BLOCK_BYTES / 8;

/** Numbers of the objects of the heap, by address. */
class Numbers {
  readonly addresses: number[] = [];
  readonly #blocks: (Int32Array | undefined)[] = [];
  readonly #start: number;

  constructor(start: number) {
    this.#start = start;
  }

  /** The number of the object at `address`, a new one if it has none. */
  of(address: number): number {
    const at = address - this.#start;
    let block = this.#blocks[at >>> BLOCK_LOG2];
    if (block === undefined) {
      block = new Int32Array(WORDS_PER_BLOCK);
      this.#blocks[at >>> BLOCK_LOG2] = block;
    }
    const index = (at & (BLOCK_BYTES - 1)) >>> 3;
    let number = block[index] as number;
    if (number === 0) {
      number = this.addresses.push(address);
      block[index] = number;
    }
    return number - 1;
  }
}

class Walk {
  readonly #words: Int32Array<ArrayBufferLike>;
  readonly #heap: Heap;
  readonly #visitor: WalkVisitor;
  readonly #start: number;
  readonly #end: number;
  readonly #numbers: Numbers;

  constructor(heap: Heap, visitor: WalkVisitor) {
    this.#heap = heap;
    this.#visitor = visitor;
    this.#words = heap.words;
    this.#start = heap.plan(PLAN_HEAP_START);
    this.#end = heap.plan(PLAN_HEAP_END);
    this.#numbers = new Numbers(this.#start);
  }

  #word(address: number): number {
    return (this.#words[address >>> 2] as number) >>> 0;
  }

  #isObject(word: number): boolean {
    return (word & 1) === 0 && word >= this.#start && word < this.#end;
  }

  run(): void {
    this.#roots();
    // The list grows while it is walked.
    const { addresses } = this.#numbers;
    for (let i = 0; i < addresses.length; i++) this.#object(addresses[i] as number);
  }

  #roots(): void {
    const agents = this.#heap.plan(AGENTS_HIGH);
    for (let id = 0; id < agents; id++) {
      const control = AGENTS + id * AGENT_BYTES;
      if (this.#word(control + AGENT_STATE) === AGENT_DETACHED) continue;
      this.#visitor.group(`agent ${id}: stack`);
      this.#range(this.#word(control + AGENT_SHADOW_BASE), this.#word(control + AGENT_SP));
      this.#visitor.group(`agent ${id}: held by JavaScript`);
      for (let chunk = this.#word(control + AGENT_HANDLES); chunk !== 0; chunk = this.#word(chunk)) {
        this.#range(chunk + SLOTS_START, chunk + SLOT_CHUNK_BYTES);
      }
    }
    this.#visitor.group("shared globals and tables");
    this.#ranges(0);
    for (let id = 0; id < agents; id++) {
      this.#visitor.group(`agent ${id}: globals and tables`);
      this.#ranges(1 + id);
    }
  }

  /** The root ranges (runtime/collect/roots.ts) of one owner. */
  #ranges(owner: number): void {
    for (let chunk = this.#heap.plan(PLAN_ROOT_RANGES); chunk !== 0; chunk = this.#word(chunk)) {
      for (let i = 1; i <= ROOT_RANGES; i++) {
        const entry = chunk + 16 * i;
        if (this.#word(entry + 8) === owner) this.#range(this.#word(entry), this.#word(entry + 4));
      }
    }
  }

  /** Also of a free entry or one that is being written, whose end is 0. */
  #range(start: number, end: number): void {
    for (let at = start; at < end; at += 4) {
      const word = this.#word(at);
      if (this.#isObject(word)) this.#visitor.root(this.#numbers.of(word), at);
    }
  }

  #object(address: number): void {
    const descriptor = (this.#word(address) & ~HEADER_FLAGS_MASK) >>> 0;
    const record = this.#word(descriptor + TYPE_RECORD);
    const size = this.#word(record + TYPE_SIZE);
    const map = this.#word(record + TYPE_REFMAP);
    if (this.#word(record + TYPE_KIND) === KIND_ARRAY) {
      const length = this.#word(address + ARRAY_LENGTH);
      this.#visitor.object(address, record, Math.ceil((ARRAY_ELEMENTS + length * 2 ** size) / 8) * 8);
      if (descriptor !== record) this.#edge(0, descriptor);
      if (map !== 0) for (let i = 0; i < length; i++) this.#field(address, ARRAY_ELEMENTS + 4 * i);
      return;
    }
    this.#visitor.object(address, record, size);
    if (descriptor !== record) this.#edge(0, descriptor);
    for (let bits = map; bits !== 0; bits &= bits - 1) this.#field(address, 4 * (31 - Math.clz32(bits & -bits)));
    const more = this.#word(record + TYPE_REFMAP_MORE);
    if (more !== 0) for (let i = 1; i <= this.#word(more); i++) this.#field(address, this.#word(more + 4 * i));
  }

  #field(address: number, offset: number): void {
    const word = this.#word(address + offset);
    if (this.#isObject(word)) this.#edge(offset, word);
  }

  #edge(offset: number, address: number): void {
    this.#visitor.edge(offset, this.#numbers.of(address));
  }
}

/**
 * Stops the world, walks it, and lets it go. The agent must be in a safe region, and the visitor must not touch the
 * heap.
 */
export function walkHeap(heap: Heap, visitor: WalkVisitor): void {
  heap.runtime.stopWorld();
  try {
    new Walk(heap, visitor).run();
  } finally {
    heap.runtime.resumeWorld();
  }
}
