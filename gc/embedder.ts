/**
 * What the heap runtime asks of its embedder: the imports of the AssemblyScript module, all in `env`.
 * The other side of the boundary is `api.ts`.
 */
import { InternalError } from "../core/base/assert.ts";

/** One agent's buffer, as globals that its lowered modules import too. */
export interface AllocationBuffer {
  readonly top: WebAssembly.Global;
  readonly limit: WebAssembly.Global;
}

/** What a check of the runtime found; the codes are in `runtime/debug.ts`. */
const failures: readonly string[] = [
  "heap check failed",
  "an object's header names no type record",
  "a reference leads outside the heap",
  "a live object is not marked",
  "a live object lies in a free line",
  "the heap memory was destroyed while a collection ran",
  "an agent id is out of range or in use",
  "the shadow-stack pointer is outside the agent's shadow stack",
  "called in the wrong agent state",
];

/** Makes the runtime's imports for one agent. */
export function runtimeImports(memory: WebAssembly.Memory, buffer: AllocationBuffer): WebAssembly.Imports {
  return {
    env: {
      memory,
      top: buffer.top,
      limit: buffer.limit,
      /** Milliseconds, for pauses. */
      now: (): number => performance.now(),
      /** A broken promise inside the heap: never caused by a program. */
      fail: (code: number, address: number): never => {
        throw new InternalError(`${failures[code] ?? failures[0]} (0x${(address >>> 0).toString(16)})`);
      },
    },
  };
}
