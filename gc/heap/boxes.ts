/**
 * Boxes: heap objects that stand for values of JS, which the agent must keep as long as the box lives, and no longer.
 *
 * Each box has a slot, which does not keep it alive. A collection that finds the box dead says so in the slot; `drain`,
 * called where it suits the agent, then tells the owner of the value. Until then the value is kept in vain, which does
 * no harm.
 *
 * A box whose agent has ended keeps nothing.
 */

import type { RuntimeExports } from "../api.ts";
import { AGENT_DEAD_BOXES } from "../layout/agents.ts";
import { LINE_BYTES, LINE_LOG2 } from "../layout/blocks.ts";
import { DEAD_BOX, SLOT_CARDS, SLOT_CHUNK_BYTES, SLOTS_START } from "../layout/root-chunks.ts";
import { cardOf, type Slot, type SlotMemory, Slots, slotOf } from "./slots.ts";

/** What boxes need of the heap. */
export interface BoxMemory extends SlotMemory {
  readonly runtime: Pick<RuntimeExports, "addBoxes">;
  /** Address of the agent's control block. */
  readonly control: number;
}

/** The address of a box's slot: a number for the box that no other box of the agent has while this one lives. */
export type BoxSlot = Slot;

const CARD_FILLED = 1;
const CARD_DEAD = 2;

export class Boxes {
  readonly #memory: BoxMemory;
  readonly #slots: Slots;
  #seen = 0;

  constructor(memory: BoxMemory) {
    this.#memory = memory;
    this.#slots = new Slots(memory, () => memory.runtime.addBoxes());
  }

  /** Number of boxes that live, as far as is known. */
  get size(): number {
    return this.#slots.size;
  }

  /** Watches the object at `address`, which the agent has just allocated. The agent must be a mutator. */
  create(address: number): BoxSlot {
    const slot = this.#slots.take();
    this.#slots.fill(slot, address);
    return slot;
  }

  /** The box's address, or 0 if it is dead. Right as long as the agent is a mutator and does not collect. */
  address(slot: BoxSlot): number {
    const word = Atomics.load(this.#memory.words, slot >>> 2) >>> 0;
    return word === DEAD_BOX ? 0 : word;
  }

  /** Whether boxes have died since the last `drain`. */
  get hasDead(): boolean {
    return Atomics.load(this.#memory.words, (this.#memory.control + AGENT_DEAD_BOXES) >>> 2) !== this.#seen;
  }

  /** Calls `onDead` for each box that has died, once. The agent may be in a safe region. */
  drain(onDead: (slot: BoxSlot) => void): void {
    const memory = this.#memory;
    const dead = Atomics.load(memory.words, (memory.control + AGENT_DEAD_BOXES) >>> 2);
    if (dead === this.#seen) return;
    this.#seen = dead;
    for (const chunk of this.#slots.chunks) {
      for (
        let card = cardOf(chunk + SLOTS_START);
        card < chunk + SLOT_CARDS + (SLOT_CHUNK_BYTES >>> LINE_LOG2);
        card++
      ) {
        if (((memory.bytes[card] ?? 0) & CARD_DEAD) === 0) continue;
        // First the bit, then the slots: a collection on another agent may find more dead ones here meanwhile, and sets
        // it again.
        Atomics.and(memory.bytes, card, CARD_FILLED);
        this.#drainLine(chunk + ((card - chunk - SLOT_CARDS) << LINE_LOG2), onDead);
      }
    }
  }

  #drainLine(start: number, onDead: (slot: BoxSlot) => void): void {
    for (let slot = start; slot < start + LINE_BYTES; slot += 4) {
      if (Atomics.load(this.#memory.words, slot >>> 2) !== DEAD_BOX) continue;
      Atomics.store(this.#memory.words, slot >>> 2, 0);
      onDead(slotOf(slot));
      this.#slots.give(slotOf(slot));
    }
  }
}
