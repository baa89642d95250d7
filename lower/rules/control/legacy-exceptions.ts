/**
 * The first form of exception handling is lowered as the second one: see `legacy-exceptions.ts`, which leaves none of
 * these.
 */
import { InternalError } from "../../../core/base/assert.ts";
import type { Rule, RuleFamily } from "../../function/rule.ts";

const rewritten: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (_, { row }) => {
    throw new InternalError(`${row.name} was to be written anew`);
  },
};

export const legacyExceptionRules = {
  try: rewritten,
  catch: rewritten,
  catch_all: rewritten,
  delegate: rewritten,
  rethrow: rewritten,
} satisfies RuleFamily;
