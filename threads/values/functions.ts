/**
 * An agent's function table: function indices are the same on all agents, the host functions behind them are the
 * agent's own.
 */

import { assert } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { encodeSmallModule } from "../../core/binary/small-module.ts";
import { I32, type ValType } from "../../core/types/types.ts";
import { valueTypesByWord } from "../../core/types/vocabulary.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { plainEntry } from "../../lower/module/plain-entries.ts";
import { hostType, type Signature, type ValueKind } from "./kinds.ts";

/** A host function in a lowered signature: operands, then the shadow-stack pointer. */
export type LoweredFunction = (...operands: unknown[]) => unknown;

/** Hands out function indices, the same on every agent, for functions of the given signatures; returns the first. */
export function reserveFunctions(heap: Heap, signatures: readonly Signature[]): number {
  const first = heap.reserveFunctions(signatures.length);
  for (const [i, { record }] of signatures.entries()) heap.setFunctionType(first + i, record);
  return first;
}

/** An instance that goes with the JS objects which stand for it, as the table of functions knows it. */
export interface FunctionOwner {
  readonly host: WebAssembly.Instance;
  /** Host functions by index, where the table does not have them. */
  readonly targets: Map<number, LoweredFunction>;
  /** What JS has for functions, by index. */
  readonly objects: Map<number, object>;
}

interface Range {
  readonly first: number;
  readonly signatures: readonly Signature[];
  /** The first function's index in its module: what JS sees as the function's name. */
  readonly index: number;
  /** What the host instance with the functions exports; undefined where an owner has it. */
  exports: WebAssembly.Exports | undefined;
  /** Where these functions go with their owner. */
  owner: WeakRef<FunctionOwner> | undefined;
  /** The owner, where there may be references to its functions: it stays. */
  kept: FunctionOwner | undefined;
}

/** The host function table of an agent, with the signatures of what it holds. */
export class FunctionTable {
  readonly table: WebAssembly.Table;
  readonly #heap: Heap;
  /** In ascending order of `first`. */
  readonly #ranges: Range[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
    this.table = new engine.Table({ element: "anyfunc", initial: 4096 });
  }

  /**
   * Makes room for functions at `first` and notes their signatures; the host module's element segment puts them there.
   * `index` is the first one's index in its module.
   */
  register(first: number, signatures: readonly Signature[], index: number): void {
    const end = first + signatures.length;
    if (end > this.table.length) this.table.grow(Math.max(end, 2 * this.table.length) - this.table.length);
    if (signatures.length === 0) return;
    const range = { first, signatures, index, exports: undefined, owner: undefined, kept: undefined };
    const at = this.#after(first);
    if (this.#ranges[at - 1]?.first === first) this.#ranges[at - 1] = range;
    else this.#ranges.splice(at, 0, range);
  }

  /** Notes the exports of the host instance that put its functions at `first`. */
  setExports(first: number, exports: WebAssembly.Exports): void {
    const range = this.#rangeOf(first);
    if (range?.first === first) range.exports = exports;
  }

  /**
   * The host's own function for a plain function, without the shadow-stack pointer (lower/analysis/plain-functions.ts);
   * undefined for others.
   */
  plain(number: number): ((...args: unknown[]) => unknown) | undefined {
    const range = this.#rangeOf(number);
    const exports = range?.exports ?? (range?.kept ?? range?.owner?.deref())?.host.exports;
    const entry = range === undefined ? undefined : exports?.[plainEntry(range.index + number - range.first)];
    return typeof entry === "function" ? (entry as (...args: unknown[]) => unknown) : undefined;
  }

  /**
   * Gives a function of JS a number, so that there can be references to it. It exists on this agent alone. `index` is
   * its import's.
   */
  add(signature: Signature, target: LoweredFunction, index: number): number {
    const number = reserveFunctions(this.#heap, [signature]);
    this.set(number, signature, target, index);
    return number;
  }

  /** Puts a function of JS at a number that has been given out. */
  set(number: number, signature: Signature, target: LoweredFunction, index: number): void {
    this.register(number, [signature], index);
    this.table.set(number, hostFunction(signature, target));
  }

  /** Puts a stand-in at a registered number, until the host module that has the function is instantiated. */
  putStandIn(number: number, standIn: WebAssembly.ExportValue): void {
    this.table.set(number, standIn);
  }

  /** The host function at an index; undefined where this agent has none. */
  get(index: number): LoweredFunction | undefined {
    const found = index < this.table.length ? (this.table.get(index) as LoweredFunction | null) : null;
    return found ?? this.ownerOf(index)?.targets.get(index);
  }

  /**
   * Gives the functions of an instance to their owner: the table, which keeps whatever it has, lets go of them. `used`
   * are the indices of those that are called from outside of the instance.
   */
  giveTo(owner: FunctionOwner, first: number, used: Iterable<number>): void {
    const range = this.#rangeOf(first);
    if (range?.first !== first) return;
    for (const number of used) owner.targets.set(number, this.table.get(number) as LoweredFunction);
    range.exports = undefined;
    range.owner = new WeakRef(owner);
    for (let i = 0; i < range.signatures.length; i++) this.table.set(first + i, null);
  }

  /** Who has a function that the table does not have, or had not until there were references to it. */
  ownerOf(number: number): FunctionOwner | undefined {
    const range = this.#rangeOf(number);
    return range?.kept ?? range?.owner?.deref();
  }

  /**
   * The signature of a function, to which there are references from now on, so that the table must have it. Whoever
   * calls this has an object that keeps the function's owner.
   */
  refer(number: number): Signature | undefined {
    const range = this.#rangeOf(number);
    if (range?.owner !== undefined) {
      range.kept = range.owner.deref();
      range.owner = undefined;
      for (const [own, target] of range.kept?.targets ?? []) this.table.set(own, target);
    }
    return range?.signatures[number - range.first];
  }

  /** Forgets the functions at `first`, whose owner is gone. */
  unregister(first: number): void {
    const at = this.#after(first) - 1;
    if (this.#ranges[at]?.first === first) this.#ranges.splice(at, 1);
  }

  /** The signature of a function; undefined where this agent does not know it. */
  signature(number: number): Signature | undefined {
    const range = this.#rangeOf(number);
    return range?.signatures[number - range.first];
  }

  /** A function's index in its module. */
  indexInModule(number: number): number | undefined {
    const range = this.#rangeOf(number);
    return range === undefined ? undefined : range.index + number - range.first;
  }

  #rangeOf(number: number): Range | undefined {
    return this.#ranges[this.#after(number) - 1];
  }

  /** How many ranges begin at a number or below it. */
  #after(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]!.first <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The type of values of a kind in lowered modules. */
function hostValueType(kind: ValueKind): ValType {
  const type = valueTypesByWord.get(hostType(kind));
  assert(type !== undefined, "hosts' types have a word");
  return type;
}

/** The type of the host function for a function with this signature. */
export function loweredType({ params, results }: Signature): {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
} {
  return { params: [...params.map(hostValueType), I32], results: results.map(hostValueType) };
}

const adapters = new Map<string, WebAssembly.Module>();

/**
 * A host function table takes functions of WebAssembly only, so a function of JS is imported and exported again:
 * (module (type (func ...)) (import "" "f" (func (type 0))) (export "f" (func 0)))
 */
function hostFunction(signature: Signature, target: LoweredFunction): WebAssembly.ExportValue & LoweredFunction {
  const type = loweredType(signature);
  const key = `${type.params.join()}>${type.results.join()}`;
  let module = adapters.get(key);
  if (module === undefined) {
    const bytes = encodeSmallModule({
      types: [type],
      imports: [{ module: "", name: "f", type: { kind: "func", type: 0, exact: false } }],
      exports: [{ name: "f", kind: "func", index: 0 }],
    });
    module = new engine.Module(bytes);
    adapters.set(key, module);
  }
  const { f } = new engine.Instance(module, { "": { f: target } }).exports;
  assert(typeof f === "function", "the adapter exports its import");
  return f as WebAssembly.ExportValue & LoweredFunction;
}

/**
 * A function for signatures with v128, which hosts do not let JS implement: they raise a TypeError that lowered code
 * would not take for an exception. It calls `thrower` with the shadow-stack pointer alone.
 *
 *     (module (type $t (func ...)) (type $thrower (func (param i32))) (import "" "f" (func $f (type $thrower)))
 *       (func (export "f") (type $t) (call $f (local.get $sp)) (unreachable)))
 */
export function throwingFunction(signature: Signature, thrower: (sp: number) => unknown): LoweredFunction {
  const sp = signature.params.length;
  const bytes = encodeSmallModule({
    types: [loweredType(signature), { params: [I32], results: [] }],
    imports: [{ module: "", name: "f", type: { kind: "func", type: 1, exact: false } }],
    functions: [{ type: 0, code: ["local.get", sp, "call", 0, "unreachable"] }],
    exports: [{ name: "f", kind: "func", index: 1 }],
  });
  return new engine.Instance(new engine.Module(bytes), { "": { f: thrower } }).exports["f"] as LoweredFunction;
}
