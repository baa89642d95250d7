/**
 * JS values that heap objects of one agent stand for, such as the externs in memory: kept as long as the objects live (gc/heap/boxes.ts), and no
 * longer.
 *
 * A value from which its own heap object can be reached, through a wrapper, is never let go of: cycles through both heaps are not collected.
 */
import type { BoxSlot } from "../../gc/heap/boxes.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { writeRecord } from "../../gc/heap/type-records.ts";
import { HOST_BYTES } from "../../gc/layout/js-value-layout.ts";
import { KIND_HOST, NO_TYPE } from "../../gc/layout/record-kinds.ts";

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

/** The type record of JS values in the heap: like a struct without references, but no type of the language. */
export function createHostRecord(heap: Heap): number {
  return writeRecord(heap, { kind: KIND_HOST, size: HOST_BYTES, references: [], id: NO_TYPE, supertypes: [] });
}
