/**
 * An agent: one thread of a store, the creator or a Worker. It has its own host instances, function table, wrapper objects and JS values,
 * and reaches everything shared through the heap memory.
 *
 * An agent is a mutator only while it runs lowered code. Whenever JS runs on it, or nothing, it is in a safe region of the heap, so that it
 * never keeps another agent's collection waiting.
 */

import { assert, InternalError } from "../../core/base/assert.ts";
import { canBlock, type Heap } from "../../gc/heap/heap.ts";
import { HOST_BYTES, HOST_SLOT } from "../../gc/layout/js-value-layout.ts";
import type { ProvidedImports } from "../../lower/host/host-imports.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import { prototypeOf } from "../builtins/prototypes.ts";
import { exportedFunction } from "../functions/exported-function.ts";
import { hostFunction } from "../functions/host-function.ts";
import { LocalFunctions } from "../functions/local-functions.ts";
import { createRootBlock, createSharedBlock, resetBlocks } from "../link/blocks.ts";
import { LazyInstalls } from "../link/lazy-installs.ts";
import { createSharedMemories, type LinkedInstance, type LocalImports, link } from "../link/link.ts";
import { UnlikeMemories } from "../link/memories.ts";
import type { Install, InstancePlan, ModulePlan, TemplatePlan } from "../link/plans.ts";
import { growTable } from "../link/tables.ts";
import { AgentRecords } from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { createGate, type Gate } from "../sync/gate.ts";
import { ConversionOperand } from "../traps/conversion-operand.ts";
import { Traps } from "../traps/traps.ts";
import { BoxedValues } from "../values/boxed-values.ts";
import { type Conversions, externalize, fromLowered, internalize, toLowered } from "../values/convert.ts";
import { Exceptions } from "../values/exceptions.ts";
import { FunctionTable, type LoweredFunction, reserveFunctions } from "../values/functions.ts";
import type { Signature, ValueKind } from "../values/kinds.ts";
import { Objects, opaqueObject } from "../values/objects.ts";
import { RootCells } from "../values/root-cells.ts";
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
}

/** Where the copies of a template's instances live on this agent: one after the other uses the same blocks and indices. */
interface TemplatePlace {
  readonly functions: number;
  readonly tags: number;
  readonly shared: number;
  readonly roots: number;
}

const noLocals: LocalImports = new Map();

export class Agent implements Conversions {
  readonly id: number;
  readonly heap: Heap;
  readonly control: Control;
  readonly hasWorkers: boolean;
  readonly onQueued: () => void;
  readonly onStuck: (stuck: Stuck) => void;
  readonly records: AgentRecords;
  readonly watch: WaitWatch;
  readonly mayBlock = canBlock();
  readonly functions: FunctionTable;
  readonly gate: Gate;
  readonly objects: Objects;
  readonly temporaries: Temporaries;
  readonly rootCells: RootCells;
  readonly values: BoxedValues;
  readonly sharedValues: SharedValues;
  readonly conversionOperand: ConversionOperand;
  readonly traps: Traps;
  readonly unlikeMemories = new UnlikeMemories();
  readonly exceptions: Exceptions;
  readonly waitQueues: WaitQueues;
  readonly lazyInstalls: LazyInstalls;
  readonly localFunctions: LocalFunctions;
  readonly threadBound: ThreadBound;
  /** The prototype of exported functions. */
  functionPrototype: object = Function.prototype;
  /** `WebAssembly.WaitQueue`. */
  readonly waitQueueClass: WaitQueueConstructor;
  /** The `heap` namespace of lowered modules. */
  readonly heapImports: ProvidedImports<"heap">;
  /** How many installs this agent has done. */
  installed = 0;
  jobs = 0;
  readonly #hostRecord: number;
  #words: Int32Array<ArrayBufferLike>;
  readonly #modules = new Map<number, ModulePlan>();
  readonly #instances = new Map<number, LinkedInstance>();
  readonly #templates = new Map<number, TemplatePlan>();
  readonly #places = new Map<number, TemplatePlace>();
  readonly #functionObjects = new Map<number, object>();
  readonly #functionIndices = new WeakMap<object, number>();
  readonly #adopted = new WeakMap<object, { readonly signature: Signature; readonly index: number }>();

  constructor(options: AgentOptions) {
    this.id = options.id;
    this.heap = options.heap;
    this.control = options.control;
    this.hasWorkers = options.hasWorkers;
    this.onQueued = options.onQueued;
    this.onStuck = options.onStuck;
    this.#hostRecord = options.hostRecord;
    this.#words = this.heap.words;
    this.conversionOperand = new ConversionOperand(this.heap);
    this.traps = new Traps(this.conversionOperand);
    this.values = new BoxedValues(this.heap);
    this.sharedValues = new SharedValues(this);
    this.functions = new FunctionTable(this.heap);
    this.gate = createGate(this.heap);
    this.temporaries = new Temporaries(this.heap.handles);
    this.rootCells = new RootCells(this);
    this.objects = new Objects(this.heap.handles, (address) => this.#wrapper(address));
    this.exceptions = new Exceptions(this);
    this.records = new AgentRecords(this.heap, this.control.agentRecords, this.id);
    this.watch = new WaitWatch(this);
    this.waitQueues = new WaitQueues(this);
    this.waitQueueClass = createWaitQueueClass(this);
    this.threadBound = new ThreadBound(this);
    this.localFunctions = new LocalFunctions(this);
    this.lazyInstalls = new LazyInstalls(this, this.id === 0 ? 0 : this.control.installLog);
    this.heapImports = {
      ...this.heap.imports,
      ...this.#runtimeFunctions(),
      known: this.lazyInstalls.known,
      trap: this.traps.trap,
      exception: this.exceptions.tag,
    };
  }

  /** Functions of JS that lowered code calls as a mutator: they run no code of the program. */
  #runtimeFunctions() {
    const { enter, leave, needStack } = this.gate;
    return {
      beginWait: (isEndless: number, sp: number) => {
        if (!this.waitQueues.mayBlock) this.raise(TrapCode.blockingForbidden);
        needStack();
        leave(sp);
        this.watch.beginMemoryWait(isEndless !== 0);
      },
      endWait: () => {
        this.watch.end();
        enter();
      },
      ...this.waitQueues.imports(),
      resolve: (index: number) => this.lazyInstalls.resolve(index),
      growTable: (record: number, delta: number, value: number, scanned: number) =>
        growTable(this, record >>> 0, delta, value, scanned !== 0),
      internalize: (value: unknown, sp: number) => internalize(this, value, sp),
      externalize: (reference: number) => externalize(this, reference),
    };
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
        if (this.hasModule(step.plan.id)) return;
        this.#modules.set(step.plan.id, step.plan);
        this.traps.addModule(step.plan.lowered);
        return;
      case "function":
        this.localFunctions.install(step.plan);
        return;
      case "template":
        this.#templates.set(step.plan.id, step.plan);
        return;
      case "instance": {
        // An instance may come twice: out of the install log, and in a message.
        if (this.hasInstance(step.plan.id)) return;
        this.installed++;
        const module = this.module(step.plan.module);
        const instance = this.link(step.plan, createRootBlock(this, module), noLocals);
        this.runHost(instance, "initThreadLocals");
        this.lazyInstalls.refresh();
      }
    }
  }

  hasModule(id: number): boolean {
    return this.#modules.has(id);
  }

  hasInstance(id: number): boolean {
    return this.#instances.has(id);
  }

  module(id: number): ModulePlan {
    const module = this.#modules.get(id);
    assert(module !== undefined, "modules are installed before their instances");
    return module;
  }

  instance(id: number): LinkedInstance {
    const instance = this.#instances.get(id);
    assert(instance !== undefined, "instances are installed before they are used");
    return instance;
  }

  /** The instances on this agent. */
  instances(): Iterable<LinkedInstance> {
    return this.#instances.values();
  }

  /** Links an instance here; `install` does so for replicas. */
  link(plan: InstancePlan, roots: number, local: LocalImports): LinkedInstance {
    const instance = link(this, this.module(plan.module), plan, roots, local);
    this.#instances.set(plan.id, instance);
    return instance;
  }

  /** Makes a new instance of a template and returns it, initialized and started. It replaces the one before it. */
  instantiateTemplate(id: number): LinkedInstance {
    const template = this.#templates.get(id);
    assert(template !== undefined, "templates are installed before their jobs");
    const module = this.module(template.module);
    const place = this.#places.get(id);
    if (place !== undefined) resetBlocks(this, module, place.shared, place.roots);
    const { functions, tags, shared, roots } = place ?? this.#place(id, module);
    const memories = createSharedMemories(module);
    const plan = { id: -1, module: module.id, functions, shared, tags, memories, imports: template.imports };
    const instance = link(this, module, plan, roots, noLocals);
    this.initialize(instance);
    return instance;
  }

  #place(id: number, module: ModulePlan): TemplatePlace {
    const { lowered, signatures } = module;
    const place = {
      functions: reserveFunctions(this.heap, signatures.slice(lowered.importedFunctions)),
      tags: this.control.reserveTags(lowered.tags.length),
      shared: createSharedBlock(this, module),
      roots: createRootBlock(this, module),
    };
    this.#places.set(id, place);
    return place;
  }

  /** Runs what instantiation runs: segments and initial values, then the start function. */
  initialize(instance: LinkedInstance, beforeStart?: () => void): void {
    this.runHost(instance, "init");
    this.runHost(instance, "initThreadLocals");
    beforeStart?.();
    const { start } = instance.module.lowered;
    if (start !== undefined) this.invoke(this.functionOf(instance, start), instance.module.signatures[start]!, []);
  }

  /** The host function of function `index` of an instance. */
  functionOf(instance: LinkedInstance, index: number): LoweredFunction {
    const number = functionNumber(instance, index);
    const target = number === undefined ? undefined : this.functions.get(number);
    if (target === undefined) throw new InternalError(`function ${index} is not on this agent`);
    return target;
  }

  runHost(instance: LinkedInstance, name: "init" | "initThreadLocals"): void {
    const target = instance.host.exports[name] as LoweredFunction | undefined;
    if (target !== undefined) this.invoke(target, { params: [], results: [], record: 0, shared: false }, []);
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
      this.gate.leave(sp);
    }
  }

  /** Calls lowered code with lowered operands. `finish` sees the result while the agent still is a mutator, so objects in it are safe. */
  enter<T>(target: LoweredFunction, operands: readonly unknown[], finish: (result: unknown) => T): T {
    this.gate.needStack();
    const sp = this.gate.enter();
    try {
      return finish(target(...operands, sp));
    } catch (error) {
      throw this.exceptions.toJs(error);
    } finally {
      // The pointer must be the one of entry, also after a trap: a stale one would hide roots, or keep garbage.
      this.gate.leave(sp);
    }
  }

  /** Calls lowered code from JS: converts, calls, converts back (JS API, "call an Exported Function"). */
  invoke(target: LoweredFunction, signature: Signature, args: readonly unknown[]): unknown {
    const { params, results } = signature;
    return this.withTemporaries(() => {
      const operands = params.map((kind, i) => toLowered(this, kind, args[i]));
      return this.enter(target, operands, (result) => this.#results(results, result));
    });
  }

  /** Runs `body`, to whose end the objects live that `boxValue` makes in it. */
  withTemporaries<T>(body: () => T): T {
    const mark = this.temporaries.mark();
    try {
      return body();
    } finally {
      this.temporaries.release(mark);
    }
  }

  #results(kinds: readonly ValueKind[], result: unknown): unknown {
    if (kinds.length === 0) return undefined;
    if (kinds.length === 1) return fromLowered(this, kinds[0]!, result);
    return kinds.map((kind, i) => fromLowered(this, kind, (result as unknown[])[i]));
  }

  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: (...args: unknown[]) => unknown): LoweredFunction {
    return hostFunction(this, signature, callee);
  }

  word(address: number): number {
    const index = address >>> 2;
    // To ask for the memory's buffer takes longer than to read from it; the view is too short when the memory has grown.
    if (index >= this.#words.length) this.#words = this.heap.words;
    return Atomics.load(this.#words, index);
  }

  functionObject(number: number): object {
    const known = this.#functionObjects.get(number);
    if (known !== undefined) return known;
    const target = this.functions.get(number);
    const signature = this.functions.signature(number);
    if (target === undefined || signature === undefined) throw new InternalError(`function ${number} is not on this agent`);
    const object = this.functions.plain(number) ?? exportedFunction(this, target, signature);
    Object.setPrototypeOf(object, this.functionPrototype);
    Object.defineProperty(object, "name", { value: String(this.functions.indexInModule(number)) });
    this.#functionObjects.set(number, object);
    this.#functionIndices.set(object, number);
    return object;
  }

  /** The name of the function behind a function index; `wasm-function[INDEX]` where it has none. */
  nameOf(number: number): string {
    const index = this.functions.indexInModule(number);
    for (const { module, plan } of this.#instances.values()) {
      const { functions, importedFunctions } = module.lowered;
      const own = number - plan.functions;
      if (own >= 0 && own < functions.length - importedFunctions) {
        return functions[importedFunctions + own]?.name ?? `wasm-function[${importedFunctions + own}]`;
      }
    }
    return `wasm-function[${index}]`;
  }

  functionIndex(value: unknown): number | undefined {
    if (typeof value !== "function") return undefined;
    return this.#functionIndices.get(value) ?? this.#adoptedIndex(value);
  }

  /** Makes a function that the host exported one of the store's; it gets a number when there is to be a reference to it. */
  adoptFunction(object: object, signature: Signature, index: number): void {
    if (this.#functionIndices.has(object) || this.#adopted.has(object)) return;
    Object.setPrototypeOf(object, this.functionPrototype);
    this.#adopted.set(object, { signature, index });
  }

  #adoptedIndex(object: object): number | undefined {
    const adopted = this.#adopted.get(object);
    if (adopted === undefined) return undefined;
    const { signature, index } = adopted;
    this.traps.usesMemories = true;
    const number = this.functions.add(
      signature,
      this.hostFunction(signature, this.traps.raising(object as (...args: unknown[]) => unknown)),
      index,
    );
    this.#functionObjects.set(number, object);
    this.#functionIndices.set(object, number);
    return number;
  }

  boxValue(value: unknown): number {
    return this.asMutator((sp) => {
      const address = this.allocateBox(value, sp);
      this.temporaries.keep(address);
      return address;
    });
  }

  shareValue(value: string | number): number {
    return this.asMutator((sp) => {
      const address = this.sharedValues.allocate(value, sp);
      this.temporaries.keep(address);
      return address;
    });
  }

  /** Makes a heap object that holds a JS value. The agent is a mutator with the shadow stack up to `sp`. */
  allocateBox(value: unknown, sp: number): number {
    const address = this.heap.runtime.allocate(HOST_BYTES, sp) >>> 0;
    if (address === 0) this.raise(TrapCode.outOfMemory);
    const { words } = this.heap;
    words[address >>> 2] = this.#hostRecord;
    words[(address + HOST_SLOT) >>> 2] = this.values.add(address, value);
    return address | 0;
  }

  /** Gives an index to a function that each agent makes for itself. */
  reserveFunction(signature: Signature): number {
    return reserveFunctions(this.heap, [signature]);
  }

  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never {
    (this.traps.trap as (code: number, detail: number) => void)(code, 0);
    throw new InternalError("the trap function returned");
  }

  statistics(): AgentStatistics {
    return { agent: this.id, jobs: this.jobs, instances: this.#instances.size, handles: this.heap.handles.size };
  }
}

/** The store-wide number of function `index` of an instance; undefined for an import that has none. */
export function functionNumber({ module, plan }: LinkedInstance, index: number): number | undefined {
  const { importedFunctions, imports } = module.lowered;
  if (index >= importedFunctions) return plan.functions + index - importedFunctions;
  const at = imports.findIndex((entry) => entry.kind === "func" && entry.index === index);
  const entry = plan.imports[at];
  return entry?.kind === "func" || entry?.kind === "builtin" ? entry.function : undefined;
}
