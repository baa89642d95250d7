/**
 * JS values that heap objects of one agent stand for, such as the externs in memory: kept as long as the objects live
 * (gc/heap/boxes.ts), and no longer.
 *
 * A value from which its own heap object can be reached, through a wrapper, is never let go of: cycles through both
 * heaps are not collected.
 */
import type { BoxSlot } from "../../gc/heap/boxes.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { HOST_BYTES, writeHost } from "../../gc/heap/js-values.ts";
import { addressOf } from "../../gc/objects.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { AllocatingMutator } from "./mutator.ts";

export class BoxedValues {
  readonly #heap: Heap;
  readonly #raise: (code: TrapCode) => never;
  /** Address of the record that `writeHostRecord` wrote. */
  readonly #record: number;
  readonly #values = new Map<BoxSlot, unknown>();

  constructor(agent: Pick<AllocatingMutator, "heap" | "raise">, record: number) {
    this.#heap = agent.heap;
    this.#raise = (code) => agent.raise(code);
    this.#record = record;
  }

  /** How many values are kept. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * Keeps a value for the object at `address`, which the agent has just allocated; returns the slot by which to find
   * the value.
   */
  add(address: number, value: unknown): BoxSlot {
    this.release();
    const slot = this.#heap.boxes.create(address);
    this.#values.set(slot, value);
    return slot;
  }

  /**
   * Makes a heap object that holds a value, which the caller keeps alive. The agent is a mutator with the shadow stack
   * up to `sp`.
   */
  allocate(value: unknown, sp: number): number {
    const address = addressOf(this.#heap.runtime.allocate(HOST_BYTES, sp));
    if (address === 0) this.#raise(TrapCode.outOfMemory);
    writeHost(this.#heap.objects, address, this.#record, this.add(address, value));
    return address | 0;
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
