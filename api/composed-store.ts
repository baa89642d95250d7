/**
 * The store that programs get: the insides of one, with a namespace and messages around it, of which they see what
 * `Store` names.
 */
import type { HeapReport } from "../gc/inspect/heap-report.ts";
import type { AgentState } from "../threads/agents/agent-states.ts";
import type { AgentStatistics } from "../threads/agents/protocol.ts";
import type { EmbeddersWorker } from "../threads/host/host.ts";
import { StoreInternals } from "../threads/store/store.ts";
import type { InternalStoreOptions } from "../threads/store/store-options.ts";
import type { StoreStatistics } from "../threads/store/store-statistics.ts";
import { type BoundNamespace, createNamespace } from "./js/namespace.ts";
import type { ModuleObject, Namespace } from "./js/shape.ts";
import type { Handle, Posting } from "./messages.ts";
import { AgentPosting } from "./posting.ts";
import type { Store } from "./store.ts";

let readInternals: (store: Store) => StoreInternals;

/** What tests and tools look at behind a store; no part of the package's interface. */
export function internalsOf(store: Store): StoreInternals {
  return readInternals(store);
}

/** Makes a store, whose Workers run when the promise resolves. */
export async function openStore(options: InternalStoreOptions): Promise<Store> {
  const internals = new StoreInternals(options);
  await internals.open();
  return new ComposedStore(internals);
}

/** Makes a store without Workers. */
export function storeWithoutWorkers(): Store {
  return new ComposedStore(new StoreInternals({ threads: 0 }));
}

class ComposedStore implements Store {
  readonly #internals: StoreInternals;
  readonly #bound: BoundNamespace;
  readonly #messages: AgentPosting;

  static {
    readInternals = (store) => (store as ComposedStore).#internals;
  }

  constructor(internals: StoreInternals) {
    this.#internals = internals;
    this.#bound = createNamespace(internals);
    this.#messages = new AgentPosting(internals.id, internals.agent, this.#bound.context, this.#bound.namespace);
  }

  get WebAssembly(): Namespace {
    return this.#bound.namespace;
  }

  get messages(): Posting {
    return this.#messages;
  }

  discard(handle: Handle): void {
    this.#messages.discard(handle);
  }

  get heap(): HeapReport {
    return this.#internals.report();
  }

  get agents(): readonly AgentState[] {
    return this.#internals.agents();
  }

  get workers(): readonly number[] {
    return this.#internals.pool.agents;
  }

  spawn<Arguments extends unknown[], Result>(
    callee: (...args: Arguments) => Result,
    ...args: Arguments
  ): Promise<Result> {
    return this.#internals.jobs.spawn(callee, args) as Promise<Result>;
  }

  async run(
    object: ModuleObject,
    name: string,
    args: readonly unknown[] = [],
    imports?: WebAssembly.Imports,
  ): Promise<unknown> {
    const { moduleOf, readImports } = this.#bound;
    return this.#internals.jobs.run(moduleOf(object), name, args, imports, readImports);
  }

  threadsEnded(): Promise<void> {
    return this.#internals.threads.allEnded();
  }

  statistics(): StoreStatistics {
    return this.#internals.statistics();
  }

  agentStatistics(): Promise<AgentStatistics[]> {
    return this.#internals.agentStatistics();
  }

  collect(): void {
    this.#internals.collect();
  }

  async admit(worker: EmbeddersWorker): Promise<number> {
    return this.#internals.admit(worker);
  }

  terminateWorker(agent: number): Promise<void> {
    return this.#internals.pool.terminate(agent);
  }

  close(): Promise<void> {
    return this.#internals.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
