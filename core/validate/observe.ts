/**
 * Typing as a service: walks a valid body again and tells an observer the operand types of every instruction.
 *
 * This is the validator itself, not a second implementation of typing: whoever needs operand types asks here.
 */
import { assert } from "../base/assert.ts";
import type { Immediates } from "../ops/immediates.ts";
import type { Row } from "../ops/row.ts";
import type { Expression } from "../types/module.ts";
import type { ValType } from "../types/types.ts";
import { Body } from "./body.ts";
import { checkConstant, checkFunction } from "./function.ts";
import type { ValidModule } from "./valid-module.ts";

export interface BodyObserver {
  /**
   * Called after each instruction was checked, in order, structural ones (block, loop, if, else, end, ...) included.
   *
   * `popped` and `pushed` are in stack order. `popped` holds the types that the operands really had, which may be subtypes of what the
   * instruction asks for; `BOT`, or a reference of unknown sharedness, stands for an operand that unreachable code made up. Both lists
   * may be kept, and must not be changed; `immediates` is reused for the next instruction: copy it to keep it. Heap types in it still have
   * the module's indices.
   *
   * A block-like instruction pops its parameters (and condition) and pushes the parameters again, inside. `else` and the legacy
   * `catch` pop the results of the arm before them and push what the new arm starts with. `end` pops the block's results and pushes
   * them outside; the body's own `end` pushes nothing.
   *
   * `unreachable` tells that control cannot arrive here from the instruction before. (At an `end` a branch may still arrive.)
   */
  instruction(
    row: Row,
    immediates: Immediates,
    popped: readonly ValType[],
    pushed: readonly ValType[],
    unreachable: boolean,
    offset: number,
  ): void;
}

/**
 * Observes a function by its index among those that the module defines (imports not counted). Whoever observes many hands one `body` of the
 * module to all of them.
 */
export function observeFunction(valid: ValidModule, definedIndex: number, observer: BodyObserver, body = new Body(valid)): void {
  const func = valid.module.functions[definedIndex];
  assert(func !== undefined, "no such function");
  checkFunction(body, func, observer);
}

/** Observes a constant expression, which has one result of `type` (canonical). */
export function observeExpression(valid: ValidModule, expression: Expression, type: ValType, observer: BodyObserver): void {
  checkConstant(new Body(valid), expression, type, false, observer);
}
