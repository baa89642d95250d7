/** Stack switching (its explainer, "Binary format"). */
import { allocatesOrTraps, calls, family } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const stack = family({ feature: "stack-switching" });

export const stackSwitchingRows: readonly RowSpec[] = [
  stack(0xe0, "cont.new", "any -> any", {
    immediates: ["type"],
    rule: "cont.new",
    effects: allocatesOrTraps,
    lowering: "cont.new",
  }),
  stack(0xe1, "cont.bind", "bound* any -> any", {
    immediates: ["type", "type"],
    rule: "cont.bind",
    effects: allocatesOrTraps,
    lowering: "cont.bind",
  }),
  stack(0xe2, "suspend", "tag* -> tag*", { immediates: ["tag"], rule: "suspend", effects: calls, lowering: "suspend" }),
  stack(0xe3, "resume", "cont* any -> cont*", {
    immediates: ["type", "handlers"],
    rule: "resume",
    effects: calls,
    lowering: "resume",
  }),
  stack(0xe4, "resume_throw", "tag* any -> cont*", {
    immediates: ["type", "tag", "handlers"],
    rule: "resume_throw",
    effects: calls,
    lowering: "resume_throw",
  }),
  stack(0xe5, "resume_throw_ref", "any any -> cont*", {
    immediates: ["type", "handlers"],
    rule: "resume_throw_ref",
    effects: calls,
    lowering: "resume_throw_ref",
  }),
  stack(0xe6, "switch", "next* any -> next*", {
    immediates: ["type", "tag"],
    rule: "switch",
    effects: calls,
    lowering: "switch",
  }),
];
