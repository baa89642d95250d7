/**
 * The locals of the body that is checked: their types, and which of them hold a value.
 *
 * A few bytes can declare 50,000 locals, and a module can hold a million functions, so the work per function must not
 * grow with the number of locals: types are written out for the first of them only, and further ones are found by their
 * run.
 */
import { isDefaultable } from "../../types/subtype.ts";
import type { ValType } from "../../types/types.ts";

const WRITTEN_OUT = 128;

export class Locals {
  /** The number of locals, parameters included. */
  count = 0;
  #parameters = 0;
  readonly #first: ValType[] = [];
  /** Of each run, the type, and the index behind its last local. */
  readonly #runTypes: ValType[] = [];
  readonly #runEnds: number[] = [];
  /** By local index: 1 where a non-defaultable local was set. All zero between bodies. */
  #set = new Uint8Array(64);
  /** The locals that `#set` marks, in the order in which they were set. */
  readonly #order: number[] = [];

  /** Begins a function with these parameters and no other locals. */
  begin(parameters: readonly ValType[]): void {
    this.forget(0);
    this.count = 0;
    this.#first.length = 0;
    this.#runTypes.length = 0;
    this.#runEnds.length = 0;
    for (let i = 0; i < parameters.length; i++) this.add(1, parameters[i] as ValType);
    this.#parameters = parameters.length;
  }

  /** Adds a run of locals of one type. */
  add(count: number, type: ValType): void {
    const written = Math.min(this.count + count, WRITTEN_OUT);
    for (let i = this.count; i < written; i++) this.#first.push(type);
    this.count += count;
    if (this.count > WRITTEN_OUT) {
      this.#runTypes.push(type);
      this.#runEnds.push(this.count);
    }
    if (this.count > this.#set.length && !isDefaultable(type)) this.#grow();
  }

  #grow(): void {
    const grown = new Uint8Array(this.count * 2);
    grown.set(this.#set);
    this.#set = grown;
  }

  /** The type of a local that exists. */
  type(index: number): ValType {
    return index < WRITTEN_OUT ? (this.#first[index] as ValType) : this.#typeSlow(index);
  }

  #typeSlow(index: number): ValType {
    let low = 0;
    let high = this.#runEnds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (index < (this.#runEnds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return this.#runTypes[low] as ValType;
  }

  // Core 3.4.3: a local without a default value must be set before it is read.

  hasValue(index: number, type: ValType): boolean {
    return isDefaultable(type) || index < this.#parameters || this.#set[index] === 1;
  }

  set(index: number, type: ValType): void {
    if (this.hasValue(index, type)) return;
    this.#set[index] = 1;
    this.#order.push(index);
  }

  /** How many locals have been set: what `forget` goes back to. */
  get mark(): number {
    return this.#order.length;
  }

  /** A local set in a block counts as set inside of that block only. */
  forget(mark: number): void {
    while (this.#order.length > mark) this.#set[this.#order.pop() as number] = 0;
  }
}
