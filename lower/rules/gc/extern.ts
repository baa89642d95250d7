/**
 * External references as internal ones and back. A shared external reference has the same form as an internal one. An
 * unshared one is the host's, so the agent's table of JS values translates: `internalize` may allocate a box, and so
 * collect.
 */

import type { ValType } from "../../../core/types/types.ts";
import { isHostExtern } from "../../../gc/layout/reference-types.ts";
import { onStack, type RuleEntry, type RuleFamily } from "../../function/rule.ts";

const same = onStack(() => undefined);

const internalize = onStack((lowering) => {
  const { code, module } = lowering;
  lowering.pushCalleeStack();
  code.call(module.runtime("internalize"));
}, "call");

const externalize = onStack(({ code, module }) => code.call(module.runtime("externalize")));

const toInternal: RuleEntry = ({ popped }, module) =>
  isHostExtern(module.types, popped[0] as ValType) ? internalize : same;
const toExternal: RuleEntry = ({ pushed }, module) =>
  isHostExtern(module.types, pushed[0] as ValType) ? externalize : same;

export const externRules = { "any.convert_extern": toInternal, "extern.convert_any": toExternal } satisfies RuleFamily;
