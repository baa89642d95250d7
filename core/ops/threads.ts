/** Atomic accesses to memories (threads, "Instructions"; orders of memory from relaxed-atomics). */
import { type DeclareRow, family, readsOrTraps, traps, updatesOrTraps, writesOrTraps } from "./declare.ts";
import type { AtomicOperation, Effects, MemoryAccess, RowSpec } from "./row.ts";

const blocks: Effects = { trap: true, read: true, block: true };
const orders: Effects = { read: true, write: true };
const atomic = family({ feature: "threads", prefix: 0xfe });
const access = (effects: Effects, operation?: AtomicOperation): DeclareRow =>
  family({
    feature: "threads",
    prefix: 0xfe,
    place: "memory",
    immediates: ["memarg"],
    rule: "memory.access",
    effects,
    ...(operation && { atomic: operation }),
  });
const load = access(readsOrTraps, "get");
const store = access(writesOrTraps, "set");
const add = access(updatesOrTraps, "add");
const sub = access(updatesOrTraps, "sub");
const and = access(updatesOrTraps, "and");
const or = access(updatesOrTraps, "or");
const xor = access(updatesOrTraps, "xor");
const xchg = access(updatesOrTraps, "xchg");
const cmpxchg = access(updatesOrTraps, "cmpxchg");
/** Not accesses that have an order: the threads proposal's own waiting and waking. */
const notify = access(traps);
const wait = access(blocks);

const bytes1: MemoryAccess = { sizeLog2: 0, atomic: true };
const bytes2: MemoryAccess = { sizeLog2: 1, atomic: true };
const bytes4: MemoryAccess = { sizeLog2: 2, atomic: true };
const bytes8: MemoryAccess = { sizeLog2: 3, atomic: true };

export const threadRows: readonly RowSpec[] = [
  notify(0x00, "memory.atomic.notify", "i32 i32 -> i32", { memory: bytes4 }),
  wait(0x01, "memory.atomic.wait32", "i32 i32 i64 -> i32", { memory: bytes4, lowering: "memory.atomic.wait" }),
  wait(0x02, "memory.atomic.wait64", "i32 i64 i64 -> i32", { memory: bytes8, lowering: "memory.atomic.wait" }),
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
  add(0x1e, "i32.atomic.rmw.add", "i32 i32 -> i32", { memory: bytes4 }),
  add(0x1f, "i64.atomic.rmw.add", "i32 i64 -> i64", { memory: bytes8 }),
  add(0x20, "i32.atomic.rmw8.add_u", "i32 i32 -> i32", { memory: bytes1 }),
  add(0x21, "i32.atomic.rmw16.add_u", "i32 i32 -> i32", { memory: bytes2 }),
  add(0x22, "i64.atomic.rmw8.add_u", "i32 i64 -> i64", { memory: bytes1 }),
  add(0x23, "i64.atomic.rmw16.add_u", "i32 i64 -> i64", { memory: bytes2 }),
  add(0x24, "i64.atomic.rmw32.add_u", "i32 i64 -> i64", { memory: bytes4 }),
  sub(0x25, "i32.atomic.rmw.sub", "i32 i32 -> i32", { memory: bytes4 }),
  sub(0x26, "i64.atomic.rmw.sub", "i32 i64 -> i64", { memory: bytes8 }),
  sub(0x27, "i32.atomic.rmw8.sub_u", "i32 i32 -> i32", { memory: bytes1 }),
  sub(0x28, "i32.atomic.rmw16.sub_u", "i32 i32 -> i32", { memory: bytes2 }),
  sub(0x29, "i64.atomic.rmw8.sub_u", "i32 i64 -> i64", { memory: bytes1 }),
  sub(0x2a, "i64.atomic.rmw16.sub_u", "i32 i64 -> i64", { memory: bytes2 }),
  sub(0x2b, "i64.atomic.rmw32.sub_u", "i32 i64 -> i64", { memory: bytes4 }),
  and(0x2c, "i32.atomic.rmw.and", "i32 i32 -> i32", { memory: bytes4 }),
  and(0x2d, "i64.atomic.rmw.and", "i32 i64 -> i64", { memory: bytes8 }),
  and(0x2e, "i32.atomic.rmw8.and_u", "i32 i32 -> i32", { memory: bytes1 }),
  and(0x2f, "i32.atomic.rmw16.and_u", "i32 i32 -> i32", { memory: bytes2 }),
  and(0x30, "i64.atomic.rmw8.and_u", "i32 i64 -> i64", { memory: bytes1 }),
  and(0x31, "i64.atomic.rmw16.and_u", "i32 i64 -> i64", { memory: bytes2 }),
  and(0x32, "i64.atomic.rmw32.and_u", "i32 i64 -> i64", { memory: bytes4 }),
  or(0x33, "i32.atomic.rmw.or", "i32 i32 -> i32", { memory: bytes4 }),
  or(0x34, "i64.atomic.rmw.or", "i32 i64 -> i64", { memory: bytes8 }),
  or(0x35, "i32.atomic.rmw8.or_u", "i32 i32 -> i32", { memory: bytes1 }),
  or(0x36, "i32.atomic.rmw16.or_u", "i32 i32 -> i32", { memory: bytes2 }),
  or(0x37, "i64.atomic.rmw8.or_u", "i32 i64 -> i64", { memory: bytes1 }),
  or(0x38, "i64.atomic.rmw16.or_u", "i32 i64 -> i64", { memory: bytes2 }),
  or(0x39, "i64.atomic.rmw32.or_u", "i32 i64 -> i64", { memory: bytes4 }),
  xor(0x3a, "i32.atomic.rmw.xor", "i32 i32 -> i32", { memory: bytes4 }),
  xor(0x3b, "i64.atomic.rmw.xor", "i32 i64 -> i64", { memory: bytes8 }),
  xor(0x3c, "i32.atomic.rmw8.xor_u", "i32 i32 -> i32", { memory: bytes1 }),
  xor(0x3d, "i32.atomic.rmw16.xor_u", "i32 i32 -> i32", { memory: bytes2 }),
  xor(0x3e, "i64.atomic.rmw8.xor_u", "i32 i64 -> i64", { memory: bytes1 }),
  xor(0x3f, "i64.atomic.rmw16.xor_u", "i32 i64 -> i64", { memory: bytes2 }),
  xor(0x40, "i64.atomic.rmw32.xor_u", "i32 i64 -> i64", { memory: bytes4 }),
  xchg(0x41, "i32.atomic.rmw.xchg", "i32 i32 -> i32", { memory: bytes4 }),
  xchg(0x42, "i64.atomic.rmw.xchg", "i32 i64 -> i64", { memory: bytes8 }),
  xchg(0x43, "i32.atomic.rmw8.xchg_u", "i32 i32 -> i32", { memory: bytes1 }),
  xchg(0x44, "i32.atomic.rmw16.xchg_u", "i32 i32 -> i32", { memory: bytes2 }),
  xchg(0x45, "i64.atomic.rmw8.xchg_u", "i32 i64 -> i64", { memory: bytes1 }),
  xchg(0x46, "i64.atomic.rmw16.xchg_u", "i32 i64 -> i64", { memory: bytes2 }),
  xchg(0x47, "i64.atomic.rmw32.xchg_u", "i32 i64 -> i64", { memory: bytes4 }),
  cmpxchg(0x48, "i32.atomic.rmw.cmpxchg", "i32 i32 i32 -> i32", { memory: bytes4 }),
  cmpxchg(0x49, "i64.atomic.rmw.cmpxchg", "i32 i64 i64 -> i64", { memory: bytes8 }),
  cmpxchg(0x4a, "i32.atomic.rmw8.cmpxchg_u", "i32 i32 i32 -> i32", { memory: bytes1 }),
  cmpxchg(0x4b, "i32.atomic.rmw16.cmpxchg_u", "i32 i32 i32 -> i32", { memory: bytes2 }),
  cmpxchg(0x4c, "i64.atomic.rmw8.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes1 }),
  cmpxchg(0x4d, "i64.atomic.rmw16.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes2 }),
  cmpxchg(0x4e, "i64.atomic.rmw32.cmpxchg_u", "i32 i64 i64 -> i64", { memory: bytes4 }),
];
