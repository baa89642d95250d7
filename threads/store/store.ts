/**
 * A store: one program's heap, types, modules and agents. The agent that makes it is its creator; compilation, instantiation and the JS API
 * happen there, shared code runs on all of its agents.
 */

import { type BoundNamespace, createNamespace } from "../../api/js/namespace.ts";
import type { ModuleObject, Namespace } from "../../api/js/shape.ts";
import type { Posting } from "../../api/posting.ts";
import { RuntimeError } from "../../core/base/errors.ts";
import { defaultFeatures, type FeatureSet } from "../../core/base/features.ts";
import { TypeStore } from "../../core/types/type-store.ts";
import { canBlock, Heap, type HeapStatistics } from "../../gc/heap/heap.ts";
import { IdleCollector } from "../../gc/heap/idle-collector.ts";
import { TypeRecords } from "../../gc/heap/type-records.ts";
import { type HeapReport, reportHeap } from "../../gc/inspect/heap-report.ts";
import { TypeNames } from "../../gc/inspect/type-names.ts";
import { FUNCTION_COUNT } from "../../gc/layout/control.ts";
import { Agent } from "../agents/agent.ts";
import { type AgentState, agentStates } from "../agents/agent-states.ts";
import { Calls, calledFunction, crossesAgents } from "../agents/calls.ts";
import { Deadlocks, watchMode } from "../agents/deadlocks.ts";
import { Pool, WorkerLostError } from "../agents/pool.ts";
import type { AgentEvent, AgentStatistics } from "../agents/protocol.ts";
import type { CompileOptions } from "../builtins/compile-options.ts";
import { type EmbeddersWorker, embeddersWorker, hardwareConcurrency, hasMemory64, hasTotalStoreOrder, turn } from "../host/host.ts";
import { requireSharedMemory } from "../host/isolation.ts";
import { createRootBlock, createSharedBlock } from "../link/blocks.ts";
import type { CompiledModule, ImportedItems } from "../link/imports.ts";
import { InstallLog } from "../link/install-log.ts";
import { createSharedMemories, type LinkedInstance } from "../link/link.ts";
import { Templates } from "../link/templates.ts";
import type { CompileContext, StableSource } from "../modules/compile.ts";
import { Compiler } from "../modules/compiler.ts";
import { Control, JobKind } from "../sync/control.ts";
import { unpackError } from "../traps/traps.ts";
import { createHostRecord } from "../values/boxed-values.ts";
import { reserveFunctions } from "../values/functions.ts";
import { Kinds, type Signature } from "../values/kinds.ts";
import { RootNames } from "./root-names.ts";
import type { StoreOptions } from "./store-options.ts";

/** Figures of a store. */
export interface StoreStatistics {
  readonly heap: HeapStatistics;
  /** Workers at present. */
  readonly threads: number;
  /** Jobs that wait for a Worker. */
  readonly queued: number;
}

export class Store {
  /** The WebAssembly namespace of the JS API, with everything in it bound to this store. */
  readonly WebAssembly: Namespace;
  /** The creator's agent. */
  readonly agent: Agent;
  readonly types: TypeStore;
  readonly kinds: Kinds;
  readonly #compiler: Compiler;
  readonly #options: StoreOptions;
  readonly #heap: Heap;
  readonly #names: TypeNames;
  readonly #rootNames = new RootNames();
  readonly #idle: IdleCollector;
  readonly #pool: Pool;
  readonly #calls: Calls;
  readonly #deadlocks: Deadlocks;
  readonly #bound: BoundNamespace;
  readonly #templates: Templates;
  readonly #threadErrors: Error[] = [];
  #threadWaiters: (() => void)[] = [];
  #waiting = 0;
  #instances = 0;
  #announced = new Set<number>();
  readonly #installLog: InstallLog;
  readonly #memoryNumbers = new WeakMap<WebAssembly.Memory, number>();
  #memoryCount = 0;
  #closing: Promise<void> | undefined;
  /** Tells this store from others. */
  readonly #id: string = crypto.randomUUID();

  constructor(options: StoreOptions) {
    const threads = options.threads ?? hardwareConcurrency();
    const maximumThreads = Math.max(threads, options.maximumThreads ?? (threads === 0 ? 0 : 16));
    if (!(Number.isInteger(threads) && threads >= 0 && maximumThreads <= 253)) throw new RangeError("a store has 0 to 253 threads");
    requireSharedMemory(maximumThreads > 0);
    this.#options = options;
    const { maximum = 1 << 30, nurseryBytes, shadowStackBytes, debug, measure } = options.heap ?? {};
    this.#heap = Heap.create({
      maximum,
      agents: maximumThreads + 1,
      collectAtSafepoints: options.collectAtSafepoints ?? false,
      ...(shadowStackBytes === undefined ? {} : { shadowStackBytes }),
      ...(nurseryBytes === undefined ? {} : { nurseryBytes }),
      ...(debug === undefined ? {} : { debug }),
      ...(measure === undefined ? {} : { measure }),
    });
    this.#heap.attach(0);
    const parallelism = Math.max(1, maximumThreads === 0 ? 1 : threads);
    const control = Control.create(
      this.#heap,
      maximumThreads + 1,
      parallelism,
      canBlock(),
      watchMode(options.deadlock, options.onDeadlock !== undefined),
    );
    const hostRecord = createHostRecord(this.#heap);
    this.agent = new Agent({
      id: 0,
      heap: this.#heap,
      control,
      hostRecord,
      hasWorkers: maximumThreads > 0,
      onQueued: () => this.#pool.grow(),
      onStuck: (stuck) => this.#deadlocks.foundInWait(stuck),
    });
    this.types = new TypeStore();
    this.#names = new TypeNames(this.types);
    const records = new TypeRecords(this.#heap, this.types);
    this.kinds = new Kinds(this.types, records);
    const context: CompileContext = {
      types: this.types,
      records,
      kinds: this.kinds,
      features: options.features ?? defaultFeatures,
      lowering: {
        publication: options.publication ?? (hasTotalStoreOrder() ? "tso" : "atomic"),
        stackGuard: this.#heap.stackGuard,
        memory64: options.memory64 ?? (hasMemory64() ? "host" : "lowered"),
        ...(options.collectAtSafepoints === undefined ? {} : { collectAtSafepoints: options.collectAtSafepoints }),
      },
    };
    const passThrough = options.passThrough === true;
    const { agent } = this;
    this.#compiler = new Compiler({ agent, heap: this.#heap, context, names: this.#names, rootNames: this.#rootNames, passThrough });
    this.#installLog = new InstallLog(this.#heap, control.installLog, (memory) => this.#memoryNumber(memory));
    this.#calls = new Calls(this.agent);
    this.#pool = new Pool({
      store: this.#id,
      heap: this.#heap,
      control,
      hostRecord,
      threads,
      maximumThreads,
      script: options.workerScript,
      onEvent: (event) => this.#onEvent(event),
      onFailure: (error) => this.#threadFailed(-1, error instanceof Error ? error : new Error(String(error))),
      onLost: (kind, id, error, ended) => this.#onLost(kind, id, error, ended),
      onDead: (agent) => this.#onDead(agent),
      records: this.agent.records,
    });
    this.#deadlocks = new Deadlocks({
      agent: this.agent,
      mode: options.deadlock ?? "report",
      onDeadlock: options.onDeadlock,
      nameJob: (kind, target, block) => this.#nameJob(kind, target, block),
      mayGrow: () => this.#pool.mayGrow,
      isAwaited: () => this.#waiting > 0,
      keepAlive: (alive) => this.#pool.keepAlive(alive),
      terminate: (id, message) => void this.#pool.terminate(id, new RuntimeError(message, { code: "deadlock" })),
    });
    this.#idle = new IdleCollector(
      this.#heap,
      () => this.collect(),
      () => this.agent.values.release(),
    );
    this.#bound = createNamespace(this, this.#id);
    this.#templates = new Templates({
      readImports: (module, imports) => this.#bound.readImports(module, imports),
      announce: (id, module, imports) => {
        this.#announceModule(module);
        this.#pool.announce({ kind: "template", plan: { id, module: module.plan.id, imports } });
      },
    });
    this.WebAssembly = this.#bound.namespace;
  }

  /** Starts the Workers. */
  async open(): Promise<this> {
    try {
      await this.#pool.open();
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get features(): FeatureSet {
    return this.#compiler.features;
  }

  /** Decodes or parses, validates, lowers and compiles a module. */
  compile(source: StableSource, options: CompileOptions): CompiledModule {
    return this.#compiler.compile(source, options);
  }

  /** The same; the host compiles on threads of its own. */
  compileLater(source: StableSource, options: CompileOptions): Promise<CompiledModule> {
    return this.#compiler.compileLater(source, options);
  }

  /** Instantiates on the creator, and on all other agents what shared code may reach. */
  instantiate(module: CompiledModule, imported: ImportedItems): LinkedInstance {
    const { plan } = module;
    const { agent } = this;
    if (!plan.replicated) return this.#instantiate(module, imported);
    agent.control.installingFrom = this.#heap.plan(FUNCTION_COUNT);
    try {
      return this.#instantiate(module, imported);
    } finally {
      agent.control.installingFrom = -1;
    }
  }

  #instantiate(module: CompiledModule, imported: ImportedItems): LinkedInstance {
    this.#heap.needMuchStack();
    const { plan } = module;
    const { agent } = this;
    const instancePlan = {
      id: this.#instances++,
      module: plan.id,
      functions: reserveFunctions(this.#heap, plan.signatures.slice(plan.lowered.importedFunctions)),
      shared: createSharedBlock(agent, plan),
      tags: agent.control.reserveTags(plan.lowered.tags.filter(({ imported }) => !imported).length),
      memories: createSharedMemories(plan),
      imports: imported.resolved,
    };
    const instance = agent.link(instancePlan, createRootBlock(agent, plan), imported.local);
    agent.initialize(instance, () => {
      // Before the start function, which may spawn threads that run this module's functions; after `init`, on whose work the replicas'
      // thread-local globals may depend.
      if (!plan.replicated) return;
      this.#announceModule(module);
      this.#installLog.instance(instancePlan, plan.signatures.length - plan.lowered.importedFunctions);
      agent.control.installingFrom = -1;
      this.#pool.announce({ kind: "instance", plan: instancePlan });
    });
    return instance;
  }

  /** Makes a thread-local function that no agent has initialized; returns its index. */
  createLocalFunction(signature: Signature): number {
    const { control } = this.agent;
    control.installingFrom = this.#heap.plan(FUNCTION_COUNT);
    try {
      const plan = { number: reserveFunctions(this.#heap, [signature]), signature };
      this.agent.localFunctions.install(plan);
      this.#installLog.localFunction(plan);
      this.#pool.announce({ kind: "function", plan });
      return plan.number;
    } finally {
      control.installingFrom = -1;
    }
  }

  /** A memory's number; the first time, all agents are told. */
  #memoryNumber(memory: WebAssembly.Memory): number {
    let number = this.#memoryNumbers.get(memory);
    if (number === undefined) {
      number = this.#memoryCount++;
      this.#memoryNumbers.set(memory, number);
      this.#pool.announce({ kind: "memory", number, memory });
    }
    return number;
  }

  #announceModule({ plan, code }: CompiledModule): void {
    if (this.#announced.has(plan.id)) return;
    this.#announced.add(plan.id);
    if (plan.replicated) this.#installLog.module(plan, code);
    this.#pool.announce({ kind: "module", plan });
  }

  /**
   * Runs a shared function on a Worker. Arguments and results are converted as in a call from JS; references are to shared objects.
   * Calls start in the order in which they were made. Rejects with a `RuntimeError` if the function traps.
   */
  async spawn<Arguments extends unknown[], Result>(callee: (...args: Arguments) => Result, ...args: Arguments): Promise<Result> {
    const number = this.agent.functionIndex(callee);
    const signature = number === undefined ? undefined : this.agent.functions.signature(number);
    if (number === undefined || signature === undefined) throw new TypeError("store.spawn takes a function that this store exported");
    if (!signature.shared) throw new TypeError("only a shared function can run on another thread; store.run instantiates a module there");
    if (!crossesAgents(signature)) throw new TypeError("the function's type has values that cannot be handed to another thread");
    return (await this.#call(() => this.#calls.start(number, signature, args))) as Result;
  }

  /**
   * Instantiates a module anew on a Worker and calls an export of it there: for modules that share nothing, to run on several threads at
   * once. `imports` may have shared functions, globals, tables and memories; functions of JS stay with their thread.
   */
  async run(moduleObject: ModuleObject, name: string, args: readonly unknown[] = [], imports?: WebAssembly.Imports): Promise<unknown> {
    const module = this.#bound.moduleOf(moduleObject);
    const { plan } = module;
    if (plan.replicated) throw new TypeError("the module has shared functions: instantiate it once, and run them with store.spawn");
    const entry = plan.lowered.exports.find((candidate) => candidate.name === name);
    if (entry?.kind !== "func") throw new TypeError(`the module exports no function "${name}"`);
    if (entry.index < plan.lowered.importedFunctions) throw new TypeError(`"${name}" is an import of the module`);
    const signature = plan.signatures[entry.index]!;
    if (!crossesAgents(signature)) throw new TypeError("the function's type has values that cannot be handed to another thread");
    const template = this.#templates.find(module, imports);
    return this.#call(() => this.#calls.start(template, signature, args, { functionIndex: entry.index }));
  }

  async #call(start: () => Promise<unknown>): Promise<unknown> {
    if (this.#closing !== undefined) throw new Error("the store is closed");
    if (!this.agent.hasWorkers) throw new RangeError("the store has no threads");
    const answer = start();
    this.#pool.ensure();
    return this.#waitFor(answer);
  }

  /** Waits for Workers; only meanwhile they keep the process alive. */
  async #waitFor<T>(answer: Promise<T>): Promise<T> {
    this.#waiting++;
    this.#pool.keepAlive(true);
    try {
      return await answer;
    } finally {
      this.#waiting--;
      this.#pool.keepAlive(this.#waiting > 0);
    }
  }

  /**
   * Resolves when no thread that wasm code spawned is left; rejects with the error of the first that failed since the last time. Of an exception
   * that nothing caught that is the error's `cause`.
   * A thread that traps ends alone, unless the store was made with `trapEnds: "all"`.
   */
  async threadsEnded(): Promise<void> {
    if (this.agent.control.liveThreads > 0 && this.#closing === undefined) {
      await this.#waitFor(new Promise<void>((resolve) => this.#threadWaiters.push(resolve)));
    }
    // Race: what a thread failed with was posted before its end was counted, and may arrive after the news that none is left.
    await turn();
    const [first] = this.#threadErrors.splice(0);
    if (first !== undefined) throw first;
  }

  /** What each agent is doing at this moment, the creator first. */
  get agents(): AgentState[] {
    return agentStates(this.agent, (kind, target, block) => this.#nameJob(kind, target, block));
  }

  #nameJob(kind: JobKind, target: number, block: number): string {
    if (kind !== JobKind.run) return this.agent.nameOf(target);
    const module = this.#templates.moduleOf(target);
    const index = calledFunction(this.#heap, block >>> 0);
    return module?.plan.lowered.functions[index]?.name ?? `wasm-function[${index}]`;
  }

  #onDead(agent: number): void {
    this.agent.waitQueues.bury(agent);
    this.#deadlocks.suspect();
  }

  #onEvent(event: AgentEvent): void {
    switch (event.kind) {
      case "returned":
      case "threw":
      case "uncaught":
        this.#calls.settle(event);
        break;
      case "thread-failed":
        this.#endThreads(event.thread, this.#errorOf(event));
        break;
      case "threads-ended":
        this.#onThreadsEnded();
        break;
      case "queued":
        this.#pool.grow();
        break;
      case "shrinkable":
        if (this.#heap.id >= 0) this.#heap.runtime.shrink(0);
        break;
      case "stuck":
        this.#deadlocks.suspect();
        break;
      case "failed":
        this.#threadFailed(-1, unpackError(event.error));
        break;
      case "ready":
        break;
    }
  }

  #errorOf({ thread, error, exception: cell }: Extract<AgentEvent, { kind: "thread-failed" }>): Error {
    if (cell === undefined) return unpackError(error);
    const exception = this.agent.rootCells.take(cell, (address) => this.agent.exceptions.objectOf(address));
    return new Error(`thread ${thread} threw an exception that nothing caught`, { cause: exception });
  }

  /** A thread has failed, and with it all others where the store was made so. */
  #endThreads(thread: number, error: Error): void {
    this.#threadFailed(thread, error);
    if (this.#options.trapEnds === "all") this.#pool.abort(thread, error);
  }

  #threadFailed(thread: number, error: Error): void {
    this.#threadErrors.push(error);
    this.#options.onThreadError?.(error, thread);
  }

  #onThreadsEnded(): void {
    // Race: another thread may have been spawned since the Worker counted.
    if (this.agent.control.liveThreads > 0) return;
    const waiters = this.#threadWaiters;
    this.#threadWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #onLost(kind: "call" | "thread", id: number, error: Error, ended: boolean): void {
    if (kind === "call") {
      this.#calls.fail(id, error);
      return;
    }
    if (!ended) {
      this.#threadFailed(id, error);
      this.agent.control.endThread();
    }
    this.#onThreadsEnded();
  }

  /** The heap at this moment: objects, bytes, collections, pauses; and on request what is in it. */
  get heap(): HeapReport {
    return reportHeap(this.#heap, this.#names, () => this.#rootNames.of(this.agent));
  }

  /** Figures of the heap and the pool. */
  statistics(): StoreStatistics {
    return { heap: this.#heap.statistics(), threads: this.#pool.size, queued: this.agent.control.queued };
  }

  /** Figures of each agent, the creator first; waits for Workers that are at a job. */
  async agentStatistics(): Promise<AgentStatistics[]> {
    return [this.agent.statistics(), ...(await this.#waitFor(this.#pool.statistics()))];
  }

  /** Collects all garbage now. */
  collect(): void {
    this.agent.asMutator((sp) => this.#heap.runtime.collect(sp, 1));
    this.agent.values.release();
  }

  /**
   * Makes a Worker of the embedder's an agent, which calls `joinStore`; resolves with the agent's id. It takes no jobs, lives on when the store is
   * closed, and counts among `maximumThreads`: a RangeError where there are as many.
   */
  admit(worker: EmbeddersWorker): Promise<number> {
    return this.#pool.admit(embeddersWorker(worker));
  }

  /** Shared values in messages to and from Workers that were admitted. */
  get messages(): Posting {
    return this.#bound.posting;
  }

  /** Ids of the Workers' agents. */
  get workers(): readonly number[] {
    return this.#pool.agents;
  }

  /** Ends one Worker, whatever it is doing: its job fails with a `WorkerLostError`, and another Worker takes its place. */
  async terminateWorker(agent: number): Promise<void> {
    await this.#pool.terminate(agent);
  }

  /** Ends all Workers. Calls that were not answered reject, threads that live fail; the creator can go on using its instances. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#idle.stop();
    this.#deadlocks.stop();
    await this.#pool.close();
    this.#calls.failAll(new WorkerLostError(new Error("the store was closed")));
    const waiters = this.#threadWaiters;
    this.#threadWaiters = [];
    for (const resolve of waiters) resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
