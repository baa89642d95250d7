/**
 * `WebAssembly.ThreadBoundData` (shared-everything threads, "Thread-Bound Data"): a shared object that stands for any
 * value of one agent's JS. All agents can hold and pass it; only the agent that made it gets the value.
 *
 * The agent keeps the value until a collection finds the object dead. A value from which its own ThreadBoundData object
 * can be reached is never found dead: cycles through both heaps are not collected (the overview's FAQ, "intermediate"
 * support).
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { BOUND_BYTES, boundOwner, boundSlot, writeBound, writeBoundRecord } from "../../gc/heap/js-values.ts";
import { addressOf } from "../../gc/objects.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { BoxedValues } from "./boxed-values.ts";
import type { AllocatingMutator } from "./mutator.ts";
import type { Objects } from "./objects.ts";

export interface ThreadBoundDataObject {
  /** The value. Throws on an agent that did not make the object. */
  get(): unknown;
}
export interface ThreadBoundDataConstructor {
  new (value: unknown): ThreadBoundDataObject;
  readonly prototype: ThreadBoundDataObject;
}

/** Writes the record of a store's objects of this kind; returns its address. */
export function createThreadBoundRecord(heap: Heap): number {
  return writeBoundRecord(heap);
}

/** What thread-bound data asks of its agent. */
export interface BindingAgent extends AllocatingMutator {
  readonly control: {
    /** The record that `createThreadBoundRecord` wrote. */
    readonly threadBoundRecord: number;
    /** A number that no agent had before. */
    nextLife(): number;
  };
  readonly objects: Objects;
  readonly values: BoxedValues;
}

/** The thread-bound data of one agent. */
export class ThreadBound {
  /** `WebAssembly.ThreadBoundData`. */
  readonly dataClass: ThreadBoundDataConstructor;
  readonly #agent: BindingAgent;
  readonly #owner: number;

  constructor(agent: BindingAgent) {
    this.#agent = agent;
    this.#owner = agent.control.nextLife();
    this.dataClass = createClass(this);
  }

  /** Whether such an object lies at this address of an object. */
  isData(address: number): boolean {
    return this.#agent.heap.objects.isOf(address, this.#agent.control.threadBoundRecord);
  }

  /** Makes `wrapper` stand for a new object with the value. */
  create(wrapper: object, value: unknown): void {
    const { heap, objects, control, values } = this.#agent;
    this.#agent.asMutator((sp) => {
      const address = addressOf(heap.runtime.allocate(BOUND_BYTES, sp));
      if (address === 0) this.#agent.raise(TrapCode.outOfMemory);
      const slot = values.add(address, value);
      writeBound(heap.objects, address, control.threadBoundRecord, this.#owner, slot);
      objects.adopt(wrapper, address, true);
    });
  }

  /** The value of a wrapper; throws where it is another agent's. */
  get(wrapper: unknown): unknown {
    const address = this.#agent.objects.describe(wrapper)?.address;
    if (address === undefined || !this.isData(address))
      throw new TypeError("a ThreadBoundData of this store is expected");
    const { heap, values } = this.#agent;
    if (boundOwner(heap.objects, address) !== this.#owner) throw new TypeError("the data is bound to another thread");
    return values.get(boundSlot(heap.objects, address));
  }
}

function createClass(bound: ThreadBound): ThreadBoundDataConstructor {
  class ThreadBoundData implements ThreadBoundDataObject {
    constructor(value: unknown) {
      bound.create(this, value);
    }
    get(): unknown {
      return bound.get(this);
    }
  }
  Object.defineProperty(ThreadBoundData.prototype, Symbol.toStringTag, {
    value: "WebAssembly.ThreadBoundData",
    configurable: true,
  });
  return ThreadBoundData;
}
