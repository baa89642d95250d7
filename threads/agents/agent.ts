/**
 * An agent: one thread of a store, the creator or a Worker. It has its own host instances, function table, wrapper
 * objects and JS values, and reaches everything shared through the heap memory.
 *
 * An agent is a mutator only while it runs lowered code. Whenever JS runs on it, or nothing, it is in a safe region of
 * the heap, so that it never keeps another agent's collection waiting.
 */

import { InternalError } from "../../core/base/assert.ts";
import { canBlock, type Heap } from "../../gc/heap/heap.ts";
import type { ProvidedImports } from "../../lower/host/host-imports.ts";
import type { TrapCode } from "../../lower/host/lowered.ts";
import { prototypeOf } from "../builtins/prototypes.ts";
import { FunctionObjects } from "../functions/function-objects.ts";
import { hostFunction } from "../functions/host-function.ts";
import { LocalFunctions } from "../functions/local-functions.ts";
import { createRootBlock } from "../link/blocks.ts";
import { createHeapImports } from "../link/heap-imports.ts";
import { initializeThreadLocals } from "../link/initialization.ts";
import { LazyInstalls } from "../link/lazy-installs.ts";
import { LinkedInstances } from "../link/linked-instances.ts";
import { UnlikeMemories } from "../link/memories.ts";
import type { Install, InstancePlan } from "../link/plans.ts";
import { TemplateInstances } from "../link/template-instances.ts";
import { AgentRecords } from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { createGate, type Gate } from "../sync/gate.ts";
import { ConversionOperand } from "../traps/conversion-operand.ts";
import { Traps } from "../traps/traps.ts";
import { BoxedValues } from "../values/boxed-values.ts";
import { Exceptions } from "../values/exceptions.ts";
import { FunctionTable, type LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";
import { Objects, opaqueObject } from "../values/objects.ts";
import { Posts } from "../values/posts.ts";
import { SharedValues } from "../values/shared-values.ts";
import { Temporaries } from "../values/temporaries.ts";
import { ThreadBound } from "../values/thread-bound-data.ts";
import type { Stuck } from "../wait/deadlock-check.ts";
import { createWaitQueueClass, type WaitQueueConstructor } from "../wait/wait-queue-object.ts";
import { WaitQueues } from "../wait/wait-queues.ts";
import { WaitWatch } from "../wait/wait-watch.ts";
import type { AgentStatistics } from "./protocol.ts";

/** What an agent is made with. */
export interface AgentOptions {
  readonly id: number;
  readonly heap: Heap;
  readonly control: Control;
  /** Address of the type record of JS values in the heap. */
  readonly hostRecord: number;
  /** Whether the store may have Workers. */
  readonly hasWorkers: boolean;
  /** Called when a job was queued and no Worker was parked. */
  readonly onQueued: () => void;
  /** Called when no Worker of the store can go on, in a safe region of the heap. */
  readonly onStuck: (stuck: Stuck) => void;
  /** Called when the agent begins to wait, in a safe region of the heap. */
  readonly onBlock: () => void;
}

/**
 * The parts of an agent know it by the interface that each of them declares, and no more of it than that. They are made
 * in the order of the rooms that they are from: what a part is given is there already, which the compiler sees; of the
 * agent itself, where it is given that, it reads nothing but `heap` and `control` until all parts are made.
 */
export class Agent {
  readonly id: number;
  readonly heap: Heap;
  readonly control: Control;
  readonly hasWorkers: boolean;
  readonly onQueued: () => void;
  readonly mayBlock = canBlock();
  readonly records: AgentRecords;
  readonly gate: Gate;
  readonly conversionOperand: ConversionOperand;
  readonly traps: Traps;
  readonly temporaries: Temporaries;
  readonly functions: FunctionTable;
  readonly values: BoxedValues;
  readonly sharedValues: SharedValues;
  readonly objects: Objects;
  readonly exceptions: Exceptions;
  readonly posts: Posts;
  readonly threadBound: ThreadBound;
  readonly functionObjects: FunctionObjects;
  readonly localFunctions: LocalFunctions;
  readonly watch: WaitWatch;
  readonly waitQueues: WaitQueues;
  /** `WebAssembly.WaitQueue`. */
  readonly waitQueueClass: WaitQueueConstructor;
  readonly unlikeMemories: UnlikeMemories;
  readonly instances: LinkedInstances;
  readonly templates: TemplateInstances;
  readonly lazyInstalls: LazyInstalls;
  /** The `heap` namespace of lowered modules. */
  readonly heapImports: ProvidedImports<"heap">;
  /** How many instances this agent has installed. */
  installed = 0;
  jobs = 0;

  constructor({ id, heap, control, hostRecord, hasWorkers, onQueued, onStuck, onBlock }: AgentOptions) {
    this.id = id;
    this.heap = heap;
    this.control = control;
    this.hasWorkers = hasWorkers;
    this.onQueued = onQueued;
    // sync
    this.records = new AgentRecords(heap, control.agentRecords, id);
    this.gate = createGate(heap);
    const { gate, mayBlock, records } = this;
    // traps
    this.conversionOperand = new ConversionOperand(heap);
    this.traps = new Traps(this.conversionOperand);
    const { traps } = this;
    // values
    this.temporaries = new Temporaries(heap.handles);
    this.functions = new FunctionTable(heap);
    this.values = new BoxedValues(this, hostRecord);
    this.sharedValues = new SharedValues(this);
    this.objects = new Objects(heap.handles, (address) => this.#wrapper(address));
    this.exceptions = new Exceptions(this);
    this.posts = new Posts(this);
    this.threadBound = new ThreadBound(this);
    const { exceptions } = this;
    // functions
    this.functionObjects = new FunctionObjects(this);
    this.localFunctions = new LocalFunctions(this);
    // wait
    this.watch = new WaitWatch({ id, heap, control, records, traps, onStuck, onBlock });
    const { watch } = this;
    this.waitQueues = new WaitQueues({
      id,
      heap,
      gate,
      control,
      mayBlock,
      watch,
      traps,
      raise: (code) => this.raise(code),
    });
    const { waitQueues } = this;
    this.waitQueueClass = createWaitQueueClass(this, this.objects, waitQueues);
    // link
    this.unlikeMemories = new UnlikeMemories();
    this.instances = new LinkedInstances(this);
    this.templates = new TemplateInstances(this);
    this.lazyInstalls = new LazyInstalls(this, id === 0 ? 0 : control.installLog);
    const { lazyInstalls } = this;
    this.heapImports = createHeapImports(this, { gate, traps, exceptions, watch, waitQueues, lazyInstalls });
  }

  #wrapper(address: number): object {
    if (this.waitQueues.isQueue(address)) return Object.create(this.waitQueueClass.prototype) as object;
    if (this.threadBound.isData(address)) return Object.create(this.threadBound.dataClass.prototype) as object;
    return opaqueObject(prototypeOf(this, address));
  }

  /** Does one step that the store announced to all agents. */
  install(step: Install): void {
    switch (step.kind) {
      case "memory":
        this.lazyInstalls.addMemory(step.number, step.memory);
        return;
      case "module":
        if (!this.instances.hasModule(step.plan.id)) this.instances.addModule(step.plan);
        return;
      case "function":
        this.localFunctions.install(step.plan);
        return;
      case "template":
        this.templates.add(step.plan);
        return;
      case "instance":
        // An instance may come twice: out of the install log, and in a message.
        if (!this.instances.has(step.plan.id)) this.#installInstance(step.plan);
    }
  }

  #installInstance(plan: InstancePlan): void {
    this.installed++;
    const roots = createRootBlock(this, this.instances.module(plan.module));
    initializeThreadLocals(this, this.instances.link(plan, roots, new Map(), []));
    this.lazyInstalls.refresh();
  }

  /** Runs `body` while collections wait: for touching references outside of a call. `body` runs no user code. */
  asMutator<T>(body: (sp: number) => T): T {
    this.gate.needStack();
    const sp = this.gate.enter();
    try {
      return body(sp);
    } catch (error) {
      throw this.exceptions.toJs(error);
    } finally {
      // The pointer must be the one of entry, also after a trap: a stale one would hide roots, or keep garbage.
      this.gate.leave(sp);
    }
  }

  /**
   * Calls lowered code with lowered operands. `finish` sees the result while the agent still is a mutator, so objects
   * in it are safe.
   */
  enter<T>(target: LoweredFunction, operands: readonly unknown[], finish: (result: unknown) => T): T {
    return this.asMutator((sp) => finish(target(...operands, sp)));
  }

  /** Runs `body`, to whose end the objects live that conversions make in it. */
  withTemporaries<T>(body: () => T): T {
    const mark = this.temporaries.mark();
    try {
      return body();
    } finally {
      this.temporaries.release(mark);
    }
  }

  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: (...args: unknown[]) => unknown): LoweredFunction {
    return hostFunction(this, signature, callee);
  }

  /** The JS function of a function index. */
  functionObject(number: number): object {
    return this.functionObjects.objectOf(number);
  }

  /** The function index of a JS function that this store exported; undefined for any other value. */
  functionIndex(value: unknown): number | undefined {
    return this.functionObjects.indexOf(value);
  }

  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never {
    (this.traps.trap as (code: number, detail: number) => void)(code, 0);
    throw new InternalError("the trap function returned");
  }

  statistics(): AgentStatistics {
    return { agent: this.id, jobs: this.jobs, instances: this.instances.size, handles: this.heap.handles.size };
  }
}
