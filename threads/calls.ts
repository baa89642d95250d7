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
import type { Heap } from "../gc/heap.ts";
import type { Agent } from "./agent.ts";
import { JobKind } from "./control.ts";
import { fromLowered, isOpaqueToJs, toLowered } from "./convert.ts";
import { isHeapAddress, isHostReference, NULL, type Signature, type ValueKind } from "./kinds.ts";
import type { AgentEvent, RawValue } from "./protocol.ts";
import { unpackError } from "./traps.ts";

const CAPACITY = 0;
const FUNCTION = 4;
const OPERANDS = 8;

function viewOf(heap: Heap): DataView<ArrayBufferLike> {
  return new DataView(heap.bytes.buffer);
}

function writeOperand(view: DataView<ArrayBufferLike>, at: number, kind: ValueKind, value: unknown): void {
  switch (kind.kind) {
    case "i64":
      view.setBigInt64(at, value as bigint, true);
      return;
    case "f32":
    case "f64":
      view.setFloat64(at, value as number, true);
      return;
    default:
      view.setInt32(at, value as number, true);
  }
}

/** The lowered operands of a call's record. */
export function readOperands(heap: Heap, record: number, kinds: readonly ValueKind[]): unknown[] {
  const view = viewOf(heap);
  return kinds.map((kind, i) => {
    const at = record + OPERANDS + 8 * i;
    switch (kind.kind) {
      case "i64":
        return view.getBigInt64(at, true);
      case "f32":
      case "f64":
        return view.getFloat64(at, true);
      default:
        return view.getInt32(at, true);
    }
  });
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

/** Whether all values of a signature can be handed to another agent: numbers and shared references. */
export function crossesAgents({ params, results }: Signature): boolean {
  return [...params, ...results].every((kind) => !isOpaqueToJs(kind) && !isHostReference(kind) && (kind.kind !== "ref" || kind.shared));
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
    const { control } = this.#agent;
    const record = this.#agent.withTemporaries(() => this.#write(signature, args, run?.functionIndex ?? 0));
    const id = this.#next++;
    const promise = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { record, signature, resolve, reject }));
    const kind = run === undefined ? JobKind.call : JobKind.run;
    control.submit({ kind, target, argument: record, id });
    return promise;
  }

  /** Writes the record of a call. */
  #write(signature: Signature, args: readonly unknown[], functionIndex: number): number {
    const { heap } = this.#agent;
    const operands = signature.params.map((kind, i) => toLowered(this.#agent, kind, args[i]));
    const record = this.#allocate(Math.max(signature.params.length, signature.results.length));
    const view = viewOf(heap);
    for (const [i, kind] of signature.params.entries()) writeOperand(view, record + OPERANDS + 8 * i, kind, operands[i]);
    heap.words[(record + FUNCTION) >>> 2] = functionIndex;
    this.#agent.asMutator(() => keepValues(heap, record, signature.params, operands.length === 1 ? operands[0] : operands));
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
