/**
 * Reads functions and constant expressions of one module as instructions with rules.
 *
 * Typing comes from the validator (`observeFunction`). Code that cannot be reached is left out: the host's validator is
 * content with nothing after a branch.
 */
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import type { Expression } from "../../core/types/module.ts";
import type { ValType } from "../../core/types/types.ts";
import { Body } from "../../core/validate/body/body.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { BodyObserver } from "../../core/validate/function.ts";
import { observeExpression, observeFunction } from "../../core/validate/observe.ts";
import type { Instruction, RuleNeeds, Unruled } from "./instruction.ts";
import { keptImmediates } from "./shared-immediates.ts";
import { SharedInstructions } from "./shared-instructions.ts";

/**
 * Chooses the rule by which an instruction is lowered. Raises an error where there is none. The object is for the call
 * alone.
 */
export type ChooseRule<R extends RuleNeeds> = (instruction: Unruled) => R;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Collects the instructions of one body. */
class Collector<R extends RuleNeeds> implements BodyObserver {
  readonly instructions: Instruction<R>[] = [];
  readonly #shared: SharedInstructions<R>;
  readonly #choose: ChooseRule<R>;
  /** The instruction whose rule is about to be chosen. */
  #unruled: Mutable<Unruled> | undefined;
  /** Number of open blocks that began in unreachable code. */
  #dead = 0;

  constructor(shared: SharedInstructions<R>, choose: ChooseRule<R>) {
    this.#shared = shared;
    this.#choose = choose;
  }

  instruction(
    row: Row,
    immediates: Immediates,
    popped: readonly ValType[],
    pushed: readonly ValType[],
    unreachable: boolean,
    offset: number,
  ): void {
    if (!this.#isReachable(row, unreachable)) return;
    const kept = keptImmediates(row, immediates);
    let instruction = this.#shared.find(row, kept, popped, pushed);
    if (instruction === undefined) {
      const rule = this.#ruleOf(row, kept, popped, pushed, offset);
      instruction = { row, immediates: kept, popped, pushed, offset, rule };
      this.#shared.keep(instruction);
    }
    this.instructions.push(instruction);
  }

  #ruleOf(row: Row, immediates: Immediates, popped: readonly ValType[], pushed: readonly ValType[], offset: number): R {
    const unruled = this.#unruled;
    if (unruled === undefined) this.#unruled = { row, immediates, popped, pushed, offset };
    else {
      unruled.row = row;
      unruled.immediates = immediates;
      unruled.popped = popped;
      unruled.pushed = pushed;
      unruled.offset = offset;
    }
    return this.#choose(this.#unruled as Unruled);
  }

  #isReachable(row: Row, unreachable: boolean): boolean {
    switch (row.control) {
      case "block":
      case "loop":
      case "if":
      case "try":
      case "try_table":
        if (this.#dead === 0 && !unreachable) return true;
        this.#dead++;
        return false;
      case "else":
      case "catch":
        return this.#dead === 0;
      case "end":
      case "delegate":
        if (this.#dead === 0) return true;
        this.#dead--;
        return false;
      default:
        return this.#dead === 0 && !unreachable;
    }
  }
}

export class InstructionReader<R extends RuleNeeds> {
  readonly #valid: ValidModule;
  readonly #choose: ChooseRule<R>;
  /** For all functions that are observed, one after the other. */
  readonly #observed: Body;
  readonly #shared = new SharedInstructions<R>();

  constructor(valid: ValidModule, choose: ChooseRule<R>) {
    this.#valid = valid;
    this.#choose = choose;
    this.#observed = new Body(valid);
  }

  /** The reachable instructions of the function with this index among those that the module defines. */
  function(definedIndex: number): readonly Instruction<R>[] {
    const collector = new Collector(this.#shared, this.#choose);
    observeFunction(this.#valid, definedIndex, collector, this.#observed);
    return collector.instructions;
  }

  /** The instructions of a constant expression. */
  expression(expression: Expression, type: ValType): readonly Instruction<R>[] {
    const collector = new Collector(this.#shared, this.#choose);
    observeExpression(this.#valid, expression, type, collector);
    return collector.instructions;
  }

  /** An instruction that a pass makes up. */
  withRule(instruction: Unruled): Instruction<R> {
    return { ...instruction, rule: this.#choose(instruction) };
  }
}
