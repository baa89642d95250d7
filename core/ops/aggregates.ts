/** Structures and arrays (core 5.4.3). */
import {
  allocates,
  allocatesOrTraps,
  type DeclareRow,
  family,
  type RowDetail,
  readsOrTraps,
  traps,
  updatesOrTraps,
  writesOrTraps,
} from "./declare.ts";
import type { Place, RowSpec } from "./row.ts";
import type { LoweringName, RuleName } from "./rules.ts";

const gc: DeclareRow = family({ feature: "gc", prefix: 0xfb });

/** An instruction whose validation rule and lowering have the same name. */
const on =
  (place: Place) =>
  (code: number, name: string, notation: string, rule: RuleName & LoweringName, detail: RowDetail): RowSpec =>
    gc(code, name, notation, { place, rule, lowering: rule, ...detail });
const struct = on("struct");
const array = on("array");

export const aggregateRows: readonly RowSpec[] = [
  struct(0x00, "struct.new", "fields* -> any", "struct.new", {
    immediates: ["type"],
    constant: true,
    effects: allocates,
  }),
  struct(0x01, "struct.new_default", "-> any", "struct.new_default", {
    immediates: ["type"],
    constant: true,
    effects: allocates,
  }),
  struct(0x02, "struct.get", "any -> any", "struct.get", { immediates: ["type", "field"], effects: readsOrTraps }),
  struct(0x03, "struct.get_s", "any -> i32", "struct.get", {
    immediates: ["type", "field"],
    effects: readsOrTraps,
    sign: "signed",
  }),
  struct(0x04, "struct.get_u", "any -> i32", "struct.get", {
    immediates: ["type", "field"],
    effects: readsOrTraps,
    sign: "unsigned",
  }),
  struct(0x05, "struct.set", "any any ->", "struct.set", { immediates: ["type", "field"], effects: writesOrTraps }),
  array(0x06, "array.new", "any i32 -> any", "array.new", {
    immediates: ["type"],
    constant: true,
    effects: allocatesOrTraps,
  }),
  array(0x07, "array.new_default", "i32 -> any", "array.new_default", {
    immediates: ["type"],
    constant: true,
    effects: allocatesOrTraps,
  }),
  array(0x08, "array.new_fixed", "count* -> any", "array.new_fixed", {
    immediates: ["type", "count"],
    constant: true,
    effects: allocates,
  }),
  array(0x09, "array.new_data", "i32 i32 -> any", "array.new_data", {
    immediates: ["type", "data"],
    effects: allocatesOrTraps,
  }),
  array(0x0a, "array.new_elem", "i32 i32 -> any", "array.new_elem", {
    immediates: ["type", "elem"],
    effects: allocatesOrTraps,
  }),
  array(0x0b, "array.get", "any i32 -> any", "array.get", { immediates: ["type"], effects: readsOrTraps }),
  array(0x0c, "array.get_s", "any i32 -> i32", "array.get", {
    immediates: ["type"],
    effects: readsOrTraps,
    sign: "signed",
  }),
  array(0x0d, "array.get_u", "any i32 -> i32", "array.get", {
    immediates: ["type"],
    effects: readsOrTraps,
    sign: "unsigned",
  }),
  array(0x0e, "array.set", "any i32 any ->", "array.set", { immediates: ["type"], effects: writesOrTraps }),
  array(0x0f, "array.len", "any -> i32", "array.len", { effects: traps }),
  array(0x10, "array.fill", "any i32 any i32 ->", "array.fill", { immediates: ["type"], effects: writesOrTraps }),
  array(0x11, "array.copy", "any i32 any i32 i32 ->", "array.copy", {
    immediates: ["type", "type"],
    effects: updatesOrTraps,
  }),
  array(0x12, "array.init_data", "any i32 i32 i32 ->", "array.init_data", {
    immediates: ["type", "data"],
    effects: writesOrTraps,
  }),
  array(0x13, "array.init_elem", "any i32 i32 i32 ->", "array.init_elem", {
    immediates: ["type", "elem"],
    effects: writesOrTraps,
  }),
];
