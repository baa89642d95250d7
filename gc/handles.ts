/**
 * Root slots for JS: a wrapper object holds a handle, and the collector keeps alive what the slot refers to.
 *
 * Slots lie in chunks that only their agent uses, so that handing them out needs no lock. A collection may read a slot while its agent, in a
 * safe region, frees it: it then sees the old reference or null, and both are right.
 *
 * A slot is filled while the agent is a mutator (between `enter` and `leave`): in a safe region the object could be gone by then.
 */
import type { Heap } from "./heap.ts";
import { HANDLE_SLOTS, HANDLE_SLOTS_START } from "./runtime/control.ts";
import { NULL_REFERENCE } from "./runtime/layout.ts";

/** The address of a root slot. */
export type Handle = number & { readonly __handle?: never };

export class Handles {
  private readonly heap: Heap;
  private readonly unused: number[] = [];
  private live = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Number of handles in use. */
  get size(): number {
    return this.live;
  }

  /** Keeps `address` alive until `free`. The agent must be a mutator. */
  create(address: number): Handle {
    const slot = this.unused.pop() ?? this.another();
    this.live++;
    // Atomic, because a collector on another agent reads the slot without stopping an agent that is in JS.
    Atomics.store(this.heap.words, slot >>> 2, address | 0);
    return slot;
  }

  /** The object's address. */
  get(handle: Handle): number {
    return Atomics.load(this.heap.words, handle >>> 2) >>> 0;
  }

  free(handle: Handle): void {
    Atomics.store(this.heap.words, handle >>> 2, NULL_REFERENCE | 0);
    this.unused.push(handle);
    this.live--;
  }

  private another(): number {
    const chunk = this.heap.runtime.addHandles() >>> 0;
    if (chunk === 0) throw new RangeError("the heap has no room for more handles");
    const first = chunk + HANDLE_SLOTS_START;
    for (let i = HANDLE_SLOTS - 1; i > 0; i--) this.unused.push(first + 4 * i);
    return first;
  }
}
