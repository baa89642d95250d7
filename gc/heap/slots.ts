/**
 * Words in the heap memory that one agent's JS fills and the collector looks at: what handles and boxes have in common.
 * The layout of their chunks is drawn in layout/root-chunks.ts, and runtime/collect/slots.ts is the collector's side.
 */
import { rangeError } from "../../core/base/errors.ts";
import { LINE_LOG2 } from "../layout/blocks.ts";
import { SLOT_CARDS, SLOT_CHUNK_BYTES, SLOTS_PER_CHUNK, SLOTS_START } from "../layout/root-chunks.ts";

/** What slots need of the heap: its memory as words and as bytes. */
export interface SlotMemory {
  readonly words: Int32Array<ArrayBufferLike>;
  readonly bytes: Uint8Array<ArrayBufferLike>;
}

declare const slotAddress: unique symbol;
/** The address of a slot: not negative, and so the same number wherever it comes from. */
export type Slot = number & { readonly [slotAddress]: true };

/** The slot that a word of the heap names. */
export function slotOf(word: number): Slot {
  return (word >>> 0) as Slot;
}

/** Address of the chunk that a slot lies in: chunks are aligned to their size. */
function chunkOf(slot: number): number {
  return (slot & -SLOT_CHUNK_BYTES) >>> 0;
}

/** Address of a slot's card. */
export function cardOf(slot: number): number {
  const chunk = chunkOf(slot);
  return chunk + SLOT_CARDS + ((slot - chunk) >>> LINE_LOG2);
}

/** The slots of one kind of one agent. */
export class Slots {
  /** Addresses of the chunks, in the order in which they were added. */
  readonly chunks: number[] = [];
  readonly #memory: SlotMemory;
  readonly #addChunk: () => number;
  readonly #unused: Slot[] = [];
  #taken = 0;

  constructor(memory: SlotMemory, addChunk: () => number) {
    this.#memory = memory;
    this.#addChunk = addChunk;
  }

  /** Number of slots in use. */
  get size(): number {
    return this.#taken;
  }

  take(): Slot {
    if (this.#unused.length === 0) this.#another();
    this.#taken++;
    return this.#unused.pop()!;
  }

  give(slot: Slot): void {
    this.#unused.push(slot);
    this.#taken--;
  }

  /** Writes a slot. The agent must be a mutator: only then no collection reads the card, which is written beside it. */
  fill(slot: Slot, value: number): void {
    // Atomic, because a collector on another agent reads slots without stopping an agent that is in JS.
    Atomics.store(this.#memory.words, slot >>> 2, value | 0);
    Atomics.or(this.#memory.bytes, cardOf(slot), 1);
  }

  #another(): void {
    const chunk = this.#addChunk() >>> 0;
    if (chunk === 0) throw rangeError("heap-full", "the heap has no room for more references from JS");
    this.chunks.push(chunk);
    for (let i = SLOTS_PER_CHUNK - 1; i >= 0; i--) this.#unused.push(slotOf(chunk + SLOTS_START + 4 * i));
  }
}
