/**
 * Which locals hold a reference that will be read again, at each safepoint and at function entry: these are what the
 * collector must see.
 *
 * Approach: one backward walk over the structured code, in which a branch back to a loop's head counts as reading
 * nothing; it gives, for each loop, the locals live at its head when the loop is left at once. Whatever is live there
 * is live in all of the loop, so the final set at a point is the walk's set joined with those of the loops around it.
 *
 * Known deviation: a local which a loop writes before its next reading, after a point, counts as live at that point if
 * it is live at the loop's head. The set stays closed (a local in it has been in it at every safepoint since it was
 * written), so no stale address is ever shown to the collector.
 */

import { rowNamed } from "../../core/ops/table.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { ValType } from "../../core/types/types.ts";
import { isRoot, loweredType } from "../../gc/layout/reference-types.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction } from "../instructions/instruction.ts";
import {
  BLOCK,
  BRANCH,
  ELSE,
  END,
  IF,
  kindOf,
  LOCAL_GET,
  LOCAL_SET,
  LOCAL_TEE,
  LOOP,
  opensBlock,
  RETURN,
  THROW,
  TRY_TABLE,
  UNREACHABLE,
} from "../instructions/row-kinds.ts";

const branchTable = rowNamed("br_table");

export interface Liveness {
  /** Source locals live across the safepoint at this position (also at the head of a polled loop); none elsewhere. */
  at(position: number): readonly number[];
  /** Source locals live when the function begins. */
  readonly entry: readonly number[];
}

/**
 * A set of dense numbers. Its words are in an ordinary array: there is a set at each safepoint, and the host makes
 * small typed arrays slowly.
 */
class BitSet {
  readonly words: number[];

  constructor(words: number[]) {
    this.words = words;
  }

  copy(): BitSet {
    return new BitSet(this.words.slice());
  }
  add(i: number): void {
    this.words[i >> 5] = (this.words[i >> 5] as number) | (1 << (i & 31));
  }
  delete(i: number): void {
    this.words[i >> 5] = (this.words[i >> 5] as number) & ~(1 << (i & 31));
  }
  join(other: BitSet): void {
    for (let i = 0; i < this.words.length; i++) this.words[i] = (this.words[i] as number) | (other.words[i] as number);
  }
  clear(): void {
    this.words.fill(0);
  }
  /** The names of the set's members, in the members' order. */
  named(names: readonly number[]): number[] {
    const list: number[] = [];
    for (let i = 0; i < this.words.length; i++) {
      for (let word = this.words[i] as number; word !== 0; word &= word - 1)
        list.push(names[i * 32 + 31 - Math.clz32(word & -word)] as number);
    }
    return list;
  }
}

interface Label {
  readonly isLoop: boolean;
  /** Live where a forward branch to the label arrives. */
  readonly after: BitSet;
  /** Live at the start of the `else` arm, once that was walked. */
  otherwise: BitSet | undefined;
  /** Live where an exception that is thrown inside goes on. */
  readonly thrown: BitSet;
  readonly catches: readonly { readonly label: number }[];
}

class BackwardWalk {
  readonly #count: number;
  readonly #dense: readonly number[];
  readonly #labels: Label[] = [];
  #live: BitSet;
  /** Live sets at safepoints and loop heads, by position. */
  readonly sets: (BitSet | undefined)[];

  constructor(dense: readonly number[], count: number, positions: number) {
    this.#dense = dense;
    this.#count = count;
    this.sets = new Array<undefined>(positions).fill(undefined);
    this.#live = this.#empty();
    this.#labels.push({
      isLoop: false,
      after: this.#empty(),
      otherwise: undefined,
      thrown: this.#empty(),
      catches: [],
    });
  }

  get live(): BitSet {
    return this.#live;
  }

  #empty(): BitSet {
    const words: number[] = [];
    for (let i = 0; i < this.#count; i += 32) words.push(0);
    return new BitSet(words);
  }

  #label(depth: number): Label {
    return this.#labels[this.#labels.length - 1 - depth] as Label;
  }

  /** Joins what is live at a branch's target; nothing for a branch back. */
  #branch(depth: number): void {
    const label = this.#label(depth);
    if (!label.isLoop) this.#live.join(label.after);
  }

  open(block: Instruction): void {
    const { control } = block.row;
    const { thrown: outerThrown } = this.#label(0);
    let thrown = outerThrown;
    const catches = control === "try_table" ? block.immediates.catches : [];
    if (catches.length > 0) {
      thrown = outerThrown.copy();
      for (const { label } of catches) {
        const target = this.#label(label);
        if (!target.isLoop) thrown.join(target.after);
      }
    }
    this.#labels.push({ isLoop: control === "loop", after: this.#live.copy(), otherwise: undefined, thrown, catches });
  }

  step(instruction: Instruction, position: number): void {
    switch (kindOf(instruction.row)) {
      case LOCAL_GET:
        this.#use(instruction.immediates.index);
        return;
      case LOCAL_SET:
      case LOCAL_TEE:
        this.#define(instruction.immediates.index);
        return;
      case ELSE: {
        const label = this.#label(0);
        label.otherwise = this.#live;
        this.#live = label.after.copy();
        return;
      }
      case IF: {
        const label = this.#labels.pop() as Label;
        this.#live.join(label.otherwise ?? label.after);
        return;
      }
      case LOOP:
        this.#labels.pop();
        this.sets[position] = this.#live.copy();
        return;
      case BLOCK:
      case TRY_TABLE:
        this.#labels.pop();
        return;
      case BRANCH:
        this.#branchInstruction(instruction);
        return;
      case RETURN:
      case UNREACHABLE:
        this.#live.clear();
        return;
      case THROW:
        this.#live = this.#label(0).thrown.copy();
        break;
    }
    if (instruction.row.effects.call === true) this.#live.join(this.#label(0).thrown);
    if (instruction.rule.safepoint !== "none") this.sets[position] = this.#live.copy();
  }

  #branchInstruction({ row, immediates }: Instruction): void {
    if (row.terminal) this.#live.clear();
    if (row === branchTable) for (const label of immediates.labels) this.#branch(label);
    this.#branch(immediates.label);
  }

  #use(local: number): void {
    const i = this.#dense[local] as number;
    if (i >= 0) this.#live.add(i);
  }

  #define(local: number): void {
    const i = this.#dense[local] as number;
    if (i >= 0) this.#live.delete(i);
  }
}

/** For each `end` position, the position of the instruction that opened its block. */
function openers(instructions: readonly Instruction[]): readonly number[] {
  const opener = new Array<number>(instructions.length).fill(-1);
  const open: number[] = [];
  for (let at = 0; at < instructions.length; at++) {
    const kind = kindOf((instructions[at] as Instruction).row);
    if (opensBlock(kind)) open.push(at);
    else if (kind === END) opener[at] = open.pop() ?? -1;
  }
  return opener;
}

const nothing: readonly number[] = [];

/** Analyses one function. */
export function analyseLiveness(types: TypeStore, body: FunctionBody): Liveness {
  const { instructions, locals } = body;
  const tracked: number[] = [];
  for (let local = 0; local < locals.length; local++) if (isRoot(types, locals[local] as ValType)) tracked.push(local);
  if (tracked.length === 0) return { at: () => nothing, entry: nothing };
  const dense = new Array<number>(locals.length).fill(-1);
  tracked.forEach((local, i) => {
    dense[local] = i;
  });

  const opener = openers(instructions);
  const walk = new BackwardWalk(dense, tracked.length, instructions.length);
  for (let at = instructions.length - 1; at >= 0; at--) {
    const instruction = instructions[at] as Instruction;
    if (kindOf(instruction.row) !== END) walk.step(instruction, at);
    else if ((opener[at] as number) >= 0) walk.open(instructions[opener[at] as number] as Instruction);
  }
  const entry = walk.live.named(tracked);
  const final = joinLoops(instructions, walk.sets, tracked);
  return { at: (position) => final[position] ?? nothing, entry };
}

/** Joins to the set at each position those of the loops around it. */
function joinLoops(
  instructions: readonly Instruction[],
  sets: readonly (BitSet | undefined)[],
  tracked: readonly number[],
): readonly (readonly number[] | undefined)[] {
  const final = new Array<readonly number[] | undefined>(sets.length).fill(undefined);
  /** Per open block: what is live throughout it. */
  const around: (BitSet | undefined)[] = [];
  for (let at = 0; at < instructions.length; at++) {
    const set = sets[at];
    const kind = kindOf((instructions[at] as Instruction).row);
    if (set === undefined && !opensBlock(kind) && kind !== END) continue;
    const outer = around[around.length - 1];
    if (set !== undefined) {
      if (outer !== undefined) set.join(outer);
      final[at] = set.named(tracked);
    }
    if (kind === LOOP) around.push(set);
    else if (opensBlock(kind)) around.push(outer);
    else if (kind === END) around.pop();
  }
  return final;
}

/**
 * Locals that the function may read before it writes them and whose initial null the host does not have: it starts an
 * i32 with 0.
 */
export function localsToInitialize(types: TypeStore, body: FunctionBody, entry: readonly number[]): readonly number[] {
  const live = new Set(entry);
  const list: number[] = [];
  for (let local = body.parameters; local < body.locals.length; local++) {
    const type = body.locals[local] as ValType;
    if (type < 0 || loweredType(types, type) >= 0) continue;
    if (!isRoot(types, type) || live.has(local)) list.push(local);
  }
  return list;
}
