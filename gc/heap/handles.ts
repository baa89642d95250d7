/**
 * Root slots for JS: a wrapper object holds a handle, and the collector keeps alive what the slot refers to.
 *
 * Slots lie in chunks that only their agent uses (gc/heap/slots.ts), so that handing them out needs no lock. A
 * collection may read a slot while its agent, in a safe region, frees it: it then sees the old reference or null, and
 * both are right.
 *
 * A slot is filled while the agent is a mutator (between `enter` and `leave`): in a safe region the object could be
 * gone by then.
 */

import type { RuntimeExports } from "../api.ts";
import { NULL_REFERENCE } from "../layout/memory-map.ts";
import { type Address, addressOf } from "../objects.ts";
import { type Slot, type SlotMemory, Slots } from "./slots.ts";

/** What handles need of the heap. */
export interface HandleMemory extends SlotMemory {
  readonly runtime: Pick<RuntimeExports, "addHandles">;
}

/** The address of a root slot. */
export type Handle = Slot;

export class Handles {
  readonly #memory: HandleMemory;
  readonly #slots: Slots;

  constructor(memory: HandleMemory) {
    this.#memory = memory;
    this.#slots = new Slots(memory, () => memory.runtime.addHandles());
  }

  /** Number of handles in use. */
  get size(): number {
    return this.#slots.size;
  }

  /** Keeps `address` alive until `free`. The agent must be a mutator. */
  create(address: number): Handle {
    const slot = this.#slots.take();
    this.#slots.fill(slot, address);
    return slot;
  }

  /** The object's address. */
  get(handle: Handle): Address {
    return addressOf(Atomics.load(this.#memory.words, handle >>> 2));
  }

  /** Makes the handle keep another object alive. The agent must be a mutator. */
  set(handle: Handle, address: number): void {
    this.#slots.fill(handle, address);
  }

  free(handle: Handle): void {
    Atomics.store(this.#memory.words, handle >>> 2, NULL_REFERENCE | 0);
    this.#slots.give(handle);
  }
}
