/** Local and global variables (core 5.4.5). */
import { family, reads, writes } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const variable = family({ feature: "mvp" });

export const variableRows: readonly RowSpec[] = [
  variable(0x20, "local.get", "-> any", { immediates: ["local"], rule: "local.get", place: "local" }),
  variable(0x21, "local.set", "any ->", { immediates: ["local"], rule: "local.set", place: "local" }),
  variable(0x22, "local.tee", "any -> any", { immediates: ["local"], rule: "local.tee", place: "local" }),
  variable(0x23, "global.get", "-> any", {
    immediates: ["global"],
    rule: "global.get",
    constant: true,
    effects: reads,
    lowering: "global.get",
    place: "global",
  }),
  variable(0x24, "global.set", "any ->", {
    immediates: ["global"],
    rule: "global.set",
    effects: writes,
    lowering: "global.set",
    place: "global",
  }),
];
