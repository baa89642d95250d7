/** Exceptions (core 5.4.1 "Control Instructions") and their first form (core, appendix "Legacy Exception Handling"). */
import { allocatesOrTraps, family, traps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const exception = family({ feature: "exceptions" });
const legacy = family({ feature: "legacy-exceptions" });

export const exceptionRows: readonly RowSpec[] = [
  exception(0x08, "throw", "tag* ->", {
    immediates: ["tag"],
    rule: "throw",
    effects: allocatesOrTraps,
    lowering: "throw",
    terminal: true,
  }),
  exception(0x0a, "throw_ref", "any ->", { rule: "throw_ref", effects: traps, lowering: "throw_ref", terminal: true }),
  exception(0x1f, "try_table", "block* -> block*", {
    immediates: ["blocktype", "catches"],
    rule: "try_table",
    control: "try_table",
    lowering: "try_table",
  }),
  legacy(0x06, "try", "block* -> block*", { immediates: ["blocktype"], rule: "try", control: "try", lowering: "try" }),
  legacy(0x07, "catch", "frame* -> arm*", { immediates: ["tag"], rule: "catch", control: "catch", lowering: "catch" }),
  legacy(0x09, "rethrow", "->", {
    immediates: ["label"],
    rule: "rethrow",
    effects: traps,
    lowering: "rethrow",
    terminal: true,
  }),
  legacy(0x18, "delegate", "frame* -> frame*", {
    immediates: ["label"],
    rule: "delegate",
    control: "delegate",
    lowering: "delegate",
  }),
  legacy(0x19, "catch_all", "frame* ->", { rule: "catch_all", control: "catch", lowering: "catch_all" }),
];
