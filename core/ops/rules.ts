/**
 * The names of rules: of validation, where a signature does not say it all, and of lowering, where the host does not
 * have the instruction. Most instructions with both have one name for both, so that a new one is one line here.
 *
 * `core/validate/rules` and `lower/rules` have tables typed by these names, so that a name without its rule does not
 * compile; `lower/rules` lists those of instructions that are only validated.
 */

/** Rules of validation and of lowering. */
const bothNames = [
  // Control (core 3.4.9).
  "block",
  "loop",
  "if",
  "else",
  "end",
  "br",
  "br_if",
  "br_table",
  "br_on_null",
  "br_on_non_null",
  "br_on_cast",
  "br_on_cast_fail",
  "return",
  "call",
  "call_ref",
  "call_indirect",
  "return_call",
  "return_call_ref",
  "return_call_indirect",
  "select.typed",
  // Exceptions.
  "throw",
  "throw_ref",
  "try_table",
  "try",
  "catch",
  "catch_all",
  "delegate",
  "rethrow",
  // Variables.
  "global.get",
  "global.set",
  // Tables.
  "table.get",
  "table.set",
  "table.size",
  "table.grow",
  "table.fill",
  "table.copy",
  "table.init",
  "elem.drop",
  // Memories.
  "memory.init",
  "data.drop",
  "memory.discard",
  "memory.map",
  "memory.unmap",
  "memory.protect",
  // References.
  "ref.null",
  "ref.is_null",
  "ref.func",
  "ref.eq",
  "ref.as_non_null",
  "ref.test",
  "ref.cast",
  "i31.get",
  "any.convert_extern",
  "extern.convert_any",
  // Structures and arrays.
  "struct.new",
  "struct.new_default",
  "struct.get",
  "struct.set",
  "array.new",
  "array.new_default",
  "array.new_fixed",
  "array.new_data",
  "array.new_elem",
  "array.get",
  "array.set",
  "array.len",
  "array.fill",
  "array.copy",
  "array.init_data",
  "array.init_elem",
  // Custom descriptors.
  "struct.new_desc",
  "struct.new_default_desc",
  "ref.get_desc",
  "ref.cast_desc_eq",
  "br_on_cast_desc_eq",
  "br_on_cast_desc_eq_fail",
  // Stack switching.
  "cont.new",
  "cont.bind",
  "suspend",
  "resume",
  "resume_throw",
  "resume_throw_ref",
  "switch",
  // Shared-everything threads: `rmw` is add, sub, and, or, xor; `xchg` also takes references.
  "global.atomic.get",
  "global.atomic.set",
  "global.atomic.rmw",
  "global.atomic.xchg",
  "global.atomic.cmpxchg",
  "table.atomic.get",
  "table.atomic.set",
  "table.atomic.xchg",
  "table.atomic.cmpxchg",
  "struct.atomic.get",
  "struct.atomic.set",
  "struct.atomic.rmw",
  "struct.atomic.xchg",
  "struct.atomic.cmpxchg",
  "array.atomic.get",
  "array.atomic.set",
  "array.atomic.rmw",
  "array.atomic.xchg",
  "array.atomic.cmpxchg",
] as const;

const validationNames = [
  // Control (core 3.4.9).
  "unreachable",
  "drop",
  "select",
  // Variables.
  "local.get",
  "local.set",
  "local.tee",
  // Memories. The row's signature holds for a 32-bit memory; the rule puts the memory's address type in place of its
  // first parameter.
  "memory.access",
  "memory.lane",
  "memory.size",
  "memory.grow",
  "memory.fill",
  "memory.copy",
  // Vectors: the signature and a bound on the lane index.
  "simd.lane",
  "simd.shuffle",
  // Shared-everything threads.
  "struct.wait",
  "array.wait",
  "global.wait",
  "table.wait",
  "memory.wait",
] as const;

/** `keep`: the host has the instruction, and only indices change. */
const loweringNames = [
  "keep",
  // Numbers.
  "truncate",
  "wide.add",
  "wide.sub",
  "wide.mul",
  "half.vector",
  "half.extract_lane",
  "half.replace_lane",
  "half.load",
  "half.store",
  // References.
  "ref.i31",
  // Threads.
  "atomic.fence",
  "pause",
  "memory.atomic.wait",
  "wait",
  "waitqueue.new",
  "waitqueue.notify",
] as const;

export const ruleNames = [...bothNames, ...validationNames] as const;
export type RuleName = (typeof ruleNames)[number];
export type LoweringName = (typeof bothNames)[number] | (typeof loweringNames)[number];
