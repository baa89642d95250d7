/** What is done with a root: marking pushes it, the tracer follows it. */
import { pushRoot } from "./mark";
import { traceEdge, tracing } from "./tracer";

/** Visits the words in [start, end). */
export function visitRange(start: usize, end: usize): void {
  for (let at = start; at < end; at += 4) {
    // Atomic, because an agent in a safe region may free a handle meanwhile.
    const word = atomic.load<usize>(at);
    if (tracing) traceEdge(word);
    else pushRoot(word);
  }
}
