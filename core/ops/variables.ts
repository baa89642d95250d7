/** Local and global variables (core 5.4.5). */
import { family, reads, writes } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const variable = family({ feature: "mvp" });

export const variableRows: readonly RowSpec[] = [
  variable(0x20, "local.get", "", { immediates: ["local"], rule: "local.get" }),
  variable(0x21, "local.set", "", { immediates: ["local"], rule: "local.set" }),
  variable(0x22, "local.tee", "", { immediates: ["local"], rule: "local.tee" }),
  variable(0x23, "global.get", "", { immediates: ["global"], rule: "global.get", constant: true, effects: reads, lowering: "global.get" }),
  variable(0x24, "global.set", "", { immediates: ["global"], rule: "global.set", effects: writes, lowering: "global.set" }),
];
