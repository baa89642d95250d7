/**
 * The form in which a function is lowered: its reachable instructions in order, each with the types of its operands and its rule.
 *
 * It stays flat, since the host's code has the same structure; analyses walk the list forwards or backwards with a stack of labels.
 * Typing comes from the validator (`observeFunction`). Code that cannot be reached is left out: the host's validator is content with
 * nothing after a branch.
 */
import { CompileError } from "../../core/base/errors.ts";
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import type { Expression } from "../../core/types/module.ts";
import type { ValType } from "../../core/types/types.ts";
import type { BodyObserver } from "../../core/validate/function.ts";
import { observeExpression, observeFunction } from "../../core/validate/observe.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import { type Rule, ruleEntryOf } from "./registry.ts";
import { keptImmediates } from "./shared-immediates.ts";

export interface Instruction {
  readonly row: Row;
  readonly immediates: Immediates;
  /** The operands' types in stack order, canonical; of an `end` or `else` they may hold what unreachable code made up. */
  readonly popped: readonly ValType[];
  readonly pushed: readonly ValType[];
  /** Where it stands in the binary; of instructions that several places share (`shared-instructions.ts`), where one of them stands. */
  readonly offset: number;
  /** Chosen by the row, the immediates and the types; a pass that knows more may choose another. */
  rule: Rule;
}

/** Stands where the rule is about to be chosen. */
const noRule: Rule = { operands: 0, safepoint: "none", emit: () => undefined };

/** Collects the instructions of one body. */
class Collector implements BodyObserver {
  readonly instructions: Instruction[] = [];
  readonly #module: ModuleLowering;
  /** Number of open blocks that began in unreachable code. */
  #dead = 0;

  constructor(module: ModuleLowering) {
    this.#module = module;
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
    let instruction = this.#module.sharedInstructions.find(row, kept, popped, pushed);
    if (instruction === undefined) {
      instruction = { row, immediates: kept, popped, pushed, offset, rule: noRule };
      instruction.rule = ruleOf(this.#module, instruction);
      this.#module.sharedInstructions.keep(instruction);
    }
    this.instructions.push(instruction);
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

/** The rule by which an instruction is lowered. Raises an error where there is none. */
export function ruleOf(module: ModuleLowering, instruction: Omit<Instruction, "rule">): Rule {
  const entry = ruleEntryOf(instruction.row);
  if (entry === undefined) notLowered(module, instruction.row.name, instruction.offset);
  return typeof entry === "function" ? entry(instruction, module) : entry;
}

/** Raises the error of something that is valid but that lowering does not support. */
export function notLowered(module: ModuleLowering, what: string, offset: number): never {
  const position = module.valid.module.sourceMap?.positionOf(offset);
  throw new CompileError(`${what} cannot be lowered yet`, { code: "not-lowered", offset, position });
}

/** The reachable instructions of the function with this index among those that the module defines. */
export function instructionsOf(module: ModuleLowering, definedIndex: number): readonly Instruction[] {
  const collector = new Collector(module);
  observeFunction(module.valid, definedIndex, collector, module.observed);
  return collector.instructions;
}

/** The instructions of a constant expression. */
export function instructionsOfExpression(module: ModuleLowering, expression: Expression, type: ValType): readonly Instruction[] {
  const collector = new Collector(module);
  observeExpression(module.valid, expression, type, collector);
  return collector.instructions;
}
