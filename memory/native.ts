/**
 * The memory's own pages, where the host lets us at them: on Linux under Node, through the optional package `koffi`.
 *
 * A `WebAssembly.Memory` is anonymous private memory of the process, at an address that stays the same as long as it
 * lives. The package is loaded when it is first needed: most programs never give memory back.
 */
import { createRequire } from "./host-require.ts";

/** The part of koffi that is used here. */
interface Koffi {
  load(library: string): { func(declaration: string): (...values: unknown[]) => unknown };
  address(view: Uint8Array<ArrayBufferLike>): bigint;
}

interface Native {
  /** `madvise(MADV_DONTNEED)`; 0 when it was done. */
  readonly adviseUnneeded: (address: bigint, bytes: number) => number;
  readonly addressOf: (view: Uint8Array<ArrayBufferLike>) => bigint;
}

const MADV_DONTNEED = 4;

/** Undefined before the first use; null where the host has none. */
let loaded: Native | null | undefined;
const bases = new WeakMap<WebAssembly.Memory, bigint>();

/** Whether `discard` may be worth a try on this thread. */
export function canDiscard(): boolean {
  return loaded !== null && createRequire() !== undefined;
}

function load(): Native | null {
  try {
    const koffi = createRequire()?.("koffi") as Koffi | undefined;
    if (koffi === undefined) return null;
    const madvise = koffi.load("libc.so.6").func("int madvise(uintptr_t address, size_t bytes, int advice)");
    return {
      adviseUnneeded: (address, bytes) => madvise(address, bytes, MADV_DONTNEED) as number,
      addressOf: (view) => koffi.address(view),
    };
  } catch {
    // An optional package: without it memory stays with the process.
    return null;
  }
}

/**
 * Gives the pages of [start, start + bytes), multiples of the page size, back to the system: from here on they read
 * zero. Nobody may access them meanwhile. False, and nothing has changed, where the host cannot.
 */
export function discard(memory: WebAssembly.Memory, start: number, bytes: number): boolean {
  loaded ??= load();
  if (loaded === null) return false;
  let base = bases.get(memory);
  if (base === undefined) {
    base = loaded.addressOf(new Uint8Array(memory.buffer, 0, 1));
    bases.set(memory, base);
  }
  return loaded.adviseUnneeded(base + BigInt(start), bytes) === 0;
}
