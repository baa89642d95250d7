/**
 * Strings of JS in the heap (threads/values/shared-values.ts draws them), as far as whoever looks into the heap must know them.
 */
import type { Heap } from "../heap/heap.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH } from "./layout.ts";

/** The `kind` word of their record. */
export const TYPE_SHARED_STRING = 7;
/** Offset of the reference to the array of UTF-16 code units. */
export const STRING_UNITS = 4;

/** The beginning of the string at `address`: `most` units, and dots where it is longer. Nobody changes the heap meanwhile. */
export function beginningOf(heap: Heap, address: number, most: number): string {
  const units = heap.plan(address + STRING_UNITS);
  const length = heap.plan(units + ARRAY_LENGTH);
  const view = new Uint16Array(heap.bytes.buffer, units + ARRAY_ELEMENTS, Math.min(length, most));
  return String.fromCharCode(...view) + (length > most ? "..." : "");
}
