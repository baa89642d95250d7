/**
 * Values of JS as objects of the heap (layout/js-value-layout.ts draws them): their records, and how they are written
 * and read.
 *
 * An object is written where the agent has just allocated it, whole and before the agent's next safepoint.
 */

import {
  BOUND_BYTES,
  BOUND_OWNER,
  BOUND_SLOT,
  HOST_BYTES,
  HOST_SLOT,
  NUMBER_BYTES,
  NUMBER_VALUE,
  STRING_BYTES,
  STRING_UNITS,
} from "../layout/js-value-layout.ts";
import { arrayBytes } from "../layout/object-layout.ts";
import { ARRAY_LENGTH } from "../layout/objects.ts";
import { KIND_ARRAY, KIND_HOST, KIND_NUMBER, KIND_STRING, KIND_THREAD_BOUND, NO_TYPE } from "../layout/record-kinds.ts";
import { type Address, addressOf, type HeapObjects } from "../objects.ts";
import type { BoxSlot } from "./boxes.ts";
import { slotOf } from "./slots.ts";
import { type RecordMemory, writeRecord } from "./type-records.ts";

export { BOUND_BYTES, HOST_BYTES, NUMBER_BYTES, STRING_BYTES };

/** Base-2 logarithm of the bytes of a UTF-16 code unit. */
const UNIT_LOG2 = 1;

function writeKind(memory: RecordMemory, kind: number, size: number, references: readonly number[]): number {
  return writeRecord(memory, { kind, size, references, id: NO_TYPE, supertypes: [] });
}

/** The record of objects that stand for any value of one agent. */
export const writeHostRecord = (memory: RecordMemory): number => writeKind(memory, KIND_HOST, HOST_BYTES, []);
/** The record of thread-bound data. */
export const writeBoundRecord = (memory: RecordMemory): number => writeKind(memory, KIND_THREAD_BOUND, BOUND_BYTES, []);
/** The record of strings. */
export const writeStringRecord = (memory: RecordMemory): number =>
  writeKind(memory, KIND_STRING, STRING_BYTES, [STRING_UNITS]);
/** The record of the arrays that strings keep their units in. */
export const writeUnitsRecord = (memory: RecordMemory): number => writeKind(memory, KIND_ARRAY, UNIT_LOG2, []);
/** The record of numbers. */
export const writeNumberRecord = (memory: RecordMemory): number => writeKind(memory, KIND_NUMBER, NUMBER_BYTES, []);

export function writeHost(objects: HeapObjects, at: number, record: number, slot: BoxSlot): void {
  objects.setWord(at, record);
  objects.setWord(at + HOST_SLOT, slot);
}

/** The slot of the box of an object that stands for a value. */
export function hostSlot(objects: HeapObjects, object: number): BoxSlot {
  return slotOf(objects.word(object + HOST_SLOT));
}

export function writeBound(objects: HeapObjects, at: number, record: number, owner: number, slot: BoxSlot): void {
  objects.setWord(at, record);
  objects.setWord(at + BOUND_OWNER, owner);
  objects.setWord(at + BOUND_SLOT, slot);
}

/** The number of the life of the agent that made thread-bound data. */
export function boundOwner(objects: HeapObjects, object: number): number {
  return objects.word(object + BOUND_OWNER);
}

/** The slot of the box of thread-bound data. */
export function boundSlot(objects: HeapObjects, object: number): BoxSlot {
  return slotOf(objects.word(object + BOUND_SLOT));
}

export function writeNumber(objects: HeapObjects, at: Address, record: number, value: number): void {
  objects.setWord(at, record);
  objects.view(at + NUMBER_BYTES).setFloat64(at + NUMBER_VALUE, value, true);
}

export function readNumber(objects: HeapObjects, number: number): number {
  const at = addressOf(number);
  return objects.view(at + NUMBER_BYTES).getFloat64(at + NUMBER_VALUE, true);
}

/** Bytes of the array of the units of a string of that length. */
export function unitsBytes(length: number): number {
  return arrayBytes(UNIT_LOG2, length);
}

/** Writes the array of a string's units. */
export function writeUnits(objects: HeapObjects, at: number, record: number, text: string): void {
  objects.setWord(at, record);
  objects.setWord(at + ARRAY_LENGTH, text.length);
  const units = objects.unitsAround(at);
  const first = objects.firstUnit(at);
  for (let i = 0; i < text.length; i++) units[first + i] = text.charCodeAt(i);
}

/** Writes a string whose units are in the array at `units`. */
export function writeString(objects: HeapObjects, at: number, record: number, units: number): void {
  objects.setWord(at, record);
  objects.setWord(at + STRING_UNITS, units);
}

/** The string, or its first `most` units. */
export function readString(objects: HeapObjects, string: number, most?: number): string {
  return objects.text(objects.word(string + STRING_UNITS), most);
}

/** The beginning of a string: `most` units, and dots where it is longer. */
export function beginningOf(objects: HeapObjects, string: number, most: number): string {
  const length = objects.arrayLength(objects.word(string + STRING_UNITS));
  return readString(objects, string, most) + (length > most ? "..." : "");
}
