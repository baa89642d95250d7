/** Shared-everything threads (its overview, "Instructions"; for codes that it leaves open, see docs on encodings). */
import {
  allocates,
  family,
  type RowDetail,
  reads,
  readsOrTraps,
  traps,
  updates,
  updatesOrTraps,
  writes,
  writesOrTraps,
} from "./declare.ts";
import type { LoweringName } from "./lowerings.ts";
import type { Effects, RowSpec } from "./row.ts";
import type { RuleName } from "./rules.ts";

const blocks: Effects = { trap: true, read: true, block: true };
const shared = family({ feature: "shared-everything-threads", prefix: 0xfe });

/** An instruction whose validation rule and lowering have the same name. */
const atomic = (code: number, name: string, rule: RuleName & LoweringName, detail: RowDetail): RowSpec =>
  shared(code, name, "", { rule, lowering: rule, ...detail });

/** Written FB 1F; FE 72 is what wasm-tools writes. */
const i31: RowDetail = { prefix: 0xfb, aliases: [{ prefix: 0xfe, code: 0x72 }], constant: true };

export const sharedRows: readonly RowSpec[] = [
  atomic(0x4f, "global.atomic.get", "global.atomic.get", { immediates: ["order", "global"], effects: reads }),
  atomic(0x50, "global.atomic.set", "global.atomic.set", { immediates: ["order", "global"], effects: writes }),
  atomic(0x51, "global.atomic.rmw.add", "global.atomic.rmw", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x52, "global.atomic.rmw.sub", "global.atomic.rmw", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x53, "global.atomic.rmw.and", "global.atomic.rmw", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x54, "global.atomic.rmw.or", "global.atomic.rmw", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x55, "global.atomic.rmw.xor", "global.atomic.rmw", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x56, "global.atomic.rmw.xchg", "global.atomic.xchg", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x57, "global.atomic.rmw.cmpxchg", "global.atomic.cmpxchg", { immediates: ["orders", "global"], effects: updates }),
  atomic(0x58, "table.atomic.get", "table.atomic.get", { immediates: ["order", "table"], effects: readsOrTraps }),
  atomic(0x59, "table.atomic.set", "table.atomic.set", { immediates: ["order", "table"], effects: writesOrTraps }),
  atomic(0x5a, "table.atomic.rmw.xchg", "table.atomic.xchg", { immediates: ["orders", "table"], effects: updatesOrTraps }),
  atomic(0x5b, "table.atomic.rmw.cmpxchg", "table.atomic.cmpxchg", { immediates: ["orders", "table"], effects: updatesOrTraps }),
  atomic(0x5c, "struct.atomic.get", "struct.atomic.get", { immediates: ["order", "type", "field"], effects: readsOrTraps }),
  atomic(0x5d, "struct.atomic.get_s", "struct.atomic.get", { immediates: ["order", "type", "field"], effects: readsOrTraps }),
  atomic(0x5e, "struct.atomic.get_u", "struct.atomic.get", { immediates: ["order", "type", "field"], effects: readsOrTraps }),
  atomic(0x5f, "struct.atomic.set", "struct.atomic.set", { immediates: ["order", "type", "field"], effects: writesOrTraps }),
  atomic(0x60, "struct.atomic.rmw.add", "struct.atomic.rmw", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x61, "struct.atomic.rmw.sub", "struct.atomic.rmw", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x62, "struct.atomic.rmw.and", "struct.atomic.rmw", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x63, "struct.atomic.rmw.or", "struct.atomic.rmw", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x64, "struct.atomic.rmw.xor", "struct.atomic.rmw", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x65, "struct.atomic.rmw.xchg", "struct.atomic.xchg", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x66, "struct.atomic.rmw.cmpxchg", "struct.atomic.cmpxchg", { immediates: ["orders", "type", "field"], effects: updatesOrTraps }),
  atomic(0x67, "array.atomic.get", "array.atomic.get", { immediates: ["order", "type"], effects: readsOrTraps }),
  atomic(0x68, "array.atomic.get_s", "array.atomic.get", { immediates: ["order", "type"], effects: readsOrTraps }),
  atomic(0x69, "array.atomic.get_u", "array.atomic.get", { immediates: ["order", "type"], effects: readsOrTraps }),
  atomic(0x6a, "array.atomic.set", "array.atomic.set", { immediates: ["order", "type"], effects: writesOrTraps }),
  atomic(0x6b, "array.atomic.rmw.add", "array.atomic.rmw", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x6c, "array.atomic.rmw.sub", "array.atomic.rmw", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x6d, "array.atomic.rmw.and", "array.atomic.rmw", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x6e, "array.atomic.rmw.or", "array.atomic.rmw", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x6f, "array.atomic.rmw.xor", "array.atomic.rmw", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x70, "array.atomic.rmw.xchg", "array.atomic.xchg", { immediates: ["orders", "type"], effects: updatesOrTraps }),
  atomic(0x71, "array.atomic.rmw.cmpxchg", "array.atomic.cmpxchg", { immediates: ["orders", "type"], effects: updatesOrTraps }),

  // References and wait queues.
  shared(0x1f, "ref.i31_shared", "i32 -> shared-i31", { ...i31, lowering: "ref.i31" }),
  shared(0x05, "struct.wait", "", { immediates: ["type", "field"], rule: "struct.wait", effects: blocks, lowering: "wait" }),
  shared(0x06, "waitqueue.notify", "waitqueue-or-null i32 -> i32", { effects: traps, lowering: "waitqueue.notify" }),
  shared(0x07, "waitqueue.new", "-> waitqueue", { constant: true, effects: allocates, lowering: "waitqueue.new" }),
  shared(0x08, "array.wait", "", { immediates: ["type"], rule: "array.wait", effects: blocks, lowering: "wait" }),
  shared(0x09, "global.wait", "", { immediates: ["global"], rule: "global.wait", effects: blocks, lowering: "wait" }),
  shared(0x0a, "table.wait", "", { immediates: ["table"], rule: "table.wait", effects: blocks, lowering: "wait" }),
  shared(0x0b, "memory.wait32", "", { immediates: ["memory"], rule: "memory.wait", effects: blocks, lowering: "wait" }),
  shared(0x0c, "memory.wait64", "", { immediates: ["memory"], rule: "memory.wait", effects: blocks, lowering: "wait" }),
];
