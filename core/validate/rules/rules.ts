/** All validation rules, by name and by row: a name without a rule does not compile. */

import { assert } from "../../base/assert.ts";
import type { Signature } from "../../ops/row.ts";
import type { RuleName } from "../../ops/rules.ts";
import { rows } from "../../ops/table.ts";
import type { ValType } from "../../types/types.ts";
import type { Rule, Rules } from "../body/rule.ts";
import { aggregateRules } from "./aggregates.ts";
import { atomicRules } from "./atomics.ts";
import { controlRules } from "./control.ts";
import { descriptorRules } from "./descriptors.ts";
import { exceptionRules } from "./exceptions.ts";
import { memoryRules } from "./memory.ts";
import { referenceRules } from "./references.ts";
import { stackSwitchingRules } from "./stack-switching.ts";
import { tableRules } from "./tables.ts";
import { variableRules } from "./variables.ts";

const rules: Rules<RuleName> = {
  ...controlRules,
  ...exceptionRules,
  ...variableRules,
  ...tableRules,
  ...memoryRules,
  ...referenceRules,
  ...aggregateRules,
  ...descriptorRules,
  ...stackSwitchingRules,
  ...atomicRules,
};

/** The rule of an instruction of which the signature says it all. The forms that nearly all have need no loop. */
function signatureRule({ params, results }: Signature): Rule {
  const [first, second] = params as readonly [ValType, ValType];
  const [result] = results as readonly [ValType];
  if (results.length === 1 && params.length === 0) return (body) => body.push(result);
  if (results.length === 1 && params.length === 1) {
    return (body) => {
      body.pop(first);
      body.push(result);
    };
  }
  if (results.length === 1 && params.length === 2) {
    return (body) => {
      body.pop(second);
      body.pop(first);
      body.push(result);
    };
  }
  return (body) => {
    body.popAll(params);
    body.pushAll(results);
  };
}

/** By row id: its rule. */
export const ruleByRow: readonly Rule[] = rows.map((row) => {
  if (row.rule === undefined) return signatureRule(row.signature as Signature);
  const rule = rules[row.rule as RuleName];
  assert(rule !== undefined, `${row.name} has a rule that does not exist`);
  return rule;
});
