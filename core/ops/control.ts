/** Control and parametric instructions (core 5.4.1 and 5.4.4; tail calls and function references included). */
import { calls, family, traps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const control = family({ feature: "mvp" });
const tail = family({ feature: "tail-call", effects: calls, control: "return", terminal: true });
const typed = family({ feature: "function-references" });
const casts = family({ feature: "gc", prefix: 0xfb });

export const controlRows: readonly RowSpec[] = [
  control(0x00, "unreachable", "->", { rule: "unreachable", effects: traps, terminal: true }),
  control(0x01, "nop", "->"),
  control(0x02, "block", "block* -> block*", {
    immediates: ["blocktype"],
    rule: "block",
    control: "block",
    lowering: "block",
  }),
  control(0x03, "loop", "block* -> block*", {
    immediates: ["blocktype"],
    rule: "loop",
    control: "loop",
    lowering: "loop",
  }),
  control(0x04, "if", "block* i32 -> block*", {
    immediates: ["blocktype"],
    rule: "if",
    control: "if",
    lowering: "if",
    branchHint: true,
  }),
  control(0x05, "else", "frame* -> arm*", { rule: "else", control: "else", lowering: "else" }),
  control(0x0b, "end", "frame* -> frame*", { rule: "end", control: "end", constant: true, lowering: "end" }),
  control(0x0c, "br", "label* ->", {
    immediates: ["label"],
    rule: "br",
    control: "branch",
    lowering: "br",
    terminal: true,
  }),
  control(0x0d, "br_if", "label* i32 -> label*", {
    immediates: ["label"],
    rule: "br_if",
    control: "branch",
    lowering: "br_if",
    branchHint: true,
  }),
  control(0x0e, "br_table", "label* i32 ->", {
    immediates: ["labels"],
    rule: "br_table",
    control: "branch",
    lowering: "br_table",
    terminal: true,
  }),
  control(0x0f, "return", "return* ->", { rule: "return", control: "return", lowering: "return", terminal: true }),
  control(0x10, "call", "func* -> func*", {
    immediates: ["func"],
    rule: "call",
    effects: calls,
    lowering: "call",
    call: "direct",
  }),
  control(0x11, "call_indirect", "type* i32 -> type*", {
    immediates: ["type", "table"],
    rule: "call_indirect",
    effects: calls,
    lowering: "call_indirect",
    call: "indirect",
  }),
  tail(0x12, "return_call", "func* ->", {
    immediates: ["func"],
    rule: "return_call",
    lowering: "return_call",
    call: "direct",
  }),
  tail(0x13, "return_call_indirect", "type* i32 ->", {
    immediates: ["type", "table"],
    rule: "return_call_indirect",
    lowering: "return_call_indirect",
    call: "indirect",
  }),
  typed(0x14, "call_ref", "type* any -> type*", {
    immediates: ["type"],
    rule: "call_ref",
    effects: calls,
    lowering: "call_ref",
    call: "indirect",
  }),
  tail(0x15, "return_call_ref", "type* any ->", {
    immediates: ["type"],
    rule: "return_call_ref",
    feature: "function-references",
    lowering: "return_call_ref",
    call: "indirect",
  }),
  typed(0xd5, "br_on_null", "label* any -> label* any", {
    immediates: ["label"],
    rule: "br_on_null",
    control: "branch",
    lowering: "br_on_null",
  }),
  typed(0xd6, "br_on_non_null", "rest* any -> rest*", {
    immediates: ["label"],
    rule: "br_on_non_null",
    control: "branch",
    lowering: "br_on_non_null",
  }),
  casts(0x18, "br_on_cast", "rest* any -> rest* any", {
    immediates: ["castflags"],
    rule: "br_on_cast",
    control: "branch",
    lowering: "br_on_cast",
  }),
  casts(0x19, "br_on_cast_fail", "rest* any -> rest* any", {
    immediates: ["castflags"],
    rule: "br_on_cast_fail",
    control: "branch",
    lowering: "br_on_cast_fail",
  }),
  // Parametric.
  control(0x1a, "drop", "any ->", { rule: "drop" }),
  control(0x1b, "select", "any any i32 -> any", { rule: "select" }),
  control(0x1c, "select result", "any any i32 -> any", {
    immediates: ["valtypes"],
    rule: "select.typed",
    feature: "reference-types",
    lowering: "select.typed",
    keyword: "select",
  }),
];
