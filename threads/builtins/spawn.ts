/**
 * Module `wasm:thread`: thread management for wasm code, as the shared-everything-threads overview asks ("Thread
 * Management Builtins") and the component model's Canonical ABI defines `thread.spawn-ref`, `thread.spawn-indirect` and
 * `thread.available-parallelism`:
 *
 *     (type $start (shared (func (param i32))))
 *     (import "wasm:thread" "spawn_ref" (func (shared? ) (param (ref null $start) i32) (result i32)))
 *     (import "wasm:thread" "spawn_indirect" (func (param i32 i32) (result i32)))
 *     (import "wasm:thread" "available_parallelism" (func (result i32)))
 *
 * Each may be imported as a shared or an unshared function. The first operand of `spawn_indirect` is an index into the
 * importing module's table 0, or, as "spawn_indirect.N", its table N; the second operand of both is handed to the start
 * function. They return the new thread's number, from 0, or -1 where the store has no Workers at all or was closed. A
 * null or out-of-bounds start function and one of another type trap.
 *
 * The thread goes into the store's queue and a parked Worker is woken, in shared memory: neither the main thread nor
 * anybody's event loop has a part in it. Threads start in the order in which they were spawned. When no Worker is
 * parked, the store is asked to grow its pool (pool.ts).
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { tableElements, tableLength } from "../../gc/heap/table-records.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { Control } from "../sync/control.ts";
import { JobKind } from "../sync/job-queue.ts";
import type { FunctionTable, LoweredFunction } from "../values/functions.ts";
import { NULL, type Signature } from "../values/kinds.ts";

/** The functions of the module. */
export type ThreadBuiltin = "spawn_ref" | "spawn_indirect" | "available_parallelism";

/** The name that modules import the builtins from. */
export const threadModule = "wasm:thread";

/** Which builtin a name of `wasm:thread` is, and the table that it is bound to. */
export function builtinNamed(name: string): { builtin: ThreadBuiltin; table: number } | undefined {
  const [, base, table] =
    /^(spawn_ref|spawn_indirect|available_parallelism)(?:\.(\d+))?$/.exec(name.replaceAll("-", "_")) ?? [];
  if (base === undefined || (table !== undefined && base !== "spawn_indirect")) return undefined;
  return { builtin: base as ThreadBuiltin, table: Number(table ?? 0) };
}

/** Whether a start function may have this signature: shared, one i32, nothing returned. */
function isStart(signature: Signature): boolean {
  return (
    signature.shared &&
    signature.results.length === 0 &&
    signature.params.length === 1 &&
    signature.params[0]!.kind === "i32"
  );
}

/** Whether a builtin may be imported with this signature; `start` is that of the first parameter's function type. */
export function fitsBuiltin(name: ThreadBuiltin, signature: Signature, start: Signature | undefined): boolean {
  const { params, results } = signature;
  if (results.length !== 1 || results[0]!.kind !== "i32") return false;
  switch (name) {
    case "available_parallelism":
      return params.length === 0;
    case "spawn_indirect":
      return params.length === 2 && params.every(({ kind }) => kind === "i32");
    case "spawn_ref":
      return params.length === 2 && params[1]!.kind === "i32" && start !== undefined && isStart(start);
  }
}

/** What the builtins ask of their agent. */
export interface SpawningAgent {
  readonly heap: Heap;
  readonly control: Control;
  readonly functions: FunctionTable;
  /** Whether the store may have Workers. */
  readonly hasWorkers: boolean;
  /** Called when a job was queued and no Worker was parked. */
  readonly onQueued: () => void;
  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never;
}

/**
 * A builtin in its lowered signature, on one agent. `table` is the address of the table that `spawn_indirect` reads.
 */
export function threadBuiltin(agent: SpawningAgent, name: ThreadBuiltin, table: number): LoweredFunction {
  switch (name) {
    case "available_parallelism":
      return () => agent.control.parallelism;
    case "spawn_ref":
      return (start, argument) => {
        if (start === NULL) agent.raise(TrapCode.nullFunctionReference);
        return spawnThread(agent, start as number, argument as number);
      };
    case "spawn_indirect":
      return (index, argument) => {
        if ((index as number) >>> 0 >= tableLength(agent.heap, table)) agent.raise(TrapCode.undefinedElement);
        const start = agent.heap.objects.word(tableElements(agent.heap, table) + 4 * ((index as number) >>> 0));
        if (start === NULL) agent.raise(TrapCode.uninitializedElement);
        const signature = agent.functions.signature(start);
        if (signature === undefined || !isStart(signature)) agent.raise(TrapCode.indirectCallTypeMismatch);
        return spawnThread(agent, start, argument as number);
      };
  }
}

function spawnThread(agent: SpawningAgent, start: number, argument: number): number {
  if (!agent.hasWorkers || agent.control.isClosed) return -1;
  // So that a RangeError from here on is about room in the heap.
  agent.heap.needMuchStack();
  const id = agent.control.jobs.beginThread();
  let isTaken: boolean;
  try {
    isTaken = agent.control.jobs.submit({ kind: JobKind.thread, target: start, argument, id });
  } catch (error) {
    // The queue has no room to grow: no thread, and no error that the program could catch.
    if (!(error instanceof RangeError)) throw error;
    agent.control.jobs.endThread();
    agent.raise(TrapCode.outOfMemory);
  }
  if (!isTaken) agent.onQueued();
  return id;
}
