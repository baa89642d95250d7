/**
 * What must be known of a function's `try` blocks before they are written anew: which arms are rethrown from, and where
 * `delegate` leads.
 */
import { rowNamed } from "../../core/ops/table.ts";
import type { Instruction } from "../instructions/instruction.ts";

const rethrow = rowNamed("rethrow");

/** A `catch` or, without a tag, a `catch_all`. */
export interface Arm {
  readonly tag: number | undefined;
  /** Whether a `rethrow` names it. */
  isRethrown: boolean;
}

/** A block of the source, or the function. */
export interface Block {
  readonly arms: Arm[];
  /** Whether exceptions are delegated to the handlers of this block. */
  isDelegatedTo: boolean;
}

export interface TryPlan {
  readonly function: Block;
  /** By the position of the instruction that opens it. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** For a `try` which ends in `delegate`, the block with handlers, or the function, that gets its exceptions. */
  readonly delegatees: ReadonlyMap<Block, Block>;
}

/** A place in the source: the body of a block, or an arm of a `try`. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly block: Block;
  readonly arm: Arm | undefined;
  /** Whether the block is a `try_table` with clauses. */
  readonly catches: boolean;
  /** The block whose handlers get what is thrown here, once that was asked. */
  handler: Block | undefined;
}

export function analyseTries(instructions: readonly Instruction[]): TryPlan {
  const analysis = new Analysis();
  for (const [at, instruction] of instructions.entries()) analysis.step(instruction, at);
  return analysis.finish();
}

class Analysis {
  readonly #function: Block = { arms: [], isDelegatedTo: false };
  readonly #blocks = new Map<number, Block>();
  readonly #delegations: { readonly from: Block; readonly to: Scope }[] = [];
  readonly #delegatees = new Map<Block, Block>();
  readonly #scopes: Scope[] = [
    { parent: undefined, block: this.#function, arm: undefined, catches: false, handler: this.#function },
  ];

  step({ row, immediates }: Instruction, at: number): void {
    switch (row.control) {
      case "block":
      case "loop":
      case "if":
      case "try":
      case "try_table": {
        const block: Block = { arms: [], isDelegatedTo: false };
        this.#blocks.set(at, block);
        const parent = this.#scope(0);
        this.#scopes.push({
          parent,
          block,
          arm: undefined,
          catches: immediates.catches.length > 0,
          handler: undefined,
        });
        return;
      }
      case "catch": {
        const { parent, block } = this.#scopes.pop() as Scope;
        const arm = { tag: row.immediates[0] === "tag" ? immediates.index : undefined, isRethrown: false };
        block.arms.push(arm);
        this.#scopes.push({ parent, block, arm, catches: false, handler: undefined });
        return;
      }
      case "delegate": {
        const { block } = this.#scopes.pop() as Scope;
        this.#delegations.push({ from: block, to: this.#scope(immediates.label) });
        return;
      }
      case "end":
        this.#scopes.pop();
        return;
    }
    if (row !== rethrow) return;
    const { arm } = this.#scope(immediates.label);
    if (arm !== undefined) arm.isRethrown = true;
  }

  #scope(label: number): Scope {
    return this.#scopes[this.#scopes.length - 1 - label] as Scope;
  }

  finish(): TryPlan {
    // From the last one on: a `try` in whose body another one lies ends later, and its delegation must be known first.
    for (const { from, to } of this.#delegations.toReversed()) {
      const block = this.#handlerOf(to);
      block.isDelegatedTo = true;
      this.#delegatees.set(from, block);
    }
    return { function: this.#function, blocks: this.#blocks, delegatees: this.#delegatees };
  }

  /** The block whose handlers get what is thrown in a scope. An arm's exceptions are not for the arms beside it. */
  #handlerOf(scope: Scope): Block {
    const passed: Scope[] = [];
    let at = scope;
    while (at.handler === undefined) {
      passed.push(at);
      const { block, arm, catches, parent } = at;
      const own = arm === undefined && (catches || block.arms.length > 0) ? block : this.#delegatees.get(block);
      if (own !== undefined) at.handler = own;
      else at = parent as Scope;
    }
    for (const each of passed) each.handler = at.handler;
    return at.handler;
  }
}
