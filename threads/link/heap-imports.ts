/**
 * The `heap` namespace of lowered modules on one agent (lower/host/host-imports.ts): the heap's own functions, and
 * those of threads.
 */
import type { ProvidedImports } from "../../lower/host/host-imports.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import type { Control } from "../sync/control.ts";
import type { Gate } from "../sync/gate.ts";
import type { Traps } from "../traps/traps.ts";
import { type Conversions, externalize, internalize } from "../values/convert.ts";
import type { Exceptions } from "../values/exceptions.ts";
import type { WaitQueues } from "../wait/wait-queues.ts";
import type { WaitWatch } from "../wait/wait-watch.ts";
import type { LazyInstalls } from "./lazy-installs.ts";
import { growTable, type TableAgent } from "./tables.ts";

/** What the namespace asks of its agent. */
export interface HeapImportsAgent extends Conversions, TableAgent {
  readonly control: Pick<Control, "functionType" | "words" | "locked">;
  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never;
}
/** The parts of the agent that functions of the namespace are of. */
export interface HeapImportsParts {
  readonly gate: Gate;
  readonly traps: Traps;
  readonly exceptions: Exceptions;
  readonly waitQueues: WaitQueues;
  readonly watch: WaitWatch;
  readonly lazyInstalls: LazyInstalls;
}

export function createHeapImports(agent: HeapImportsAgent, parts: HeapImportsParts): ProvidedImports<"heap"> {
  const { exceptions, lazyInstalls, traps } = parts;
  return {
    ...agent.heap.imports,
    ...runtimeFunctions(agent, parts),
    known: lazyInstalls.known,
    trap: traps.trap,
    exception: exceptions.tag,
  };
}

/** Functions of JS that lowered code calls as a mutator: they run no code of the program. */
function runtimeFunctions(agent: HeapImportsAgent, parts: HeapImportsParts) {
  const { lazyInstalls, waitQueues, watch } = parts;
  const { enter, leave, needStack } = parts.gate;
  return {
    beginWait: (isEndless: number, sp: number) => {
      if (!waitQueues.mayBlock) agent.raise(TrapCode.blockingForbidden);
      needStack();
      leave(sp);
      watch.beginMemoryWait(isEndless !== 0);
    },
    endWait: () => {
      watch.end();
      enter();
    },
    ...waitQueues.imports(),
    resolve: (index: number) => lazyInstalls.resolve(index),
    growTable: (record: number, delta: number, value: number, scanned: number) =>
      growTable(agent, record >>> 0, delta, value, scanned !== 0),
    internalize: (value: unknown, sp: number) => internalize(agent, value, sp),
    externalize: (reference: number) => externalize(agent, reference),
  };
}
