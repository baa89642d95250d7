/** Collections in the Trace Event format, which Chrome's `about:tracing`, DevTools and Perfetto open. */
import type { Collection } from "../heap/pauses.ts";

/** A "complete" or "metadata" or "counter" event of the format. Times are in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: "X" | "M" | "C";
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

const microseconds = (milliseconds: number): number => Math.round(milliseconds * 1000);

/** A track for each agent that ran a collection, with the collection's phases, and the blocks in use as a counter. */
export function traceOf(collections: readonly Collection[], process = 1): TraceFile {
  const agents = [...new Set(collections.map(({ agent }) => agent))].sort((a, b) => a - b);
  const name: TraceEvent = { name: "process_name", ph: "M", pid: process, tid: agents[0] ?? 0, args: { name: "heap" } };
  const names = agents.map(
    (agent): TraceEvent => ({
      name: "thread_name",
      ph: "M",
      pid: process,
      tid: agent,
      args: { name: `agent ${agent}` },
    }),
  );
  return {
    traceEvents: [name, ...names, ...collections.flatMap((collection) => eventsOf(collection, process))],
    displayTimeUnit: "ms",
  };
}

function eventsOf(collection: Collection, pid: number): TraceEvent[] {
  const { kind, agent, start, stopTime, markTime, pause, usedBefore, usedAfter, ...args } = collection;
  const event = (name: string, from: number, to: number, more: Readonly<Record<string, unknown>> = {}): TraceEvent => {
    const ts = microseconds(start + from);
    return { name, cat: "gc", ph: "X", ts, dur: microseconds(start + to) - ts, pid, tid: agent, args: more };
  };
  const used = (at: number, bytes: number): TraceEvent => {
    return { name: "heap in use", ph: "C", ts: microseconds(start + at), pid, tid: agent, args: { bytes } };
  };
  const phases = [event("stop", 0, stopTime), event("mark", stopTime, markTime), event("sweep", markTime, pause)];
  return [
    used(0, usedBefore),
    event(`${kind} collection`, 0, pause, { ...args, usedBefore, usedAfter }),
    // What begins at the same time and takes none would be drawn inside of what follows it.
    ...phases.filter(({ dur }) => dur !== 0),
    used(pause, usedAfter),
  ];
}
