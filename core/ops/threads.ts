/** Atomic accesses to memories (threads, "Instructions"; orders of memory from relaxed-atomics). */
import { family, readsOrTraps, traps, updatesOrTraps, writesOrTraps } from "./declare.ts";
import type { Effects, RowSpec } from "./row.ts";

const blocks: Effects = { trap: true, read: true, block: true };
const orders: Effects = { read: true, write: true };
const atomic = family({ feature: "threads", prefix: 0xfe });
const access = family({ feature: "threads", prefix: 0xfe, immediates: ["memarg"], rule: "memory.access" });
const load = family({ feature: "threads", prefix: 0xfe, immediates: ["memarg"], rule: "memory.access", effects: readsOrTraps });
const store = family({ feature: "threads", prefix: 0xfe, immediates: ["memarg"], rule: "memory.access", effects: writesOrTraps });
const update = family({ feature: "threads", prefix: 0xfe, immediates: ["memarg"], rule: "memory.access", effects: updatesOrTraps });

const bytes1 = { sizeLog2: 0, atomic: true };
const bytes2 = { sizeLog2: 1, atomic: true };
const bytes4 = { sizeLog2: 2, atomic: true };
const bytes8 = { sizeLog2: 3, atomic: true };

export const threadRows: readonly RowSpec[] = [
  access(0x00, "memory.atomic.notify", "i32 i32 -> i32", { memory: bytes4, effects: traps }),
  access(0x01, "memory.atomic.wait32", "i32 i32 i64 -> i32", { memory: bytes4, effects: blocks, lowering: "memory.atomic.wait" }),
  access(0x02, "memory.atomic.wait64", "i32 i64 i64 -> i32", { memory: bytes8, effects: blocks, lowering: "memory.atomic.wait" }),
  atomic(0x03, "atomic.fence", "->", { immediates: ["fence"], effects: orders, lowering: "atomic.fence" }),
  atomic(0x04, "pause", "->", { feature: "relaxed-atomics", lowering: "pause" }),
  load(0x10, "i32.atomic.load", "i32 -> i32", { memory: bytes4 }),
  load(0x11, "i64.atomic.load", "i32 -> i64", { memory: bytes8 }),
  load(0x12, "i32.atomic.load8_u", "i32 -> i32", { memory: bytes1 }),
  load(0x13, "i32.atomic.load16_u", "i32 -> i32", { memory: bytes2 }),
  load(0x14, "i64.atomic.load8_u", "i32 -> i64", { memory: bytes1 }),
  load(0x15, "i64.atomic.load16_u", "i32 -> i64", { memory: bytes2 }),
  load(0x16, "i64.atomic.load32_u", "i32 -> i64", { memory: bytes4 }),
  store(0x17, "i32.atomic.store", "i32 i32 ->", { memory: bytes4 }),
  store(0x18, "i64.atomic.store", "i32 i64 ->", { memory: bytes8 }),
  store(0x19, "i32.atomic.store8", "i32 i32 ->", { memory: bytes1 }),
  store(0x1a, "i32.atomic.store16", "i32 i32 ->", { memory: bytes2 }),
  store(0x1b, "i64.atomic.store8", "i32 i64 ->", { memory: bytes1 }),
  store(0x1c, "i64.atomic.store16", "i32 i64 ->", { memory: bytes2 }),
  store(0x1d, "i64.atomic.store32", "i32 i64 ->", { memory: bytes4 }),
  update(0x1e, "i32.atomic.rmw.add", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x1f, "i64.atomic.rmw.add", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x20, "i32.atomic.rmw8.add_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x21, "i32.atomic.rmw16.add_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x22, "i64.atomic.rmw8.add_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x23, "i64.atomic.rmw16.add_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x24, "i64.atomic.rmw32.add_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x25, "i32.atomic.rmw.sub", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x26, "i64.atomic.rmw.sub", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x27, "i32.atomic.rmw8.sub_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x28, "i32.atomic.rmw16.sub_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x29, "i64.atomic.rmw8.sub_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x2a, "i64.atomic.rmw16.sub_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x2b, "i64.atomic.rmw32.sub_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x2c, "i32.atomic.rmw.and", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x2d, "i64.atomic.rmw.and", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x2e, "i32.atomic.rmw8.and_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x2f, "i32.atomic.rmw16.and_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x30, "i64.atomic.rmw8.and_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x31, "i64.atomic.rmw16.and_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x32, "i64.atomic.rmw32.and_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x33, "i32.atomic.rmw.or", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x34, "i64.atomic.rmw.or", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x35, "i32.atomic.rmw8.or_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x36, "i32.atomic.rmw16.or_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x37, "i64.atomic.rmw8.or_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x38, "i64.atomic.rmw16.or_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x39, "i64.atomic.rmw32.or_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x3a, "i32.atomic.rmw.xor", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x3b, "i64.atomic.rmw.xor", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x3c, "i32.atomic.rmw8.xor_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x3d, "i32.atomic.rmw16.xor_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x3e, "i64.atomic.rmw8.xor_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x3f, "i64.atomic.rmw16.xor_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x40, "i64.atomic.rmw32.xor_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x41, "i32.atomic.rmw.xchg", "i32 i32 -> i32", { memory: bytes4 }),
  update(0x42, "i64.atomic.rmw.xchg", "i32 i64 -> i64", { memory: bytes8 }),
  update(0x43, "i32.atomic.rmw8.xchg_u", "i32 i32 -> i32", { memory: bytes1 }),
  update(0x44, "i32.atomic.rmw16.xchg_u", "i32 i32 -> i32", { memory: bytes2 }),
  update(0x45, "i64.atomic.rmw8.xchg_u", "i32 i64 -> i64", { memory: bytes1 }),
  update(0x46, "i64.atomic.rmw16.xchg_u", "i32 i64 -> i64", { memory: bytes2 }),
  update(0x47, "i64.atomic.rmw32.xchg_u", "i32 i64 -> i64", { memory: bytes4 }),
  update(0x48, "i32.atomic.rmw.cmpxchg", "i32 i32 i32 -> i32", { memory: bytes4 }),
  update(0x49, "i64.atomic.rmw.cmpxchg", "i32 i64 i64 -> i64", { memory: bytes8 }),
  update(0x4a, "i32.atomic.rmw8.cmpxchg_u", "i32 i32 i32 -> i32", { memory: bytes1 }),
  update(0x4b, "i32.atomic.rmw16.cmpxchg_u", "i32 i32 i32 -> i32", { memory: bytes2 }),
  update(0x4c, "i64.atomic.rmw8.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes1 }),
  update(0x4d, "i64.atomic.rmw16.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes2 }),
  update(0x4e, "i64.atomic.rmw32.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes4 }),
];
