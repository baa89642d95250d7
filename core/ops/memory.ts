/**
 * Memory instructions (core 5.4.7, "Memory Instructions"). Signatures hold for 32-bit memories; the rules put the
 * address type in.
 *
 * Memory control (its overview and `discard.md`) has codes 18h to 1Ah of this project's own: no draft gives any.
 */
import {
  bytes1,
  bytes2,
  bytes4,
  bytes8,
  family,
  reads,
  readsOrTraps,
  updatesOrTraps,
  writes,
  writesOrTraps,
} from "./declare.ts";
import type { RowSpec } from "./row.ts";

const memory = family({ feature: "mvp", place: "memory" });
const bulk = family({ feature: "bulk-memory", prefix: 0xfc, place: "memory" });
const segment = family({ feature: "bulk-memory", prefix: 0xfc });
const load = family({
  feature: "mvp",
  place: "memory",
  immediates: ["memarg"],
  rule: "memory.access",
  effects: readsOrTraps,
});
const store = family({
  feature: "mvp",
  place: "memory",
  immediates: ["memarg"],
  rule: "memory.access",
  effects: writesOrTraps,
});
const control = family({ feature: "memory-control", prefix: 0xfc, place: "memory", effects: writesOrTraps });

export const memoryRows: readonly RowSpec[] = [
  load(0x28, "i32.load", "i32 -> i32", { memory: bytes4 }),
  load(0x29, "i64.load", "i32 -> i64", { memory: bytes8 }),
  load(0x2a, "f32.load", "i32 -> f32", { memory: bytes4 }),
  load(0x2b, "f64.load", "i32 -> f64", { memory: bytes8 }),
  load(0x2c, "i32.load8_s", "i32 -> i32", { memory: bytes1 }),
  load(0x2d, "i32.load8_u", "i32 -> i32", { memory: bytes1 }),
  load(0x2e, "i32.load16_s", "i32 -> i32", { memory: bytes2 }),
  load(0x2f, "i32.load16_u", "i32 -> i32", { memory: bytes2 }),
  load(0x30, "i64.load8_s", "i32 -> i64", { memory: bytes1 }),
  load(0x31, "i64.load8_u", "i32 -> i64", { memory: bytes1 }),
  load(0x32, "i64.load16_s", "i32 -> i64", { memory: bytes2 }),
  load(0x33, "i64.load16_u", "i32 -> i64", { memory: bytes2 }),
  load(0x34, "i64.load32_s", "i32 -> i64", { memory: bytes4 }),
  load(0x35, "i64.load32_u", "i32 -> i64", { memory: bytes4 }),
  store(0x36, "i32.store", "i32 i32 ->", { memory: bytes4 }),
  store(0x37, "i64.store", "i32 i64 ->", { memory: bytes8 }),
  store(0x38, "f32.store", "i32 f32 ->", { memory: bytes4 }),
  store(0x39, "f64.store", "i32 f64 ->", { memory: bytes8 }),
  store(0x3a, "i32.store8", "i32 i32 ->", { memory: bytes1 }),
  store(0x3b, "i32.store16", "i32 i32 ->", { memory: bytes2 }),
  store(0x3c, "i64.store8", "i32 i64 ->", { memory: bytes1 }),
  store(0x3d, "i64.store16", "i32 i64 ->", { memory: bytes2 }),
  store(0x3e, "i64.store32", "i32 i64 ->", { memory: bytes4 }),
  memory(0x3f, "memory.size", "-> i32", { immediates: ["memory"], rule: "memory.size", effects: reads }),
  memory(0x40, "memory.grow", "i32 -> i32", { immediates: ["memory"], rule: "memory.grow", effects: writes }),
  bulk(0x08, "memory.init", "i32 i32 i32 ->", {
    immediates: ["data", "memory"],
    rule: "memory.init",
    effects: updatesOrTraps,
    lowering: "memory.init",
  }),
  segment(0x09, "data.drop", "->", { immediates: ["data"], rule: "data.drop", effects: writes, lowering: "data.drop" }),
  bulk(0x0a, "memory.copy", "i32 i32 i32 ->", {
    immediates: ["memory", "memory"],
    rule: "memory.copy",
    effects: updatesOrTraps,
  }),
  bulk(0x0b, "memory.fill", "i32 i32 i32 ->", { immediates: ["memory"], rule: "memory.fill", effects: writesOrTraps }),
  // Memory control.
  control(0x12, "memory.discard", "i32 i32 ->", {
    immediates: ["memory"],
    rule: "memory.discard",
    lowering: "memory.discard",
  }),
  control(0x18, "memory.map", "i32 i32 ->", { immediates: ["memory"], rule: "memory.map", lowering: "memory.map" }),
  control(0x19, "memory.unmap", "i32 i32 ->", {
    immediates: ["memory"],
    rule: "memory.unmap",
    lowering: "memory.unmap",
  }),
  control(0x1a, "memory.protect", "i32 i32 ->", {
    immediates: ["memory", "protection"],
    rule: "memory.protect",
    lowering: "memory.protect",
  }),
];
