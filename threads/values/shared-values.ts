/**
 * Strings and numbers of JS behind shared externs (shared-everything threads, "Conversions"): all agents can have them, so they lie in the heap
 * as what they are (gc/layout/js-value-layout.ts), and not as a slot of one agent's JS.
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { writeRecord } from "../../gc/heap/type-records.ts";
import { NUMBER_BYTES, NUMBER_VALUE, STRING_BYTES, STRING_UNITS } from "../../gc/layout/js-value-layout.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH, HEADER_FLAGS_MASK, OBJECT_ALIGN } from "../../gc/layout/layout.ts";
import { KIND_ARRAY, KIND_NUMBER, KIND_STRING, NO_TYPE } from "../../gc/layout/record-kinds.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { AllocatingMutator } from "./mutator.ts";

/** How many units are made into a string at once: hosts limit the arguments of a call. */
const CHUNK = 4096;

/** Words of the block that `createSharedValueRecords` makes: addresses of records. */
const Record = { string: 0, units: 1, number: 2 } as const;

/** Writes the records of a store's strings and numbers; returns the address of a block with the records' addresses. */
export function createSharedValueRecords(heap: Heap): number {
  const block = heap.allocatePermanent(16);
  const common = { id: NO_TYPE, supertypes: [] };
  const records = [
    writeRecord(heap, { ...common, kind: KIND_STRING, size: STRING_BYTES, references: [STRING_UNITS] }),
    writeRecord(heap, { ...common, kind: KIND_ARRAY, size: 1, references: [] }),
    writeRecord(heap, { ...common, kind: KIND_NUMBER, size: NUMBER_BYTES, references: [] }),
  ];
  heap.words.set(records, block >>> 2);
  return block;
}

/** What shared values ask of their agent. */
export interface SharedValuesAgent extends Pick<AllocatingMutator, "heap" | "raise"> {
  /** `sharedValueRecords`: the block that `createSharedValueRecords` made. */
  readonly control: { readonly sharedValueRecords: number };
  /** The word at an address of the heap memory. */
  word(address: number): number;
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

  /** The string or number at an address of an object; undefined where the object is none of both. The agent is a mutator. */
  get(address: number): string | number | undefined {
    const { heap } = this.#agent;
    const record = this.#agent.word(address) & ~HEADER_FLAGS_MASK;
    if (record === this.#string) return this.#text(heap.words[(address + STRING_UNITS) >>> 2]! >>> 0);
    if (record === this.#number) return new DataView(heap.bytes.buffer).getFloat64((address >>> 0) + NUMBER_VALUE, true);
    return undefined;
  }

  #text(units: number): string {
    const { heap } = this.#agent;
    const length = heap.words[(units + ARRAY_LENGTH) >>> 2]!;
    return textOf(new Uint16Array(heap.bytes.buffer, units + ARRAY_ELEMENTS, length), 0, length);
  }

  /** Makes an object of a value, which the caller keeps alive. The agent is a mutator with the shadow stack up to `sp`. */
  allocate(value: string | number, sp: number): number {
    return typeof value === "string" ? this.#allocateString(value, sp) : this.#allocateNumber(value, sp);
  }

  #allocate(record: number, bytes: number, sp: number): number {
    const { heap } = this.#agent;
    const address = heap.runtime.allocate((bytes + OBJECT_ALIGN - 1) & -OBJECT_ALIGN, sp) >>> 0;
    if (address === 0) this.#agent.raise(TrapCode.outOfMemory);
    heap.words[address >>> 2] = record;
    return address;
  }

  #allocateNumber(value: number, sp: number): number {
    const address = this.#allocate(this.#number, NUMBER_BYTES, sp);
    new DataView(this.#agent.heap.bytes.buffer).setFloat64(address + NUMBER_VALUE, value, true);
    return address | 0;
  }

  #allocateString(value: string, sp: number): number {
    const { heap } = this.#agent;
    const units = this.#allocate(this.#units, ARRAY_ELEMENTS + 2 * value.length, sp);
    heap.words[(units + ARRAY_LENGTH) >>> 2] = value.length;
    const view = new Uint16Array(heap.bytes.buffer, units + ARRAY_ELEMENTS, value.length);
    for (let i = 0; i < value.length; i++) view[i] = value.charCodeAt(i);
    // Kept while the string itself is allocated, which may collect.
    const handle = heap.handles.create(units);
    try {
      const address = this.#allocate(this.#string, STRING_BYTES, sp);
      heap.words[(address + STRING_UNITS) >>> 2] = units;
      return address | 0;
    } finally {
      heap.handles.free(handle);
    }
  }
}

/** The string of the units from `from` to `to`, which may lie in shared memory. */
export function textOf(units: Uint16Array<ArrayBufferLike>, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += CHUNK) {
    text += String.fromCharCode.apply(null, units.subarray(at, Math.min(at + CHUNK, to)) as unknown as number[]);
  }
  return text;
}
