/** All validation rules, by name and by row: a name without a rule does not compile. */

import { assert } from "../../base/assert.ts";
import type { RuleName } from "../../ops/rules.ts";
import { rows } from "../../ops/table.ts";
import type { Rule, Rules } from "../rule.ts";
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

export const rules: Rules<RuleName> = {
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

/** By row id: its rule, or undefined where the signature says it all. */
export const ruleByRow: readonly (Rule | undefined)[] = rows.map((row) => {
  if (row.rule === undefined) return undefined;
  const rule = rules[row.rule as RuleName];
  assert(rule !== undefined, `${row.name} has a rule that does not exist`);
  return rule;
});
