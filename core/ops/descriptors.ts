/** Custom descriptors (its overview, "Instructions"). */
import { allocatesOrTraps, family, type RowDetail, readsOrTraps, traps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const descriptor = family({ feature: "custom-descriptors", prefix: 0xfb });
/** The keyword of a cast was `ref.cast_desc` before 2026-01-29. */
const cast: RowDetail = {
  immediates: ["reftype"],
  rule: "ref.cast_desc_eq",
  effects: traps,
  lowering: "ref.cast_desc_eq",
};
const branch: RowDetail = { immediates: ["castflags"], effects: traps, control: "branch" };

export const descriptorRows: readonly RowSpec[] = [
  descriptor(0x20, "struct.new_desc", "fields* any -> any", {
    immediates: ["type"],
    rule: "struct.new_desc",
    constant: true,
    effects: allocatesOrTraps,
    lowering: "struct.new_desc",
    place: "struct",
  }),
  descriptor(0x21, "struct.new_default_desc", "any -> any", {
    immediates: ["type"],
    rule: "struct.new_default_desc",
    constant: true,
    effects: allocatesOrTraps,
    lowering: "struct.new_default_desc",
    place: "struct",
  }),
  descriptor(0x22, "ref.get_desc", "any -> any", {
    immediates: ["type"],
    rule: "ref.get_desc",
    effects: readsOrTraps,
    lowering: "ref.get_desc",
  }),
  descriptor(0x23, "ref.cast_desc_eq", "any any -> any", { ...cast, spellings: ["ref.cast_desc"] }),
  descriptor(0x24, "ref.cast_desc_eq null", "any any -> any", {
    ...cast,
    spellings: ["ref.cast_desc null"],
    keyword: "ref.cast_desc_eq",
    nullable: true,
  }),
  descriptor(0x25, "br_on_cast_desc_eq", "rest* any any -> rest* any", {
    ...branch,
    rule: "br_on_cast_desc_eq",
    lowering: "br_on_cast_desc_eq",
    spellings: ["br_on_cast_desc"],
  }),
  descriptor(0x26, "br_on_cast_desc_eq_fail", "rest* any any -> rest* any", {
    ...branch,
    rule: "br_on_cast_desc_eq_fail",
    lowering: "br_on_cast_desc_eq_fail",
    spellings: ["br_on_cast_desc_fail"],
  }),
];
