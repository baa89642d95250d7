/**
 * One store's heap memory as one agent sees it.
 *
 * The agent that makes the store calls `Heap.create`, the others `Heap.join` with what `share()` gave them; then each
 * attaches under an id of its own. From `attach` on the agent is in a safe region: collections go on without it. It
 * runs lowered code between `runtime.enter()` and `runtime.leave(sp)`.
 */

import { assert } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { rangeError } from "../../core/base/errors.ts";
import type { HeapImports, RuntimeExports } from "../api.ts";
import { debugRuntime, releaseRuntime } from "../build/runtime.ts";
import { type AllocationBuffer, type RuntimeHost, runtimeImports } from "../embedder.ts";
import { AGENT_BYTES, AGENTS } from "../layout/agents.ts";
import { FUNCTION_COUNT, GROWN_END, SHRINK_ASKED } from "../layout/control-words.ts";
import { PLAN_FUNCTION_CAPACITY, PLAN_FUNCTION_TYPES, PLAN_MAXIMUM_AGENTS, PLAN_SHADOW_BYTES } from "../layout/plan.ts";
import { type Address, addressOf, HeapObjects } from "../objects.ts";
import { Boxes } from "./boxes.ts";
import { Handles } from "./handles.ts";
import { type HeapOptions, planHeap } from "./heap-plan.ts";
import { type HeapStatistics, readStatistics } from "./heap-statistics.ts";
import { measureCollection } from "./pauses.ts";
import { createStackProbe, hasStack } from "./stack-probe.ts";

export type { HeapOptions } from "./heap-plan.ts";
export type { HeapStatistics } from "./heap-statistics.ts";

/** What another agent needs to join a heap: can be sent to a Worker. */
export interface HeapShare {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

let mayBlock: boolean | undefined;

/** False where the host forbids `Atomics.wait`: on a browser's main thread. */
export function canBlock(): boolean {
  if (mayBlock === undefined) {
    try {
      // Of a memory, since pages that are not isolated have no SharedArrayBuffer. The value differs from the expected
      // one, so this never waits.
      const { buffer } = new engine.Memory({ initial: 1, maximum: 1, shared: true });
      Atomics.wait(new Int32Array(buffer), 0, 1, 0);
      mayBlock = true;
    } catch {
      mayBlock = false;
    }
  }
  return mayBlock;
}

/** Levels of the stack probe, 8 KB each, that entering and leaving need. */
const ENTER_LEVELS = 3;
/** The same for what compiles and links. */
const WORK_LEVELS = 15;

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly runtime: RuntimeExports;
  /** Root slots for JS. */
  readonly handles: Handles;
  /** Objects that stand for values of JS. */
  readonly boxes: Boxes;
  /** All objects, as JS reads them. */
  readonly objects: HeapObjects;
  /** What lowered modules import of the heap. */
  readonly imports: HeapImports;
  readonly #module: WebAssembly.Module;
  #wordView: Int32Array<ArrayBufferLike>;
  #byteView: Uint8Array<ArrayBufferLike>;
  /** Tells the creator that it should call `runtime.shrink`; set on agents that have a way to. */
  onShrinkable: (() => void) | undefined;
  #agent = -1;
  readonly #probeStack = createStackProbe();

  private constructor(share: HeapShare) {
    this.memory = share.memory;
    this.#module = share.module;
    const global = (): WebAssembly.Global => new engine.Global({ value: "i32", mutable: true }, 0);
    const buffer: AllocationBuffer = { top: global(), limit: global() };
    const host: RuntimeHost = {
      probe: this.#probeStack,
      hasStack: (levels) => hasStack(this.#probeStack, levels),
      askToShrink: () => this.#askToShrink(),
      collected: (record) => measureCollection(share.memory, record),
    };
    const instance = new engine.Instance(share.module, runtimeImports(share.memory, buffer, host));
    const runtime = instance.exports as unknown as RuntimeExports;
    this.runtime = runtime;
    this.imports = {
      memory: share.memory,
      ...buffer,
      allocate: runtime.allocate,
      poll: runtime.poll,
      log: runtime.log,
    };
    this.handles = new Handles(this);
    this.boxes = new Boxes(this);
    this.#wordView = new Int32Array(share.memory.buffer);
    this.#byteView = new Uint8Array(share.memory.buffer);
    this.objects = new HeapObjects(this);
  }

  /** Makes a store's memory. Throws a `RangeError` where the host or a 32-bit memory cannot have it. */
  static create(options: HeapOptions): Heap {
    const plan = planHeap(options);
    const memory = new engine.Memory({ initial: plan.initialPages, maximum: plan.maximumPages, shared: true });
    const module = new engine.Module(decodeBase64(options.debug ? debugRuntime : releaseRuntime));
    const heap = new Heap({ memory, module });
    for (const [address, value] of plan.words) heap.words[address >>> 2] = value;
    heap.runtime.initialize();
    return heap;
  }

  /** Another agent's view of a heap that `create` made. */
  static join(share: HeapShare): Heap {
    const heap = new Heap(share);
    heap.runtime.initialize();
    return heap;
  }

  share(): HeapShare {
    return { memory: this.memory, module: this.#module };
  }

  /**
   * Raises the host's error for an exhausted stack unless enough is left for what must be done whole: `runtime.enter`
   * and `runtime.leave`, or to open a lock again. Called before the first of the two, so that the second, from the same
   * place, does not fail.
   */
  needStack(): void {
    this.#probeStack(ENTER_LEVELS);
  }

  /** The same for work with many data structures, which must not be left half changed: compiling, linking. */
  needMuchStack(): void {
    this.#probeStack(WORK_LEVELS);
  }

  /** Makes this the heap of agent `id`, in a safe region. */
  attach(id: number): void {
    assert(this.#agent < 0, "the agent is attached already");
    assert(
      id >= 0 && id < this.plan(PLAN_MAXIMUM_AGENTS),
      "the agent's id is below the number of agents that the heap was made for",
    );
    this.runtime.attach(id, canBlock() ? 1 : 0);
    this.#agent = id;
  }

  /** Ends the agent, from a safe region: its roots and handles hold nothing any more. */
  detach(): void {
    this.runtime.detach();
    this.#agent = -1;
  }

  /**
   * Takes back what agent `id` held, after the host ended its Worker. Nobody else may use the id until this returns.
   *
   * The Worker must have stopped for good: in Node when its `exit` event came; in a browser, where `terminate` returns
   * earlier, when a Web Lock that the Worker held became free.
   */
  reclaim(id: number): void {
    this.runtime.reclaim(id);
  }

  /** The agent's id; -1 when detached. */
  get id(): number {
    return this.#agent;
  }

  #askToShrink(): void {
    if (this.onShrinkable === undefined) return;
    // Once, until the creator begins: there may be many collections before it comes to that.
    if (Atomics.exchange(this.words, SHRINK_ASKED >>> 2, 1) === 0) this.onShrinkable();
  }

  /** The bit of a shadow-stack pointer that is set in the half of the stack which is kept free. */
  get stackGuard(): number {
    return this.plan(PLAN_SHADOW_BYTES) >>> 1;
  }

  /** Address of the agent's control block. */
  get control(): number {
    assert(this.#agent >= 0, "the agent is attached");
    return AGENTS + this.#agent * AGENT_BYTES;
  }

  /**
   * All words of the memory, as far as it has grown; an index is an address divided by 4. Ask again after any call: the
   * memory may have grown.
   */
  get words(): Int32Array<ArrayBufferLike> {
    if (this.#isOutgrown) this.#renewViews();
    return this.#wordView;
  }

  /** All bytes of the memory, as far as it has grown. */
  get bytes(): Uint8Array<ArrayBufferLike> {
    if (this.#isOutgrown) this.#renewViews();
    return this.#byteView;
  }

  /** The memory's end as the agents know it, in bytes: what they use lies below. */
  get #grownEnd(): number {
    return (this.#wordView[GROWN_END >>> 2] as number) >>> 0;
  }

  get #isOutgrown(): boolean {
    return this.#wordView.buffer !== this.memory.buffer || this.#grownEnd > this.#wordView.byteLength;
  }

  #renewViews(): void {
    // Race: another agent has grown the memory and its new part is in use, but this agent's host has not been told, and
    // has the old buffer. It looks when it is asked to grow, be it by nothing.
    if (this.#grownEnd > this.memory.buffer.byteLength) this.memory.grow(0);
    this.#wordView = new Int32Array(this.memory.buffer);
    this.#byteView = new Uint8Array(this.memory.buffer);
  }

  /** Zeroed memory that is never freed; throws a `RangeError` when there is none. */
  allocatePermanent(bytes: number): number {
    const address = this.runtime.allocatePermanent(bytes) >>> 0;
    if (address === 0) throw rangeError("heap-full", `the heap has no room for ${bytes} permanent bytes`);
    return address;
  }

  /** Reserves `count` consecutive function indices, which no module has yet; returns the first. */
  reserveFunctions(count: number): number {
    // Two agents may load modules at once: the addition keeps their ranges apart.
    const first = Atomics.add(this.words, FUNCTION_COUNT >>> 2, count) >>> 0;
    if (first + count > this.plan(PLAN_FUNCTION_CAPACITY)) {
      Atomics.sub(this.words, FUNCTION_COUNT >>> 2, count);
      throw rangeError("function-limit", "the store has no more function indices");
    }
    return first;
  }

  /** How many function indices are in use. */
  get functionCount(): number {
    return this.plan(FUNCTION_COUNT);
  }

  /** Writes the type of function `index`: what `call_indirect` and casts of function references compare. */
  setFunctionType(index: number, record: number): void {
    // Atomic: an agent may read the entry as soon as it sees the function's index in a shared table.
    Atomics.store(this.words, (this.plan(PLAN_FUNCTION_TYPES) >>> 2) + index, record);
  }

  /** The address of the type record of function `index`, which was written before anybody could have the index. */
  functionType(index: number): Address {
    const { words } = this;
    return addressOf(Atomics.load(words, (words[PLAN_FUNCTION_TYPES >>> 2]! >>> 2) + index));
  }

  statistics(): HeapStatistics {
    return readStatistics(this);
  }

  /** A word of the plan (layout/plan.ts). */
  plan(word: number): number {
    return (this.words[word >>> 2] ?? 0) >>> 0;
  }
}
