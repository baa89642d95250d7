/**
 * Decides, before code is written, how each value on the operand stack is kept.
 *
 * A value is numbered in the order in which instructions push. For each:
 *
 *  - `held`: it is a reference which lies on the stack while the collector may run, so its address must be in a local
 *    from which it can be spilled;
 *  - `alias`: the source local that has the same value for as long as the value is on the stack, or -1;
 *  - `wanted`: its consumer reads operands from locals and constants, so that it need not be on the host's stack at
 *    all.
 *
 * One forward walk with the operand stack: the stack at each point is known, since code is structured.
 */

import { rowNamed } from "../../core/ops/table.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { ValType } from "../../core/types/types.ts";
import { isRoot } from "../../gc/layout/reference-types.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction } from "../instructions/instruction.ts";
import { ELSE, END, kindOf, LOCAL_GET, LOCAL_SET, LOCAL_TEE, opensBlock } from "../instructions/row-kinds.ts";

const nullConstant = rowNamed("ref.null");

export interface StackPlan {
  readonly held: readonly number[];
  readonly wanted: readonly number[];
  readonly alias: readonly number[];
}

class Walk {
  readonly #types: TypeStore;
  readonly held: number[] = [];
  readonly wanted: number[] = [];
  readonly alias: number[] = [];
  /** Values that must be on the host's stack: a poll carries a loop's parameters past itself. */
  readonly #pinned = new Set<number>();
  /** Numbers of the values on the stack, and the types of those that are roots (else -1). */
  readonly #stack: number[] = [];
  readonly #isRoot: boolean[] = [];
  readonly #frames: number[] = [];
  /** By source local: values on the stack that equal it, the lowest first. */
  readonly #aliases: (number[] | undefined)[] = [];

  constructor(types: TypeStore, locals: number) {
    this.#types = types;
    for (let local = 0; local < locals; local++) this.#aliases.push(undefined);
  }

  step(instruction: Instruction, polls: boolean): void {
    const kind = kindOf(instruction.row);
    if (kind === ELSE || kind === END) {
      this.#truncate((kind === END ? this.#frames.pop() : this.#frames[this.#frames.length - 1]) ?? 0);
      this.#push(instruction, kind);
      return;
    }
    const { popped, rule } = instruction;
    for (let i = 0; i < popped.length; i++) this.#pop(i < rule.operands);
    if (rule.safepoint !== "none") this.#hold();
    if (opensBlock(kind)) this.#frames.push(this.#stack.length);
    else if (kind === LOCAL_SET || kind === LOCAL_TEE) this.#breakAliases(instruction.immediates.index);
    this.#push(instruction, kind);
    if (!polls) return;
    for (let i = 0; i < instruction.pushed.length; i++) this.#pinned.add(this.held.length - 1 - i);
    this.#hold();
  }

  #push({ row, pushed, immediates }: Instruction, kind: number): void {
    for (let i = 0; i < pushed.length; i++) {
      const type = pushed[i] as ValType;
      const value = this.held.push(0) - 1;
      this.wanted.push(0);
      this.alias.push(-1);
      this.#stack.push(value);
      this.#isRoot.push(type >= 0 && isRoot(this.#types, type) && row !== nullConstant);
      if (kind === LOCAL_GET || kind === LOCAL_TEE) this.#addAlias(immediates.index, value);
    }
  }

  #pop(wanted: boolean): void {
    const value = this.#stack.pop() as number;
    this.#isRoot.pop();
    if (wanted && !this.#pinned.has(value)) this.wanted[value] = 1;
    const local = this.alias[value] as number;
    if (local >= 0) this.#aliases[local]?.pop();
  }

  #truncate(height: number): void {
    while (this.#stack.length > height) this.#pop(false);
  }

  /** All roots on the stack are held. Below one that was held before, all are. */
  #hold(): void {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      if (this.#isRoot[i] !== true) continue;
      const value = this.#stack[i] as number;
      if (this.held[value] === 1) return;
      this.held[value] = 1;
    }
  }

  #addAlias(local: number, value: number): void {
    this.alias[value] = local;
    const values = this.#aliases[local];
    if (values === undefined) this.#aliases[local] = [value];
    else values.push(value);
  }

  #breakAliases(local: number): void {
    const values = this.#aliases[local];
    if (values === undefined) return;
    for (let value = values.pop(); value !== undefined; value = values.pop()) this.alias[value] = -1;
  }
}

/** `polls` has the positions of the loops at whose head the agent polls. */
export function planStack(types: TypeStore, body: FunctionBody, polls: ReadonlySet<number>): StackPlan {
  const walk = new Walk(types, body.locals.length);
  const { instructions } = body;
  const polled = polls.size > 0;
  for (let at = 0; at < instructions.length; at++) walk.step(instructions[at] as Instruction, polled && polls.has(at));
  return walk;
}
