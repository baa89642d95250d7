/**
 * Workers of the embedder's as agents of a store: `Store.admit` on the creator's side, `joinStore` on theirs. They run
 * the embedder's JS, have an event loop of their own, and take no jobs of the store's queue.
 */
import * as Comlink from "comlink";
import { TypeStore } from "../core/types/type-store.ts";
import { TypeRecords } from "../gc/heap/type-records.ts";
import type { AgentEvent, AgentService, JoinMessage } from "../threads/agents/protocol.ts";
import { startAgent } from "../threads/agents/start-agent.ts";
import { awaitMessage, holdLock, messageDrain } from "../threads/host/host.ts";
import { LIFE_READY } from "../threads/sync/agent-records.ts";
import { Kinds } from "../threads/values/kinds.ts";
import { createContext } from "./js/context.ts";
import { createJoinedNamespace, type JoinedNamespace } from "./js/joined-namespace.ts";
import type { Handle, Posting } from "./messages.ts";
import { AgentPosting } from "./posting.ts";

/** A store, as a thread has it that was admitted. */
export interface JoinedStore {
  /** This thread's agent, by which the creator's `store.agents` lists it. */
  readonly agent: number;
  /** The classes of what agents share. Modules are the creator's. */
  readonly WebAssembly: JoinedNamespace;
  /** Shared values in messages to and from other agents. */
  readonly messages: Posting;
  /** Revokes a handle that nobody has received, as the creator's `store.discard` does. */
  discard(handle: Handle): void;
}

/**
 * Makes this Worker an agent of the store that admits it, for as long as the Worker lives. Resolves when the creator
 * has called `store.admit` with the Worker; the Worker's own listeners see that message, too, and may know it by
 * `heddle: "join"`. It does not resolve where nobody admits the Worker.
 */
export async function joinStore(): Promise<JoinedStore> {
  const { start, events, lock } = await awaitMessage(isJoinMessage);
  await holdLock(lock);
  const tell = (event: AgentEvent): void => events.postMessage(event);
  const agent = startAgent(start, tell);
  const service: AgentService = {
    install: (step) => agent.install(step),
    statistics: () => agent.statistics(),
  };
  Comlink.expose(service, start.port);
  // It is the embedder's business how long the Worker lives.
  for (const port of [start.port, events]) (port as { unref?: () => void }).unref?.();
  agent.lazyInstalls.drain = await messageDrain(start.port);
  const types = new TypeStore();
  const context = createContext(agent, new Kinds(types, new TypeRecords(agent.heap, types)), undefined);
  const namespace = createJoinedNamespace(context);
  agent.records.setLife(agent.id, LIFE_READY);
  tell({ kind: "ready" });
  const messages = new AgentPosting(start.store, agent, context, namespace);
  return { agent: agent.id, WebAssembly: namespace, messages, discard: (handle) => messages.discard(handle) };
}

/** Whether a message is the one by which a Worker joins. */
function isJoinMessage(value: unknown): value is JoinMessage {
  return typeof value === "object" && value !== null && (value as { heddle?: unknown }).heddle === "join";
}
