/**
 * Typing as a service: walks a valid body again and tells an observer the operand types of every instruction.
 *
 * This is the validator itself, not a second implementation of typing: whoever needs operand types asks here.
 */
import { assert } from "../base/assert.ts";
import type { Expression } from "../types/module.ts";
import type { ValType } from "../types/types.ts";
import { Body } from "./body/body.ts";
import type { ValidModule } from "./body/valid-module.ts";
import { type BodyObserver, checkConstant, checkFunction } from "./function.ts";

/**
 * Observes a function by its index among those that the module defines (imports not counted). Whoever observes many
 * hands one `body` of the module to all of them.
 */
export function observeFunction(
  valid: ValidModule,
  definedIndex: number,
  observer: BodyObserver,
  body = new Body(valid),
): void {
  const func = valid.module.functions[definedIndex];
  assert(func !== undefined, "no such function");
  checkFunction(body, func, observer);
}

/** Observes a constant expression, which has one result of `type` (canonical). */
export function observeExpression(
  valid: ValidModule,
  expression: Expression,
  type: ValType,
  observer: BodyObserver,
): void {
  checkConstant(new Body(valid), expression, type, false, observer);
}
