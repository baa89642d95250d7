/**
 * What the heap runtime asks of its embedder: the imports of the AssemblyScript module, all in `env`.
 * The other side of the boundary is `api.ts`.
 */

import { InternalError } from "../core/base/assert.ts";
import { canDiscard, discard } from "../memory/native.ts";
import { DISCARD_DONE, DISCARD_ELSEWHERE, DISCARD_IMPOSSIBLE } from "./layout/control-words.ts";

/** One agent's buffer, as globals that its lowered modules import too. */
export interface AllocationBuffer {
  readonly top: WebAssembly.Global;
  readonly limit: WebAssembly.Global;
}

/** What an agent's side of the heap does for its runtime. */
export interface RuntimeHost {
  /** Raises what the host raises for an exhausted stack, unless there is room for `1 + levels` times 8 KB. */
  readonly probe: (levels: number) => number;
  /** The same as an answer. */
  hasStack(levels: number): boolean;
  /** The creator is to give pages back, and this thread cannot. */
  askToShrink(): void;
  /** This agent has run a collection, whose record (layout/pauses.ts) is at `record`. */
  collected(record: number): void;
}

/** What a check of the runtime found; the codes are in `runtime/base/debug.ts`. */
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
  "a root range taken back twice",
];

/** Makes the runtime's imports for one agent. */
export function runtimeImports(
  memory: WebAssembly.Memory,
  buffer: AllocationBuffer,
  host: RuntimeHost,
): WebAssembly.Imports {
  return {
    env: {
      memory,
      top: buffer.top,
      limit: buffer.limit,
      probe: host.probe,
      hasStack: (levels: number): number => (host.hasStack(levels) ? 1 : 0),
      /** Milliseconds since the epoch: one clock for all agents, whose `performance.now` begin at different times. */
      now: (): number => performance.timeOrigin + performance.now(),
      discard: (start: number, bytes: number): number => {
        if (canDiscard()) return discard(memory, start >>> 0, bytes >>> 0) ? DISCARD_DONE : DISCARD_IMPOSSIBLE;
        // It is the creator who has found that pages can be given back.
        host.askToShrink();
        return DISCARD_ELSEWHERE;
      },
      collected: (record: number): void => host.collected(record >>> 0),
      /** A broken promise inside the heap: never caused by a program. */
      fail: (code: number, address: number): never => {
        throw new InternalError(`${failures[code] ?? failures[0]} (0x${(address >>> 0).toString(16)})`);
      },
    },
  };
}
