/**
 * Typed cells: lowered values in the heap memory, as globals, payloads of exceptions and operands of calls have them.
 *
 *     i32, f32, references  one word; a reference is the address or index that lowered code has of it
 *     i64, f64              two words, the low one first
 *
 * Cells that several threads may use are read and written in one access each, references in order: who sees a reference
 * sees the object that it leads to. A cell that only one thread can reach yet, or that nobody writes any more, needs
 * neither: what makes the cell's address known to others is ordered.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import type { ValueKind } from "./kinds.ts";

type Memory = Pick<Heap, "words" | "bytes">;

/** Eight bytes, to see as what they are; hosts of WebAssembly's threads are little-endian, as memories are. */
const doubles = new Float64Array(1);
const floats = new Float32Array(doubles.buffer);
const longs = new BigInt64Array(doubles.buffer);
const words = new Int32Array(doubles.buffer);

/** How many bytes a value of a kind takes. */
export function bytesOf({ kind }: ValueKind): number {
  if (kind === "v128") return 16;
  return kind === "i64" || kind === "f64" ? 8 : 4;
}

/** Writes a cell that no other thread can reach yet. */
export function initializeCell(memory: Memory, { kind }: ValueKind, address: number, value: unknown): void {
  const at = address >>> 2;
  switch (kind) {
    case "i64":
      longs[0] = value as bigint;
      break;
    case "f64":
      doubles[0] = value as number;
      break;
    case "f32":
      floats[0] = value as number;
      memory.words[at] = words[0] as number;
      return;
    default:
      memory.words[at] = value as number;
      return;
  }
  memory.words[at] = words[0] as number;
  memory.words[at + 1] = words[1] as number;
}

/** Reads a cell that no thread writes any more. */
export function readFinalCell(memory: Memory, { kind }: ValueKind, address: number): unknown {
  const at = address >>> 2;
  words[0] = memory.words[at] as number;
  switch (kind) {
    case "i64":
      words[1] = memory.words[at + 1] as number;
      return longs[0];
    case "f64":
      words[1] = memory.words[at + 1] as number;
      return doubles[0];
    case "f32":
      return floats[0];
    default:
      return words[0];
  }
}

/** Writes a cell that other threads may read and write. */
export function storeCell(memory: Memory, { kind }: ValueKind, address: number, value: unknown): void {
  switch (kind) {
    // In one access: in two, another thread could read half of the old number and half of the new one.
    case "i64":
      view(memory).setBigInt64(address, value as bigint, true);
      return;
    case "f64":
      view(memory).setFloat64(address, value as number, true);
      return;
    case "f32":
      view(memory).setFloat32(address, value as number, true);
      return;
    default:
      // Race: a release, so that a thread which finds a reference here finds the object behind it written.
      Atomics.store(memory.words, address >>> 2, value as number);
  }
}

/** Reads a cell that other threads may write. */
export function loadCell(memory: Memory, { kind }: ValueKind, address: number): unknown {
  switch (kind) {
    case "i64":
      return view(memory).getBigInt64(address, true);
    case "f64":
      return view(memory).getFloat64(address, true);
    case "f32":
      return view(memory).getFloat32(address, true);
    default:
      return Atomics.load(memory.words, address >>> 2);
  }
}

function view({ bytes }: Memory): DataView<ArrayBufferLike> {
  return new DataView(bytes.buffer);
}
