/** The jobs that JS gives to a store's Workers: calls of shared functions, and runs of modules. */
import { rangeError, typeError } from "../../core/base/errors.ts";
import type { Agent } from "../agents/agent.ts";
import { Calls, calledFunction, crossesAgents } from "../agents/calls.ts";
import type { AgentEvent } from "../agents/protocol.ts";
import { StoreClosedError, WorkerLostError } from "../agents/store-errors.ts";
import type { CompiledModule } from "../link/imports.ts";
import { type AnnounceTemplate, type ReadImports, Templates } from "../link/templates.ts";
import { JobKind } from "../sync/job-queue.ts";

/** What jobs ask of the Workers. */
export interface JobWorkers {
  /** Makes sure that there is a Worker at all. */
  ensure(): void;
  /** Whether Workers keep the process alive. */
  keepAlive(alive: boolean): void;
}

export class Jobs {
  readonly #agent: Agent;
  readonly #workers: JobWorkers;
  readonly #calls: Calls;
  readonly #templates: Templates;
  #waiting = 0;

  constructor(agent: Agent, workers: JobWorkers, announce: AnnounceTemplate) {
    this.#agent = agent;
    this.#workers = workers;
    this.#calls = new Calls(agent);
    this.#templates = new Templates(announce);
  }

  /** Whether somebody awaits a Worker. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a shared function on a Worker; see `Store.spawn`. */
  async spawn(callee: unknown, args: readonly unknown[]): Promise<unknown> {
    const number = this.#agent.functionIndex(callee);
    const signature = number === undefined ? undefined : this.#agent.functions.signature(number);
    if (number === undefined || signature === undefined)
      throw typeError("not-exported", "store.spawn takes a function that this store exported");
    if (!signature.shared)
      throw typeError(
        "not-shared",
        "only a shared function can run on another thread; store.run instantiates a module there",
      );
    if (!crossesAgents(signature))
      throw typeError("not-shared", "the function's type has values that cannot be handed to another thread");
    return this.#call(() => this.#calls.start(number, signature, args));
  }

  /** Instantiates a module anew on a Worker and calls the export `name` there; see `Store.run`. */
  async run(
    module: CompiledModule,
    name: string,
    args: readonly unknown[],
    imports: WebAssembly.Imports | undefined,
    readImports: ReadImports,
  ): Promise<unknown> {
    const { plan } = module;
    if (plan.replicated)
      throw typeError(
        "shared-module",
        "the module has shared functions: instantiate it once, and run them with store.spawn",
      );
    const entry = plan.lowered.exports.find((candidate) => candidate.name === name);
    if (entry?.kind !== "func") throw typeError("not-exported", `the module exports no function "${name}"`);
    if (entry.index < plan.lowered.importedFunctions)
      throw typeError("not-exported", `"${name}" is an import of the module`);
    const signature = plan.signatures[entry.index]!;
    if (!crossesAgents(signature))
      throw typeError("not-shared", "the function's type has values that cannot be handed to another thread");
    const template = this.#templates.find(module, readImports, imports);
    return this.#call(() => this.#calls.start(template, signature, args, { functionIndex: entry.index }));
  }

  async #call(start: () => Promise<unknown>): Promise<unknown> {
    if (this.#agent.control.isClosed) throw new StoreClosedError();
    if (!this.#agent.hasWorkers) throw rangeError("no-threads", "the store has no threads");
    const answer = start();
    this.#workers.ensure();
    return this.waitFor(answer);
  }

  /** Waits for Workers; only meanwhile they keep the process alive. */
  async waitFor<T>(answer: Promise<T>): Promise<T> {
    this.#waiting++;
    this.#workers.keepAlive(true);
    try {
      return await answer;
    } finally {
      this.#waiting--;
      this.#workers.keepAlive(this.#waiting > 0);
    }
  }

  /** Takes a Worker's answer. */
  settle(event: Extract<AgentEvent, { kind: "returned" | "threw" | "uncaught" }>): void {
    this.#calls.settle(event);
  }

  /** Ends a call whose Worker is gone. */
  fail(call: number, error: Error): void {
    this.#calls.fail(call, error);
  }

  /** The store is closed, and so nobody answers any more. */
  failAll(): void {
    this.#calls.failAll(new WorkerLostError(new StoreClosedError()));
  }

  /** Names the function that a job calls: `target` and `block` are those of the queue's entry. */
  nameOf(kind: JobKind, target: number, block: number): string {
    if (kind !== JobKind.run) return this.#agent.instances.nameOf(target);
    const module = this.#templates.moduleOf(target);
    const index = calledFunction(this.#agent.heap, block >>> 0);
    return module?.plan.lowered.functions[index]?.name ?? `wasm-function[${index}]`;
  }
}
