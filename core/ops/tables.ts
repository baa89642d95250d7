/**
 * Table instructions (core 5.4.6). In the binary format `table.init` names the segment first, `table.copy` the
 * destination.
 */
import { family, reads, readsOrTraps, updatesOrTraps, writes, writesOrTraps } from "./declare.ts";
import type { Effects, RowSpec } from "./row.ts";

const grows: Effects = { read: true, write: true, alloc: true };
const table = family({ feature: "reference-types", immediates: ["table"], place: "table" });
const bulk = family({ feature: "bulk-memory", prefix: 0xfc });

export const tableRows: readonly RowSpec[] = [
  table(0x25, "table.get", "i32 -> any", { rule: "table.get", effects: readsOrTraps, lowering: "table.get" }),
  table(0x26, "table.set", "i32 any ->", { rule: "table.set", effects: writesOrTraps, lowering: "table.set" }),
  bulk(0x0c, "table.init", "i32 i32 i32 ->", {
    immediates: ["elem", "table"],
    rule: "table.init",
    effects: updatesOrTraps,
    lowering: "table.init",
    place: "table",
  }),
  bulk(0x0d, "elem.drop", "->", { immediates: ["elem"], rule: "elem.drop", effects: writes, lowering: "elem.drop" }),
  bulk(0x0e, "table.copy", "i32 i32 i32 ->", {
    immediates: ["table", "table"],
    rule: "table.copy",
    effects: updatesOrTraps,
    lowering: "table.copy",
    place: "table",
  }),
  table(0x0f, "table.grow", "any i32 -> i32", {
    prefix: 0xfc,
    rule: "table.grow",
    effects: grows,
    lowering: "table.grow",
  }),
  table(0x10, "table.size", "-> i32", { prefix: 0xfc, rule: "table.size", effects: reads, lowering: "table.size" }),
  table(0x11, "table.fill", "i32 any i32 ->", {
    prefix: 0xfc,
    rule: "table.fill",
    effects: writesOrTraps,
    lowering: "table.fill",
  }),
];
