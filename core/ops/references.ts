/** Reference instructions: null, functions, comparison, tests and casts, i31 and externals (core 5.4.2 and 5.4.3). */
import { allocates, family, traps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const reference = family({ feature: "reference-types" });
const typed = family({ feature: "function-references" });
const gc = family({ feature: "gc", prefix: 0xfb });

export const referenceRows: readonly RowSpec[] = [
  reference(0xd0, "ref.null", "-> any", {
    immediates: ["heaptype"],
    rule: "ref.null",
    constant: true,
    lowering: "ref.null",
    literal: true,
  }),
  reference(0xd1, "ref.is_null", "any -> i32", { rule: "ref.is_null", lowering: "ref.is_null" }),
  reference(0xd2, "ref.func", "-> any", {
    immediates: ["func"],
    rule: "ref.func",
    constant: true,
    lowering: "ref.func",
  }),
  gc(0xd3, "ref.eq", "any any -> i32", { prefix: 0, rule: "ref.eq", lowering: "ref.eq" }),
  typed(0xd4, "ref.as_non_null", "any -> any", {
    rule: "ref.as_non_null",
    effects: traps,
    lowering: "ref.as_non_null",
  }),
  gc(0x14, "ref.test", "any -> i32", { immediates: ["reftype"], rule: "ref.test", lowering: "ref.test" }),
  gc(0x15, "ref.test null", "any -> i32", {
    immediates: ["reftype"],
    rule: "ref.test",
    lowering: "ref.test",
    keyword: "ref.test",
    nullable: true,
  }),
  gc(0x16, "ref.cast", "any -> any", {
    immediates: ["reftype"],
    rule: "ref.cast",
    effects: traps,
    lowering: "ref.cast",
  }),
  gc(0x17, "ref.cast null", "any -> any", {
    immediates: ["reftype"],
    rule: "ref.cast",
    effects: traps,
    lowering: "ref.cast",
    keyword: "ref.cast",
    nullable: true,
  }),
  // An external reference that enters the heap is boxed.
  gc(0x1a, "any.convert_extern", "any -> any", {
    rule: "any.convert_extern",
    constant: true,
    effects: allocates,
    lowering: "any.convert_extern",
  }),
  gc(0x1b, "extern.convert_any", "any -> any", {
    rule: "extern.convert_any",
    constant: true,
    effects: allocates,
    lowering: "extern.convert_any",
  }),
  gc(0x1c, "ref.i31", "i32 -> i31", { constant: true, lowering: "ref.i31" }),
  gc(0x1d, "i31.get_s", "any -> i32", { rule: "i31.get", effects: traps, lowering: "i31.get", sign: "signed" }),
  gc(0x1e, "i31.get_u", "any -> i32", { rule: "i31.get", effects: traps, lowering: "i31.get", sign: "unsigned" }),
];
