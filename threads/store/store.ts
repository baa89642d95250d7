/**
 * The insides of a store: one program's heap, types, modules and agents, put together. The agent that makes it is its
 * creator; compilation and instantiation happen there, shared code runs on all of its agents. What JS sees of it is
 * made around this, in api/.
 */
import { HeddleError, RuntimeError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { TypeStore } from "../../core/types/type-store.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { IdleCollector } from "../../gc/heap/idle-collector.ts";
import { writeHostRecord } from "../../gc/heap/js-values.ts";
import { TypeRecords } from "../../gc/heap/type-records.ts";
import { type HeapReport, reportHeap } from "../../gc/inspect/heap-report.ts";
import { TypeNames } from "../../gc/inspect/type-names.ts";
import { admittedWorker } from "../agents/admitted.ts";
import { Agent } from "../agents/agent.ts";
import { type AgentState, agentStates, type NameJob } from "../agents/agent-states.ts";
import { Deadlocks, watchMode } from "../agents/deadlocks.ts";
import { Pool } from "../agents/pool.ts";
import type { AgentEvent, AgentStatistics } from "../agents/protocol.ts";
import { UncaughtExceptionError } from "../agents/store-errors.ts";
import type { CompileOptions } from "../builtins/compile-options.ts";
import type { EmbeddersWorker } from "../host/host.ts";
import type { CompiledModule, ImportedItems } from "../link/imports.ts";
import type { LinkedInstance } from "../link/link.ts";
import type { StableSource } from "../modules/compile.ts";
import { Compiler } from "../modules/compiler.ts";
import type { Control } from "../sync/control.ts";
import { unpackError } from "../traps/traps.ts";
import { Kinds, type Signature } from "../values/kinds.ts";
import { Instances } from "./instances.ts";
import { Jobs } from "./jobs.ts";
import { RootNames } from "./root-names.ts";
import { compileContext, createControl, createHeap, type Size, sizeOf } from "./setup.ts";
import type { InternalStoreOptions, StoreOptions } from "./store-options.ts";
import type { StoreStatistics } from "./store-statistics.ts";
import { ThreadEnds } from "./thread-ends.ts";

/** A store, as the namespace and the tools around it use it. */
export class StoreInternals {
  /** Tells this store from others. */
  readonly id: string = crypto.randomUUID();
  /** The creator's agent. */
  readonly agent: Agent;
  readonly types = new TypeStore();
  readonly kinds: Kinds;
  /** What JS gives Workers to do. */
  readonly jobs: Jobs;
  /** The threads that wasm code spawned. */
  readonly threads: ThreadEnds;
  readonly pool: Pool;
  readonly #options: StoreOptions;
  readonly #heap: Heap;
  readonly #compiler: Compiler;
  readonly #instances: Instances;
  readonly #names = new TypeNames(this.types);
  readonly #rootNames = new RootNames();
  readonly #idle: IdleCollector;
  readonly #deadlocks: Deadlocks;
  readonly #nameJob: NameJob = (kind, target, block) => this.jobs.nameOf(kind, target, block);
  #closing: Promise<void> | undefined;

  constructor(options: InternalStoreOptions) {
    this.#options = options;
    const size = sizeOf(options);
    const hasWorkers = size.maximumThreads > 0;
    this.#heap = createHeap(size, options);
    const mode = watchMode(options.deadlock, options.onDeadlock !== undefined);
    const control = createControl(this.#heap, size, mode);
    const hostRecord = writeHostRecord(this.#heap);
    this.agent = new Agent({
      id: 0,
      heap: this.#heap,
      control,
      hostRecord,
      hasWorkers,
      onQueued: () => this.pool.grow(),
      onBlock: () => this.pool.prepareToGrow(),
      onStuck: (stuck) => this.#deadlocks.foundInWait(stuck),
    });
    const records = new TypeRecords(this.#heap, this.types);
    this.kinds = new Kinds(this.types, records);
    this.#compiler = new Compiler({
      agent: this.agent,
      heap: this.#heap,
      context: compileContext(options, { types: this.types, records, kinds: this.kinds }, this.#heap.stackGuard),
      names: this.#names,
      rootNames: this.#rootNames,
      passThrough: options.passThrough === true,
    });
    this.#instances = new Instances(this.agent, (step) => this.pool.announce(step));
    this.pool = this.#createPool(size, control, hostRecord);
    this.jobs = new Jobs(this.agent, this.pool, (id, module, imports) => {
      this.#instances.announceModule(module);
      this.pool.announce({ kind: "template", plan: { id, module: module.plan.id, imports } });
    });
    this.threads = new ThreadEnds({
      control,
      onThreadError: options.onThreadError,
      waitFor: (answer) => this.jobs.waitFor(answer),
    });
    this.#deadlocks = this.#createDeadlocks(size);
    this.#idle = new IdleCollector(
      this.#heap,
      () => this.collect(),
      () => this.agent.values.release(),
    );
  }

  #createPool({ threads, maximumThreads }: Size, control: Control, hostRecord: number): Pool {
    return new Pool({
      store: this.id,
      heap: this.#heap,
      control,
      hostRecord,
      threads,
      maximumThreads,
      script: this.#options.workerScript,
      onEvent: (event) => this.#onEvent(event),
      onFailure: (error) =>
        this.threads.failed(-1, error instanceof Error ? error : new HeddleError("thread-threw", String(error))),
      onLost: (kind, id, error, ended) => this.#onLost(kind, id, error, ended),
      onDead: (agent) => this.#onDead(agent),
      records: this.agent.records,
    });
  }

  #createDeadlocks({ maximumThreads }: Size): Deadlocks {
    return new Deadlocks({
      agent: this.agent,
      mode: this.#options.deadlock ?? "report",
      onDeadlock: this.#options.onDeadlock,
      nameJob: this.#nameJob,
      maximumThreads,
      mayGrow: (isBlocked) => (isBlocked ? this.pool.mayGrowMeanwhile : this.pool.mayGrow),
      isAwaited: () => this.jobs.isAwaited,
      keepAlive: (alive) => this.pool.keepAlive(alive),
      terminate: (id, message) => void this.pool.terminate(id, new RuntimeError(message, { code: "deadlock" })),
    });
  }

  /** Starts the Workers. */
  async open(): Promise<void> {
    try {
      await this.pool.open();
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
    return this.#instances.instantiate(module, imported);
  }

  /** Makes a thread-local function that no agent has initialized; returns its index. */
  createLocalFunction(signature: Signature): number {
    return this.#instances.createLocalFunction(signature);
  }

  #onEvent(event: AgentEvent): void {
    switch (event.kind) {
      case "returned":
      case "threw":
      case "uncaught":
        this.jobs.settle(event);
        break;
      case "thread-failed":
        this.#endThreads(event.thread, this.#errorOf(event));
        break;
      case "threads-ended":
        this.threads.ended();
        break;
      case "queued":
        this.pool.grow();
        break;
      case "shrinkable":
        if (this.#heap.id >= 0) this.#heap.runtime.shrink(0);
        break;
      case "stuck":
        this.#deadlocks.suspect();
        break;
      case "failed":
        this.threads.failed(-1, unpackError(event.error));
        break;
      case "ready":
        break;
    }
  }

  #errorOf({ thread, error, exception: token }: Extract<AgentEvent, { kind: "thread-failed" }>): Error {
    if (token === undefined) return unpackError(error);
    const { posts, exceptions } = this.agent;
    const exception = posts.take("exception", token, ({ root }) =>
      this.agent.asMutator(() => exceptions.objectOf(root)),
    );
    return new UncaughtExceptionError(thread, exception);
  }

  /** A thread has failed, and with it all others where the store was made so. */
  #endThreads(thread: number, error: Error): void {
    this.threads.failed(thread, error);
    if (this.#options.trapEnds === "all") this.pool.abort(thread, error);
  }

  #onLost(kind: "call" | "thread", id: number, error: Error, ended: boolean): void {
    if (kind === "call") {
      this.jobs.fail(id, error);
      return;
    }
    if (!ended) {
      this.threads.failed(id, error);
      this.agent.control.jobs.endThread();
    }
    this.threads.ended();
  }

  #onDead(agent: number): void {
    this.agent.waitQueues.bury(agent);
    this.#deadlocks.suspect();
  }

  /** What each agent is doing at this moment, the creator first. */
  agents(): AgentState[] {
    return agentStates(this.agent, this.#nameJob);
  }

  /** The heap at this moment. */
  report(): HeapReport {
    return reportHeap(this.#heap, this.#names, () => this.#rootNames.of(this.agent));
  }

  /** Figures of the heap and the pool. */
  statistics(): StoreStatistics {
    return { heap: this.#heap.statistics(), threads: this.pool.size, queued: this.agent.control.jobs.queued };
  }

  /** Figures of each agent, the creator first; waits for Workers that are at a job. */
  async agentStatistics(): Promise<AgentStatistics[]> {
    return [this.agent.statistics(), ...(await this.jobs.waitFor(this.pool.statistics()))];
  }

  /** Collects all garbage now. */
  collect(): void {
    this.agent.asMutator((sp) => this.#heap.runtime.collect(sp, 1));
    this.agent.values.release();
  }

  /** Makes a Worker of the embedder's an agent; resolves with the agent's id. */
  admit(worker: EmbeddersWorker): Promise<number> {
    return this.pool.admit(admittedWorker(worker));
  }

  /**
   * Ends all Workers. Calls that were not answered reject, threads that live fail; the creator can go on using its
   * instances.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#idle.stop();
    this.#deadlocks.stop();
    await this.pool.close();
    this.jobs.failAll();
    this.threads.release();
  }
}
