/**
 * Tables' records (layout/tables.ts draws them) as JS reads and writes them. Elements lie outside of the collected
 * heap.
 */
import {
  TABLE_CAPACITY,
  TABLE_ELEMENTS,
  TABLE_LENGTH,
  TABLE_MAXIMUM,
  TABLE_RECORD_BYTES,
  TABLE_ROOTS,
} from "../layout/tables.ts";
import { type Address, addressOf, type ObjectMemory } from "../objects.ts";

export { TABLE_RECORD_BYTES };

/** What a record says. */
export interface TableRecord {
  /** Address of element 0; 0 where there is no room for any. */
  readonly elements: number;
  /** In elements, as the others. */
  readonly length: number;
  readonly maximum: number;
  readonly capacity: number;
  /** The entry of the elements' root range, or 0. */
  readonly roots: number;
}

/** The number of elements. Atomic: the length is published after elements that were added. */
export function tableLength({ words }: ObjectMemory, record: number): number {
  return Atomics.load(words, (record + TABLE_LENGTH) >>> 2) >>> 0;
}

/** Publishes another length, of elements that are there. */
export function setTableLength({ words }: ObjectMemory, record: number, length: number): void {
  Atomics.store(words, (record + TABLE_LENGTH) >>> 2, length);
}

export function tableMaximum({ words }: ObjectMemory, record: number): number {
  return words[(record + TABLE_MAXIMUM) >>> 2]! >>> 0;
}

export function tableCapacity({ words }: ObjectMemory, record: number): number {
  return words[(record + TABLE_CAPACITY) >>> 2]! >>> 0;
}

/** The address of element 0. */
export function tableElements({ words }: ObjectMemory, record: number): Address {
  return addressOf(words[(record + TABLE_ELEMENTS) >>> 2]!);
}

/** The entry of the elements' root range, or 0. */
export function tableRoots({ words }: ObjectMemory, record: number): number {
  return words[(record + TABLE_ROOTS) >>> 2]! >>> 0;
}

/** Moves a table that only its agent has to other elements. */
export function setTableElements(
  { words }: ObjectMemory,
  record: number,
  elements: number,
  capacity: number,
  roots: number,
): void {
  words[(record + TABLE_ELEMENTS) >>> 2] = elements;
  words[(record + TABLE_CAPACITY) >>> 2] = capacity;
  words[(record + TABLE_ROOTS) >>> 2] = roots;
}

/** Writes a record that no other agent has yet. */
export function writeTable(
  { words }: ObjectMemory,
  record: number,
  { elements, length, maximum, capacity, roots }: TableRecord,
): void {
  words[(record + TABLE_ELEMENTS) >>> 2] = elements;
  words[(record + TABLE_LENGTH) >>> 2] = length;
  words[(record + TABLE_MAXIMUM) >>> 2] = maximum;
  words[(record + TABLE_CAPACITY) >>> 2] = capacity;
  words[(record + TABLE_ROOTS) >>> 2] = roots;
}

export function readTable(memory: ObjectMemory, record: number): TableRecord {
  return {
    elements: tableElements(memory, record),
    length: tableLength(memory, record),
    maximum: tableMaximum(memory, record),
    capacity: tableCapacity(memory, record),
    roots: tableRoots(memory, record),
  };
}
