/**
 * Calls that JS makes on other agents: `Store.spawn` and `Store.run`.
 *
 * The call's record is a permanent block, reused from call to call. References among the operands, and then among the results, lie in words
 * that the collector scans, until the caller has the answer.
 *
 *      0  capacity  operand slots, and result words
 *      4  function  `run`: index of the function in its module
 *      8  operands  8 bytes each
 *      8 + 8 * capacity  references among the operands, then among the results, 4 bytes each
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { JobKind } from "../sync/job-queue.ts";
import { unpackError } from "../traps/traps.ts";
import { fromLowered, isOpaqueToJs, toLowered } from "../values/convert.ts";
import { isHeapAddress, isHostReference, NULL, type Signature, type ValueKind } from "../values/kinds.ts";
import type { Agent } from "./agent.ts";
import type { AgentEvent, RawValue } from "./protocol.ts";

const CAPACITY = 0;
const FUNCTION = 4;
const OPERANDS = 8;

/** Eight bytes, to see them as what they are; hosts of WebAssembly's threads are little-endian, as memories are. */
const double = new Float64Array(1);
const long = new BigInt64Array(double.buffer);
const words = new Int32Array(double.buffer);

/** Writes an operand to the two words at `at`. */
function writeOperand(memory: Int32Array<ArrayBufferLike>, at: number, { kind }: ValueKind, value: unknown): void {
  switch (kind) {
    case "i64":
      long[0] = value as bigint;
      break;
    case "f32":
    case "f64":
      double[0] = value as number;
      break;
    default:
      words[0] = value as number;
  }
  memory[at] = words[0]!;
  memory[at + 1] = words[1]!;
}

function readOperand(memory: Int32Array<ArrayBufferLike>, at: number, { kind }: ValueKind): unknown {
  words[0] = memory[at]!;
  words[1] = memory[at + 1]!;
  switch (kind) {
    case "i64":
      return long[0];
    case "f32":
    case "f64":
      return double[0];
    default:
      return words[0];
  }
}

/** The lowered operands of a call's record. */
export function readOperands(heap: Heap, record: number, kinds: readonly ValueKind[]): unknown[] {
  const first = (record + OPERANDS) >>> 2;
  return kinds.map((kind, i) => readOperand(heap.words, first + 2 * i, kind));
}

/** Index, in its module, of the function that a `run` record calls. */
export function calledFunction(heap: Heap, record: number): number {
  return heap.words[(record + FUNCTION) >>> 2]!;
}

/** The values of a call in a form that can be posted; references among them are kept alive by the record. The agent is a mutator. */
export function keepValues(heap: Heap, record: number, kinds: readonly ValueKind[], result: unknown): RawValue[] {
  const values = kinds.length === 1 ? [result] : ((result ?? []) as unknown[]);
  const capacity = heap.words[(record + CAPACITY) >>> 2]!;
  const roots = (record + OPERANDS + 8 * capacity) >>> 2;
  for (const [i, kind] of kinds.entries()) if (isHeapAddress(kind)) Atomics.store(heap.words, roots + i, values[i] as number);
  return values as RawValue[];
}

/** Keeps an exception alive, in place of results, until the caller has it. The agent is a mutator. */
export function keepException(heap: Heap, record: number, exception: number): void {
  const capacity = heap.words[(record + CAPACITY) >>> 2]!;
  Atomics.store(heap.words, (record + OPERANDS + 8 * capacity) >>> 2, exception);
}

/** What calls ask of a signature. */
interface CallShape {
  /** Whether all values can be handed to another agent: numbers and shared references. */
  readonly crosses: boolean;
  readonly hasReferences: boolean;
  readonly slots: number;
}

const shapes = new WeakMap<Signature, CallShape>();

function shapeOf(signature: Signature): CallShape {
  const known = shapes.get(signature);
  if (known !== undefined) return known;
  const { params, results } = signature;
  const shape = {
    crosses: [...params, ...results].every((kind) => !isOpaqueToJs(kind) && !isHostReference(kind) && (kind.kind !== "ref" || kind.shared)),
    hasReferences: params.some(({ kind }) => kind === "ref"),
    slots: Math.max(params.length, results.length),
  };
  shapes.set(signature, shape);
  return shape;
}

/** Whether all values of a signature can be handed to another agent: numbers and shared references. */
export function crossesAgents(signature: Signature): boolean {
  return shapeOf(signature).crosses;
}

interface Pending {
  readonly record: number;
  readonly signature: Signature;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls of one creator that have not been answered. */
export class Calls {
  readonly #agent: Agent;
  readonly #pending = new Map<number, Pending>();
  readonly #free = new Map<number, number[]>();
  #next = 0;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Queues a call of function index `target`, or with `run` of a function of template `target`'s module. */
  start(target: number, signature: Signature, args: readonly unknown[], run?: { readonly functionIndex: number }): Promise<unknown> {
    const shape = shapeOf(signature);
    const write = (): number => this.#write(shape, signature, args, run?.functionIndex ?? 0);
    const record = shape.hasReferences ? this.#agent.withTemporaries(write) : write();
    const id = this.#next++;
    const kind = run === undefined ? JobKind.call : JobKind.run;
    // The answer comes by an event, and so after what follows.
    this.#agent.control.jobs.submit({ kind, target, argument: record, id });
    return new Promise<unknown>((resolve, reject) => this.#pending.set(id, { record, signature, resolve, reject }));
  }

  /** Writes the record of a call. */
  #write({ hasReferences, slots }: CallShape, { params }: Signature, args: readonly unknown[], functionIndex: number): number {
    const { heap } = this.#agent;
    const operands = params.map((kind, i) => toLowered(this.#agent, kind, args[i]));
    const record = this.#allocate(slots);
    const memory = heap.words;
    const first = (record + OPERANDS) >>> 2;
    for (let i = 0; i < params.length; i++) writeOperand(memory, first + 2 * i, params[i]!, operands[i]);
    memory[(record + FUNCTION) >>> 2] = functionIndex;
    if (hasReferences) this.#agent.asMutator(() => keepValues(heap, record, params, operands.length === 1 ? operands[0] : operands));
    return record;
  }

  /** Takes a Worker's answer. */
  settle(event: Extract<AgentEvent, { kind: "returned" | "threw" | "uncaught" }>): void {
    const pending = this.#take(event.call);
    if (pending === undefined) return;
    switch (event.kind) {
      case "threw":
        pending.reject(unpackError(event.error));
        break;
      case "uncaught":
        pending.reject(this.#agent.asMutator(() => this.#agent.exceptions.objectOf(event.exception)));
        break;
      case "returned": {
        const { results } = pending.signature;
        const values = this.#agent.asMutator(() => results.map((kind, i) => fromLowered(this.#agent, kind, event.results[i])));
        pending.resolve(values.length > 1 ? values : values[0]);
      }
    }
    this.#release(pending.record);
  }

  /** Ends a call whose Worker is gone. */
  fail(call: number, error: Error): void {
    const pending = this.#take(call);
    if (pending === undefined) return;
    pending.reject(error);
    this.#release(pending.record);
  }

  failAll(error: Error): void {
    for (const call of [...this.#pending.keys()]) this.fail(call, error);
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    return pending;
  }

  #allocate(slots: number): number {
    const capacity = Math.max(8, 2 ** Math.ceil(Math.log2(slots)));
    const free = this.#free.get(capacity)?.pop();
    if (free !== undefined) return free;
    const { heap } = this.#agent;
    const record = heap.allocatePermanent(OPERANDS + 12 * capacity);
    const roots = record + OPERANDS + 8 * capacity;
    heap.words[(record + CAPACITY) >>> 2] = capacity;
    heap.words.fill(NULL, roots >>> 2, (roots >>> 2) + capacity);
    heap.runtime.addRoots(roots, roots + 4 * capacity);
    return record;
  }

  #release(record: number): void {
    const { words } = this.#agent.heap;
    const capacity = words[(record + CAPACITY) >>> 2]!;
    const roots = (record + OPERANDS + 8 * capacity) >>> 2;
    words.fill(NULL, roots, roots + capacity);
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [record]);
    else free.push(record);
  }
}
