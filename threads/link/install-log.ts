/**
 * The install log: what agents must know to run a function which another agent brought into the store, in shared
 * memory, so that an agent which runs wasm code, and sees no message, finds it there.
 *
 * An entry is a permanent block; entries form a list in the order of installing:
 *
 *      0  next    the next entry, or 0
 *      4  kind    ENTRY_MODULE, ENTRY_INSTANCE, ENTRY_FUNCTION
 *      8  id      of the module or instance; of a thread-local function its index
 *     12  text    bytes of the plan in JSON (sync/shared-json.ts)
 *     16  code    bytes of the host module, which follow the text; 0 for an instance
 *     20  first   instance: first function index
 *     24  end     instance: behind its last function index
 *     32  the text
 *
 * Agents know those memories of a plan that came to them in messages: no host hands over a memory in any other way.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import type { LocalFunctionPlan } from "../functions/local-functions.ts";
import { fromJson, toJson } from "../sync/shared-json.ts";
import type { InstancePlan, ModulePlan } from "./plans.ts";

const NEXT = 0;
const KIND = 4;
const ID = 8;
const TEXT = 12;
const CODE = 16;
const FIRST = 20;
const END = 24;
const CONTENTS = 32;

const ENTRY_MODULE = 0;
export const ENTRY_INSTANCE = 1;
export const ENTRY_FUNCTION = 2;

/** An entry that an agent has found. */
export class LogEntry {
  readonly address: number;
  readonly #heap: Heap;
  #plan: unknown;

  constructor(heap: Heap, address: number) {
    this.#heap = heap;
    this.address = address;
  }

  #word(offset: number): number {
    return Atomics.load(this.#heap.words, (this.address + offset) >>> 2);
  }
  get next(): number {
    return this.#word(NEXT) >>> 0;
  }
  get kind(): number {
    return this.#word(KIND);
  }
  get id(): number {
    return this.#word(ID);
  }
  get first(): number {
    return this.#word(FIRST);
  }
  get end(): number {
    return this.#word(END);
  }

  /** The plan; a module's has no `host`. */
  plan(memoryOf: (number: number) => WebAssembly.Memory): unknown {
    this.#plan ??= this.#read(memoryOf);
    return this.#plan;
  }

  /** The plan without its memories. */
  get outline(): unknown {
    return this.#plan ?? this.#read(() => undefined);
  }

  #read(memoryOf: (number: number) => WebAssembly.Memory | undefined): unknown {
    const start = this.address + CONTENTS;
    // Decoders refuse shared memory.
    const text = new TextDecoder().decode(this.#heap.bytes.slice(start, start + this.#word(TEXT)));
    return fromJson(text, memoryOf);
  }

  /** The host module's bytes. */
  code(): Uint8Array<ArrayBuffer> {
    const start = this.address + CONTENTS + this.#word(TEXT);
    return new Uint8Array(this.#heap.bytes.slice(start, start + this.#word(CODE)));
  }
}

/** Writes the log; only the store's creator does. */
export class InstallLog {
  readonly #heap: Heap;
  /** Address of the word that holds the next entry's. */
  #end: number;
  readonly #numberOf: (memory: WebAssembly.Memory) => number;

  constructor(heap: Heap, head: number, numberOf: (memory: WebAssembly.Memory) => number) {
    this.#heap = heap;
    this.#end = head;
    this.#numberOf = numberOf;
  }

  /** Notes a module. */
  module({ host: _host, ...plan }: ModulePlan, code: Uint8Array): void {
    this.#append(ENTRY_MODULE, plan.id, plan, code, 0, 0);
  }

  /** Notes an instance with `functions` functions. */
  instance(plan: InstancePlan, functions: number): void {
    this.#append(ENTRY_INSTANCE, plan.id, plan, new Uint8Array(), plan.functions, plan.functions + functions);
  }

  /** Notes a thread-local function. */
  localFunction(plan: LocalFunctionPlan): void {
    this.#append(ENTRY_FUNCTION, plan.number, plan, new Uint8Array(), plan.number, plan.number + 1);
  }

  #append(kind: number, id: number, plan: unknown, code: Uint8Array, first: number, end: number): void {
    const text = new TextEncoder().encode(toJson(plan, this.#numberOf));
    const address = this.#heap.allocatePermanent(CONTENTS + text.length + code.length);
    this.#heap.words.set([0, kind, id, text.length, code.length, first, end], address >>> 2);
    this.#heap.bytes.set(text, address + CONTENTS);
    this.#heap.bytes.set(code, address + CONTENTS + text.length);
    // Race: linked last, so that who finds the entry finds all of it.
    Atomics.store(this.#heap.words, this.#end >>> 2, address);
    this.#end = address + NEXT;
  }
}
