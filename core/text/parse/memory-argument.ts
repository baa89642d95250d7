/**
 * Memory arguments (core 6.5.8) and memory orders (shared-everything-threads and relaxed-atomics; all spellings that
 * tools write).
 */
import type { Immediates, Order } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import { parseNatural } from "../lex/integers.ts";
import { ID, KEYWORD, type Lexer, NUMBER } from "../lex/lexer.ts";
import type { Context } from "./context.ts";

const ordersByWord = new Map<string, Order>([
  ["seqcst", "seqcst"],
  ["seq_cst", "seqcst"],
  ["acqrel", "acqrel"],
  ["acq_rel", "acqrel"],
]);

function tryOrder(c: Context): Order | undefined {
  if (c.lexer.kind !== KEYWORD) return undefined;
  const order = ordersByWord.get(c.lexer.text());
  if (order !== undefined) c.lexer.advance();
  return order;
}

/** Up to `count` orders, which must be the same; sequential consistency where there is none. */
export function parseOrders(c: Context, into: Immediates, count: 1 | 2): void {
  const order = tryOrder(c);
  into.hasOrder = order !== undefined;
  into.order = order ?? "seqcst";
  if (order === undefined || count === 1) return;
  const at = c.lexer.start;
  const second = tryOrder(c);
  if (second !== undefined && second !== order)
    c.lexer.fail("memory orders of reading and writing must be the same", "order-mismatch", at);
}

/** `offset=N` or `align=N` if it is there. */
function tryKeyed(c: Context, key: string): bigint | undefined {
  const lexer: Lexer = c.lexer;
  if (lexer.kind !== KEYWORD || !lexer.source.startsWith(key, lexer.start)) return undefined;
  const value = parseNatural(lexer.source, lexer.start + key.length, lexer.end);
  if (value === undefined) c.unexpected(`${key}N`);
  return value;
}

/** `memidx? order? offset=N? align=N?`; the order may also come first. */
export function parseMemoryArgument(c: Context, into: Immediates, row: Row): void {
  const lexer: Lexer = c.lexer;
  const { orders } = row;
  into.hasOrder = false;
  into.order = "seqcst";
  if (orders !== 0) parseOrders(c, into, orders);
  // A number that nothing follows is the lane of a lane access, not a memory.
  const lane = row.lanes !== 0;
  const memory = lane ? lexer.kind === ID || (lexer.kind === NUMBER && followsMemory(c)) : c.atIndex;
  into.index = memory ? c.index(c.memories) : 0;
  if (orders !== 0 && !into.hasOrder) parseOrders(c, into, orders);
  into.offset = tryKeyed(c, "offset=") ?? -1n;
  if (into.offset >= 0n) {
    if (into.offset >= 1n << 64n) lexer.fail("i64 constant out of range", "constant-out-of-range");
    lexer.advance();
  } else into.offset = 0n;
  const natural = row.memory?.sizeLog2 ?? 0;
  const align = tryKeyed(c, "align=");
  into.align = align === undefined ? natural : alignment(c, align);
}

function alignment(c: Context, value: bigint): number {
  if (value === 0n || (value & (value - 1n)) !== 0n) c.lexer.fail("alignment must be a power of two", "alignment");
  c.lexer.advance();
  return value.toString(2).length - 1;
}

/** True when the token after the current one can continue an instruction whose memory is the current token. */
function followsMemory(c: Context): boolean {
  const lexer: Lexer = c.lexer;
  if (lexer.nextKind === NUMBER) return true;
  if (lexer.nextKind !== KEYWORD) return false;
  return lexer.source.startsWith("offset=", lexer.nextStart) || lexer.source.startsWith("align=", lexer.nextStart);
}
