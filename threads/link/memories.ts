/**
 * Memories whose type is not what the host thinks: those with pages of one byte (custom-page-sizes), which on the host
 * have whole pages and whose length in bytes is in a cell of the heap memory; and 64-bit memories on a host that has
 * none, which are 32-bit memories there.
 *
 * Known deviations: a `Memory` object of such a memory is the host's. In JS the buffer of one with pages of a byte ends
 * with a whole page, and bytes cannot be added from there; a 64-bit memory takes numbers where the standard has
 * BigInts.
 */
import type { LoweredMemory } from "../../lower/host/lowered.ts";
import type { Mutator } from "../values/mutator.ts";

const HOST_PAGE_LOG2 = 16;

interface UnlikeMemory {
  readonly type: LoweredMemory;
  /** Address of the length in bytes; undefined where pages are the host's. */
  readonly length: number | undefined;
}

/** What an agent knows of such memories. */
export class UnlikeMemories {
  readonly #known = new WeakMap<WebAssembly.Memory, UnlikeMemory>();

  /** Notes a memory that a module defines; `shared` is the address of the instance's shared block. */
  add(memory: WebAssembly.Memory, type: LoweredMemory, shared: number): void {
    const length = type.lengthOffset === undefined ? undefined : shared + type.lengthOffset;
    if (length !== undefined || type.is64 !== type.host.is64) this.#known.set(memory, { type, length });
  }

  /** Address of a memory's length in bytes; undefined where pages are the host's. */
  lengthOf(memory: WebAssembly.Memory): number | undefined {
    return this.#known.get(memory)?.length;
  }

  /** Whether a memory is what the host thinks. */
  isHosts(memory: WebAssembly.Memory): boolean {
    return !this.#known.has(memory);
  }

  /** Whether a memory can be imported as one of the declared type, as far as the host does not see to it. */
  fits(agent: Pick<Mutator, "heap">, memory: WebAssembly.Memory, declared: LoweredMemory): boolean {
    if (memory.buffer instanceof ArrayBuffer === declared.shared) return false;
    const known = this.#known.get(memory);
    if ((known?.type.is64 ?? declared.host.is64) !== declared.is64) return false;
    if ((known?.type.pageSizeLog2 ?? HOST_PAGE_LOG2) !== declared.pageSizeLog2) return false;
    if (known?.length === undefined)
      return BigInt(memory.buffer.byteLength) >> BigInt(HOST_PAGE_LOG2) >= declared.minimum;
    const { maximum } = known.type;
    const fitsMaximum = declared.maximum === undefined || (maximum !== undefined && maximum <= declared.maximum);
    return (
      fitsMaximum && Atomics.load(new BigUint64Array(agent.heap.memory.buffer), known.length >>> 3) >= declared.minimum
    );
  }
}
