/**
 * Calls that JS makes on other agents: `Store.spawn` and `Store.run`.
 *
 * The call's record is a permanent block, reused from call to call. References among the operands, and then among the
 * results, lie in words that the collector scans, until the caller has the answer.
 *
 *      0  capacity  operand slots, and result words
 *      4  function  `run`: index of the function in its module
 *      8  operands  8 bytes each
 *      8 + 8 * capacity  references among the operands, then among the results, 4 bytes each
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { addressOf } from "../../gc/objects.ts";
import { JobKind } from "../sync/job-queue.ts";
import { unpackError } from "../traps/traps.ts";
import { initializeCell, readFinalCell, storeCell } from "../values/cells.ts";
import { fromLowered, isOpaqueToJs, toLowered } from "../values/convert.ts";
import { isHeapAddress, isHostReference, NULL, type Signature, type ValueKind } from "../values/kinds.ts";
import type { Agent } from "./agent.ts";
import type { AgentEvent, RawValue } from "./protocol.ts";

const CAPACITY = 0;
const FUNCTION = 4;
const OPERANDS = 8;

/** The lowered operands of a call's record. */
export function readOperands(heap: Heap, record: number, kinds: readonly ValueKind[]): unknown[] {
  return kinds.map((kind, i) => readFinalCell(heap, kind, record + OPERANDS + 8 * i));
}

/** Index, in its module, of the function that a `run` record calls. */
export function calledFunction(heap: Heap, record: number): number {
  return heap.words[(record + FUNCTION) >>> 2]!;
}

/**
 * The values of a call in a form that can be posted; references among them are kept alive by the record. The agent is a
 * mutator.
 */
export function keepValues(heap: Heap, record: number, kinds: readonly ValueKind[], result: unknown): RawValue[] {
  const values = kinds.length === 1 ? [result] : ((result ?? []) as unknown[]);
  const capacity = heap.words[(record + CAPACITY) >>> 2]!;
  const roots = record + OPERANDS + 8 * capacity;
  for (const [i, kind] of kinds.entries()) if (isHeapAddress(kind)) storeCell(heap, kind, roots + 4 * i, values[i]);
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
    crosses: [...params, ...results].every(
      (kind) => !isOpaqueToJs(kind) && !isHostReference(kind) && (kind.kind !== "ref" || kind.shared),
    ),
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
  start(
    target: number,
    signature: Signature,
    args: readonly unknown[],
    run?: { readonly functionIndex: number },
  ): Promise<unknown> {
    const shape = shapeOf(signature);
    const submit = (): Promise<unknown> => {
      const operands = signature.params.map((kind, i) => toLowered(this.#agent, kind, args[i]));
      const record = this.#allocate(shape.slots);
      try {
        this.#write(record, shape, signature, operands, run?.functionIndex ?? 0);
        return this.#submit(run === undefined ? JobKind.call : JobKind.run, target, { record, signature });
      } catch (error) {
        // The stack is exhausted, or no memory is left for the queue.
        this.#release(record);
        throw error;
      }
    };
    return shape.hasReferences ? this.#agent.withTemporaries(submit) : submit();
  }

  #submit(
    kind: JobKind,
    target: number,
    { record, signature }: Pick<Pending, "record" | "signature">,
  ): Promise<unknown> {
    const id = this.#next++;
    // The answer comes by an event, and so after what follows.
    this.#agent.control.jobs.submit({ kind, target, argument: record, id });
    return new Promise<unknown>((resolve, reject) => this.#pending.set(id, { record, signature, resolve, reject }));
  }

  /** Writes the record of a call. */
  #write(
    record: number,
    { hasReferences }: CallShape,
    { params }: Signature,
    operands: readonly unknown[],
    functionIndex: number,
  ): void {
    const { heap } = this.#agent;
    const memory = heap.words;
    for (let i = 0; i < params.length; i++) initializeCell(heap, params[i]!, record + OPERANDS + 8 * i, operands[i]);
    memory[(record + FUNCTION) >>> 2] = functionIndex;
    if (hasReferences)
      this.#agent.asMutator(() => keepValues(heap, record, params, operands.length === 1 ? operands[0] : operands));
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
        pending.reject(this.#agent.asMutator(() => this.#agent.exceptions.objectOf(addressOf(event.exception))));
        break;
      case "returned": {
        const { results } = pending.signature;
        const values = this.#agent.asMutator(() =>
          results.map((kind, i) => fromLowered(this.#agent, kind, event.results[i])),
        );
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
