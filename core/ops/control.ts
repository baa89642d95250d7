/** Control and parametric instructions (core 5.4.1 and 5.4.4; tail calls and function references included). */
import { calls, family, traps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const control = family({ feature: "mvp" });
const tail = family({ feature: "tail-call", effects: calls, control: "return" });
const typed = family({ feature: "function-references" });
const casts = family({ feature: "gc", prefix: 0xfb });

export const controlRows: readonly RowSpec[] = [
  control(0x00, "unreachable", "", { rule: "unreachable", effects: traps }),
  control(0x01, "nop", "->"),
  control(0x02, "block", "", { immediates: ["blocktype"], rule: "block", control: "block", lowering: "block" }),
  control(0x03, "loop", "", { immediates: ["blocktype"], rule: "loop", control: "loop", lowering: "loop" }),
  control(0x04, "if", "", { immediates: ["blocktype"], rule: "if", control: "if", lowering: "if" }),
  control(0x05, "else", "", { rule: "else", control: "else", lowering: "else" }),
  control(0x0b, "end", "", { rule: "end", control: "end", constant: true, lowering: "end" }),
  control(0x0c, "br", "", { immediates: ["label"], rule: "br", control: "branch", lowering: "br" }),
  control(0x0d, "br_if", "", { immediates: ["label"], rule: "br_if", control: "branch", lowering: "br_if" }),
  control(0x0e, "br_table", "", { immediates: ["labels"], rule: "br_table", control: "branch", lowering: "br_table" }),
  control(0x0f, "return", "", { rule: "return", control: "return", lowering: "return" }),
  control(0x10, "call", "", { immediates: ["func"], rule: "call", effects: calls, lowering: "call" }),
  control(0x11, "call_indirect", "", { immediates: ["type", "table"], rule: "call_indirect", effects: calls, lowering: "call_indirect" }),
  tail(0x12, "return_call", "", { immediates: ["func"], rule: "return_call", lowering: "return_call" }),
  tail(0x13, "return_call_indirect", "", { immediates: ["type", "table"], rule: "return_call_indirect", lowering: "return_call_indirect" }),
  typed(0x14, "call_ref", "", { immediates: ["type"], rule: "call_ref", effects: calls, lowering: "call_ref" }),
  tail(0x15, "return_call_ref", "", {
    immediates: ["type"],
    rule: "return_call_ref",
    feature: "function-references",
    lowering: "return_call_ref",
  }),
  typed(0xd5, "br_on_null", "", { immediates: ["label"], rule: "br_on_null", control: "branch", lowering: "br_on_null" }),
  typed(0xd6, "br_on_non_null", "", { immediates: ["label"], rule: "br_on_non_null", control: "branch", lowering: "br_on_non_null" }),
  casts(0x18, "br_on_cast", "", { immediates: ["castflags"], rule: "br_on_cast", control: "branch", lowering: "br_on_cast" }),
  casts(0x19, "br_on_cast_fail", "", {
    immediates: ["castflags"],
    rule: "br_on_cast_fail",
    control: "branch",
    lowering: "br_on_cast_fail",
  }),
  // Parametric.
  control(0x1a, "drop", "", { rule: "drop" }),
  control(0x1b, "select", "", { rule: "select" }),
  control(0x1c, "select result", "", {
    immediates: ["valtypes"],
    rule: "select.typed",
    feature: "reference-types",
    lowering: "select.typed",
  }),
];
