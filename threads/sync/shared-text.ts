/**
 * Texts in the heap memory, from one agent to another: u32 length in bytes, then UTF-8. Hosts encode and decode no
 * shared bytes.
 */
import type { Heap } from "../../gc/heap/heap.ts";

/** Writes as much of a text as `capacity` bytes, the length included, have room for. */
export function writeText(heap: Heap, address: number, capacity: number, text: string): void {
  const bytes = new Uint8Array(capacity - 4);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  heap.bytes.set(bytes.subarray(0, written), address + 4);
  Atomics.store(heap.words, address >>> 2, written);
}

/** Writes a text that stays for as long as the store; returns its address. */
export function writePermanentText(heap: Heap, text: string): number {
  const bytes = new TextEncoder().encode(text);
  const address = heap.allocatePermanent(4 + bytes.length);
  heap.bytes.set(bytes, address + 4);
  Atomics.store(heap.words, address >>> 2, bytes.length);
  return address;
}

export function readText(heap: Heap, address: number): string {
  const length = Atomics.load(heap.words, address >>> 2);
  return new TextDecoder().decode(heap.bytes.slice(address + 4, address + 4 + length));
}
