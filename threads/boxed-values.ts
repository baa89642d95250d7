/**
 * JS values that heap objects of one agent stand for, such as the externs in memory: kept as long as the objects live (gc/boxes.ts), and no
 * longer.
 *
 * A value from which its own heap object can be reached, through a wrapper, is never let go of: cycles through both heaps are not collected.
 */
import type { BoxSlot } from "../gc/boxes.ts";
import type { Heap } from "../gc/heap.ts";

export class BoxedValues {
  readonly #heap: Heap;
  readonly #values = new Map<BoxSlot, unknown>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** How many values are kept. */
  get size(): number {
    return this.#values.size;
  }

  /** Keeps a value for the object at `address`, which the agent has just allocated; returns the slot by which to find the value. */
  add(address: number, value: unknown): BoxSlot {
    this.release();
    const slot = this.#heap.boxes.create(address);
    this.#values.set(slot, value);
    return slot;
  }

  get(slot: BoxSlot): unknown {
    return this.#values.get(slot);
  }

  /** Lets go of the values whose objects collections have found dead. */
  release(): void {
    const { boxes } = this.#heap;
    if (boxes.hasDead) boxes.drain((slot) => this.#values.delete(slot));
  }
}
