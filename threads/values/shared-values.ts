/**
 * Strings and numbers of JS behind shared externs (shared-everything threads, "Conversions"): all agents can have them,
 * so they lie in the heap as what they are (gc/layout/js-value-layout.ts), and not as a slot of one agent's JS.
 */

import type { Heap } from "../../gc/heap/heap.ts";
import * as values from "../../gc/heap/js-values.ts";
import { type Address, addressOf } from "../../gc/objects.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { AllocatingMutator } from "./mutator.ts";

/** Words of the block that `createSharedValueRecords` makes: addresses of records. */
const Record = { string: 0, units: 1, number: 2 } as const;

/** Writes the records of a store's strings and numbers; returns the address of a block with the records' addresses. */
export function createSharedValueRecords(heap: Heap): number {
  const block = heap.allocatePermanent(16);
  const records = [values.writeStringRecord(heap), values.writeUnitsRecord(heap), values.writeNumberRecord(heap)];
  heap.words.set(records, block >>> 2);
  return block;
}

/** What shared values ask of their agent. */
export interface SharedValuesAgent extends Pick<AllocatingMutator, "heap" | "raise"> {
  /** `sharedValueRecords`: the block that `createSharedValueRecords` made. */
  readonly control: { readonly sharedValueRecords: number };
}

/** Strings and numbers in the heap, as one agent makes and reads them. */
export class SharedValues {
  readonly #agent: SharedValuesAgent;
  readonly #string: number;
  readonly #units: number;
  readonly #number: number;

  constructor(agent: SharedValuesAgent) {
    const { words } = agent.heap;
    const block = agent.control.sharedValueRecords >>> 2;
    this.#agent = agent;
    this.#string = words[block + Record.string]!;
    this.#units = words[block + Record.units]!;
    this.#number = words[block + Record.number]!;
  }

  /**
   * The string or number at an address of an object; undefined where the object is none of both. The agent is a
   * mutator.
   */
  get(address: number): string | number | undefined {
    const { objects } = this.#agent.heap;
    if (objects.isOf(address, this.#string)) return values.readString(objects, address);
    if (objects.isOf(address, this.#number)) return values.readNumber(objects, address);
    return undefined;
  }

  /**
   * Makes an object of a value, which the caller keeps alive. The agent is a mutator with the shadow stack up to `sp`.
   */
  allocate(value: string | number, sp: number): number {
    return typeof value === "string" ? this.#allocateString(value, sp) : this.#allocateNumber(value, sp);
  }

  #allocate(bytes: number, sp: number): Address {
    const address = addressOf(this.#agent.heap.runtime.allocate(bytes, sp));
    if (address === 0) this.#agent.raise(TrapCode.outOfMemory);
    return address;
  }

  #allocateNumber(value: number, sp: number): number {
    const address = this.#allocate(values.NUMBER_BYTES, sp);
    values.writeNumber(this.#agent.heap.objects, address, this.#number, value);
    return address | 0;
  }

  #allocateString(value: string, sp: number): number {
    const { handles, objects } = this.#agent.heap;
    const units = this.#allocate(values.unitsBytes(value.length), sp);
    values.writeUnits(objects, units, this.#units, value);
    // Kept while the string itself is allocated, which may collect.
    const handle = handles.create(units);
    try {
      const address = this.#allocate(values.STRING_BYTES, sp);
      values.writeString(objects, address, this.#string, units);
      return address | 0;
    } finally {
      handles.free(handle);
    }
  }
}
