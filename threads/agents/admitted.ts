/**
 * A Worker of the embedder's, as the pool hears it. The program's own JS on that thread sees the message by which it
 * joins, and so may have the port for its events: what comes from there is no more than such an agent has to say, and
 * names no value. It takes no jobs, so that it answers no calls.
 */
import { type EmbeddersWorker, embeddersWorker, type HostWorker } from "../host/host.ts";
import type { AgentEvent } from "./protocol.ts";

const heard: ReadonlySet<unknown> = new Set<AgentEvent["kind"]>(["ready", "queued", "shrinkable", "stuck"]);

function isHeard(message: unknown): boolean {
  return typeof message === "object" && message !== null && heard.has((message as { readonly kind?: unknown }).kind);
}

export function admittedWorker(worker: EmbeddersWorker): HostWorker {
  const host = embeddersWorker(worker);
  return {
    ...host,
    onMessage: (listener) =>
      host.onMessage((message) => {
        if (isHeard(message)) listener(message);
      }),
  };
}
