/**
 * How many operands each instruction of a body takes and how many results it leaves, for folding: what the row's typing
 * says, counted in the module. Only how the text looks depends on it: folded operands are the instructions before,
 * whatever their types.
 *
 * Printing asks for no valid module, so that whatever is named may be missing: nothing is counted for it.
 */

import type { Immediates } from "../../ops/immediates.ts";
import type { Row, Slot, Varying } from "../../ops/row.ts";
import type { ModuleParts } from "../../types/module.ts";
import { type FuncType, indexOf, isAbstract, isRef, type ValType } from "../../types/types.ts";

export type Arity = readonly [operands: number, results: number];

/** A block, or the function. */
interface Frame {
  readonly params: number;
  readonly results: number;
  /** How many values a branch to its label carries. */
  readonly label: number;
}
const noFrame: Frame = { params: 0, results: 0, label: 0 };
const noTypes: readonly ValType[] = [];
const noFunction: FuncType = { kind: "func", params: noTypes, results: noTypes };

/** Follows a body, one instruction after the other. */
export class Arities {
  readonly #module: ModuleParts;
  /** The types of functions and tags by index, imports first. */
  readonly #functions: readonly number[];
  readonly #tags: readonly number[];
  readonly #frames: Frame[] = [];

  constructor(module: ModuleParts) {
    this.#module = module;
    const imported = (kind: "func" | "tag"): number[] =>
      module.imports.flatMap(({ type }) => (type.kind === kind ? [type.type] : []));
    this.#functions = [...imported("func"), ...module.functions.map(({ type }) => type)];
    this.#tags = [...imported("tag"), ...module.tags.map(({ type }) => type)];
  }

  /** Begins a body with so many results. */
  begin(results: number): void {
    this.#frames.length = 0;
    this.#frames.push({ params: 0, results, label: results });
  }

  /** The arity of the next instruction: of a block, with all that is in it. */
  step(row: Row, immediates: Immediates): Arity {
    const operands = this.#count(row.typing.params, "params", row, immediates);
    if (row.control === "end" || row.control === "delegate") return [operands, this.#leave()];
    const results = this.#count(row.typing.results, "results", row, immediates);
    switch (row.control) {
      case "block":
      case "loop":
      case "if":
      case "try":
      case "try_table": {
        const params = this.#block(immediates).params.length;
        this.#frames.push({ params, results, label: row.control === "loop" ? params : results });
      }
    }
    return [operands, results];
  }

  /** Leaves the innermost block. Its results go to the one around it; those of the function go nowhere. */
  #leave(): number {
    const left = this.#frames.pop();
    return left === undefined || this.#frames.length === 0 ? 0 : left.results;
  }

  #count(slots: readonly Slot[], side: "params" | "results", row: Row, immediates: Immediates): number {
    let count = 0;
    for (const slot of slots) {
      count += typeof slot === "number" || slot === "any" ? 1 : this.#several(slot, side, row, immediates);
    }
    return count;
  }

  #several(slot: Varying, side: "params" | "results", row: Row, immediates: Immediates): number {
    const { index, index2 } = immediates;
    switch (slot) {
      case "func*":
        return this.#function(this.#functions[index])[side].length;
      case "type*":
        return this.#function(index)[side].length;
      case "tag*":
        return this.#tag(row, immediates)[side].length;
      case "cont*":
        return this.#continuation(index)[side].length;
      case "fields*": {
        const composite = this.#module.types[index]?.composite;
        return composite?.kind === "struct" ? composite.fields.length : 0;
      }
      case "count*":
        return immediates.count;
      case "label*":
        return this.#frame(immediates.label).label;
      case "rest*":
        return Math.max(0, this.#frame(immediates.label).label - 1);
      case "return*":
        return this.#frames[0]?.results ?? 0;
      case "block*":
        return this.#block(immediates)[side].length;
      case "frame*":
        return this.#frame(0).results;
      case "arm*":
        return row.control === "else" ? this.#frame(0).params : this.#tag(row, immediates).params.length;
      case "bound*":
        return Math.max(0, this.#continuation(index).params.length - this.#continuation(index2).params.length);
      case "next*":
        return this.#next(index, side);
    }
  }

  #frame(depth: number): Frame {
    return this.#frames[this.#frames.length - 1 - depth] ?? noFrame;
  }

  #function(index: number | undefined): FuncType {
    const composite = index === undefined ? undefined : this.#module.types[index]?.composite;
    return composite?.kind === "func" ? composite : noFunction;
  }

  #tag(row: Row, { index, index2 }: Immediates): FuncType {
    return this.#function(this.#tags[row.immediates[row.secondIndex] === "tag" ? index2 : index]);
  }

  #continuation(index: number): FuncType {
    const composite = this.#module.types[index]?.composite;
    return composite?.kind === "cont" ? this.#function(composite.func) : noFunction;
  }

  /** `switch`: all parameters but the last, and those of the continuation that the last one is. */
  #next(index: number, side: "params" | "results"): number {
    const { params } = this.#continuation(index);
    if (side === "params") return Math.max(0, params.length - 1);
    const last = params.at(-1);
    return last === undefined || !isRef(last) || isAbstract(last) ? 0 : this.#continuation(indexOf(last)).params.length;
  }

  #block({ blockKind, block }: Immediates): FuncType {
    if (blockKind === "type") return this.#function(block);
    return blockKind === "empty" ? noFunction : { kind: "func", params: noTypes, results: [block as ValType] };
  }
}
