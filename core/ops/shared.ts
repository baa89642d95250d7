/** Shared-everything threads (its overview, "Instructions"; for codes that it leaves open, see docs on encodings). */
import { allocates, family, type RowDetail, reads, traps, updates, writes } from "./declare.ts";
import type { ImmediateKind } from "./immediates.ts";
import type { AtomicOperation, Effects, Place, RowSpec, Sign } from "./row.ts";
import type { LoweringName, RuleName } from "./rules.ts";

const blocks: Effects = { trap: true, read: true, block: true };
const shared = family({ feature: "shared-everything-threads", prefix: 0xfe });

/** What an atomic access may do, by its operation, where reaching the place cannot trap. */
function effectsOf(operation: AtomicOperation): Effects {
  if (operation === "get") return reads;
  return operation === "set" ? writes : updates;
}

/** The validation rule, and the lowering of the same name: arithmetic operations share one. */
function ruleOf(place: Place, operation: AtomicOperation): RuleName & LoweringName {
  const isShared =
    operation === "add" || operation === "sub" || operation === "and" || operation === "or" || operation === "xor";
  return `${place}.atomic.${isShared ? "rmw" : operation}` as RuleName & LoweringName;
}

/** Declares the atomic accesses to one kind of place, which these immediates name. */
const on =
  (place: Place, mayTrap: boolean, ...indices: readonly ImmediateKind[]) =>
  (code: number, name: string, notation: string, operation: AtomicOperation, sign?: Sign): RowSpec => {
    const rule = ruleOf(place, operation);
    const order = operation === "get" || operation === "set" ? "order" : "orders";
    const effects = mayTrap ? { ...effectsOf(operation), trap: true } : effectsOf(operation);
    return shared(code, name, notation, {
      place,
      atomic: operation,
      sign,
      immediates: [order, ...indices],
      rule,
      lowering: rule,
      effects,
    });
  };
const global = on("global", false, "global");
const table = on("table", true, "table");
const struct = on("struct", true, "type", "field");
const array = on("array", true, "type");

const wait = family({ feature: "shared-everything-threads", prefix: 0xfe, effects: blocks, lowering: "wait" });

/** Written FB 1F; FE 72 is what wasm-tools writes. */
const i31: RowDetail = { prefix: 0xfb, aliases: [{ prefix: 0xfe, code: 0x72 }], constant: true };

export const sharedRows: readonly RowSpec[] = [
  global(0x4f, "global.atomic.get", "-> any", "get"),
  global(0x50, "global.atomic.set", "any ->", "set"),
  global(0x51, "global.atomic.rmw.add", "any -> any", "add"),
  global(0x52, "global.atomic.rmw.sub", "any -> any", "sub"),
  global(0x53, "global.atomic.rmw.and", "any -> any", "and"),
  global(0x54, "global.atomic.rmw.or", "any -> any", "or"),
  global(0x55, "global.atomic.rmw.xor", "any -> any", "xor"),
  global(0x56, "global.atomic.rmw.xchg", "any -> any", "xchg"),
  global(0x57, "global.atomic.rmw.cmpxchg", "any any -> any", "cmpxchg"),
  table(0x58, "table.atomic.get", "i32 -> any", "get"),
  table(0x59, "table.atomic.set", "i32 any ->", "set"),
  table(0x5a, "table.atomic.rmw.xchg", "i32 any -> any", "xchg"),
  table(0x5b, "table.atomic.rmw.cmpxchg", "i32 any any -> any", "cmpxchg"),
  struct(0x5c, "struct.atomic.get", "any -> any", "get"),
  struct(0x5d, "struct.atomic.get_s", "any -> i32", "get", "signed"),
  struct(0x5e, "struct.atomic.get_u", "any -> i32", "get", "unsigned"),
  struct(0x5f, "struct.atomic.set", "any any ->", "set"),
  struct(0x60, "struct.atomic.rmw.add", "any any -> any", "add"),
  struct(0x61, "struct.atomic.rmw.sub", "any any -> any", "sub"),
  struct(0x62, "struct.atomic.rmw.and", "any any -> any", "and"),
  struct(0x63, "struct.atomic.rmw.or", "any any -> any", "or"),
  struct(0x64, "struct.atomic.rmw.xor", "any any -> any", "xor"),
  struct(0x65, "struct.atomic.rmw.xchg", "any any -> any", "xchg"),
  struct(0x66, "struct.atomic.rmw.cmpxchg", "any any any -> any", "cmpxchg"),
  array(0x67, "array.atomic.get", "any i32 -> any", "get"),
  array(0x68, "array.atomic.get_s", "any i32 -> i32", "get", "signed"),
  array(0x69, "array.atomic.get_u", "any i32 -> i32", "get", "unsigned"),
  array(0x6a, "array.atomic.set", "any i32 any ->", "set"),
  array(0x6b, "array.atomic.rmw.add", "any i32 any -> any", "add"),
  array(0x6c, "array.atomic.rmw.sub", "any i32 any -> any", "sub"),
  array(0x6d, "array.atomic.rmw.and", "any i32 any -> any", "and"),
  array(0x6e, "array.atomic.rmw.or", "any i32 any -> any", "or"),
  array(0x6f, "array.atomic.rmw.xor", "any i32 any -> any", "xor"),
  array(0x70, "array.atomic.rmw.xchg", "any i32 any -> any", "xchg"),
  array(0x71, "array.atomic.rmw.cmpxchg", "any i32 any any -> any", "cmpxchg"),

  // References and wait queues.
  shared(0x1f, "ref.i31_shared", "i32 -> shared-i31", { ...i31, lowering: "ref.i31" }),
  wait(0x05, "struct.wait", "any waitqueue-or-null any i64 -> i32", {
    immediates: ["type", "field"],
    rule: "struct.wait",
    place: "struct",
  }),
  shared(0x06, "waitqueue.notify", "waitqueue-or-null i32 -> i32", { effects: traps, lowering: "waitqueue.notify" }),
  shared(0x07, "waitqueue.new", "-> waitqueue", { constant: true, effects: allocates, lowering: "waitqueue.new" }),
  wait(0x08, "array.wait", "any waitqueue-or-null i32 any i64 -> i32", {
    immediates: ["type"],
    rule: "array.wait",
    place: "array",
  }),
  wait(0x09, "global.wait", "waitqueue-or-null any i64 -> i32", {
    immediates: ["global"],
    rule: "global.wait",
    place: "global",
  }),
  wait(0x0a, "table.wait", "waitqueue-or-null i32 any i64 -> i32", {
    immediates: ["table"],
    rule: "table.wait",
    place: "table",
  }),
  wait(0x0b, "memory.wait32", "waitqueue-or-null i32 i32 i64 -> i32", {
    immediates: ["memory"],
    rule: "memory.wait",
    place: "memory",
  }),
  wait(0x0c, "memory.wait64", "waitqueue-or-null i32 i64 i64 -> i32", {
    immediates: ["memory"],
    rule: "memory.wait",
    place: "memory",
  }),
];
