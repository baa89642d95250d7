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
import type { LoweringName } from "./lowerings.ts";
import type { RowSpec } from "./row.ts";
import type { RuleName } from "./rules.ts";

const gc: DeclareRow = family({ feature: "gc", prefix: 0xfb });

/** An instruction whose validation rule and lowering have the same name. */
const row = (code: number, name: string, rule: RuleName & LoweringName, detail: RowDetail): RowSpec =>
  gc(code, name, "", { rule, lowering: rule, ...detail });

export const aggregateRows: readonly RowSpec[] = [
  row(0x00, "struct.new", "struct.new", { immediates: ["type"], constant: true, effects: allocates }),
  row(0x01, "struct.new_default", "struct.new_default", { immediates: ["type"], constant: true, effects: allocates }),
  row(0x02, "struct.get", "struct.get", { immediates: ["type", "field"], effects: readsOrTraps }),
  row(0x03, "struct.get_s", "struct.get", { immediates: ["type", "field"], effects: readsOrTraps }),
  row(0x04, "struct.get_u", "struct.get", { immediates: ["type", "field"], effects: readsOrTraps }),
  row(0x05, "struct.set", "struct.set", { immediates: ["type", "field"], effects: writesOrTraps }),
  row(0x06, "array.new", "array.new", { immediates: ["type"], constant: true, effects: allocatesOrTraps }),
  row(0x07, "array.new_default", "array.new_default", { immediates: ["type"], constant: true, effects: allocatesOrTraps }),
  row(0x08, "array.new_fixed", "array.new_fixed", { immediates: ["type", "count"], constant: true, effects: allocates }),
  row(0x09, "array.new_data", "array.new_data", { immediates: ["type", "data"], effects: allocatesOrTraps }),
  row(0x0a, "array.new_elem", "array.new_elem", { immediates: ["type", "elem"], effects: allocatesOrTraps }),
  row(0x0b, "array.get", "array.get", { immediates: ["type"], effects: readsOrTraps }),
  row(0x0c, "array.get_s", "array.get", { immediates: ["type"], effects: readsOrTraps }),
  row(0x0d, "array.get_u", "array.get", { immediates: ["type"], effects: readsOrTraps }),
  row(0x0e, "array.set", "array.set", { immediates: ["type"], effects: writesOrTraps }),
  row(0x0f, "array.len", "array.len", { effects: traps }),
  row(0x10, "array.fill", "array.fill", { immediates: ["type"], effects: writesOrTraps }),
  row(0x11, "array.copy", "array.copy", { immediates: ["type", "type"], effects: updatesOrTraps }),
  row(0x12, "array.init_data", "array.init_data", { immediates: ["type", "data"], effects: writesOrTraps }),
  row(0x13, "array.init_elem", "array.init_elem", { immediates: ["type", "elem"], effects: writesOrTraps }),
];
