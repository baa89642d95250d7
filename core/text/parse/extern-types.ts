/**
 * Types of imports and definitions: limits, tables, memories, globals (core 6.4.8 to 6.4.11, and the proposals that add
 * to them).
 */
import type { FeatureName } from "../../base/features.ts";
import type { ExternType, GlobalType, MemoryType, StaticProtection, TableType } from "../../types/module.ts";
import { NUMBER } from "../lex/lexer.ts";
import type { Context } from "./context.ts";
import { parseTypeUse, type TypeUse } from "./type-use.ts";
import { parseRefType, parseValType } from "./types.ts";

interface Prefix {
  readonly is64: boolean;
  readonly shared: boolean;
  /** True for `shared i64`, which the form with inline elements does not have. */
  readonly sharedFirst: boolean;
}

/** `i32` or `i64`, if it is there. */
function tryAddressType(c: Context): boolean {
  if (c.tryKeyword("i32")) return false;
  if (!c.lexer.isKeyword("i64")) return false;
  c.require("memory64", "i64 addresses");
  c.lexer.advance();
  return true;
}

/** `shared`, if it is there. */
function tryShared(c: Context): boolean {
  if (!c.lexer.isKeyword("shared")) return false;
  c.require("shared-everything-threads", "shared");
  c.lexer.advance();
  return true;
}

/** What stands before a table's limits: `i64` and `shared`. */
export function parseTablePrefix(c: Context): Prefix {
  const sharedFirst = tryShared(c);
  const is64 = tryAddressType(c);
  const shared = sharedFirst || tryShared(c);
  return { is64, shared, sharedFirst: sharedFirst && is64 };
}

function parseBounds(c: Context): { minimum: bigint; maximum: bigint | undefined } {
  // Without 64-bit memories the text format has bounds of 32 bits; with them, larger ones are a matter of validation.
  const bits = c.features.has("memory64") ? 64 : 32;
  const minimum = c.natural(bits);
  return { minimum, maximum: c.lexer.kind === NUMBER ? c.natural(bits) : undefined };
}

/** A table's type behind what `parseTablePrefix` took. */
export function parseTableRest(c: Context, { is64, shared }: Prefix): TableType {
  const bounds = parseBounds(c);
  return { ...bounds, shared, is64, element: parseRefType(c) };
}

function parseTableType(c: Context): TableType {
  return parseTableRest(c, parseTablePrefix(c));
}

/** Base-2 logarithm of the standard page size. */
const PAGE_SIZE_LOG2 = 16;

/** `(pagesize N)` if it is there, as a power of two. */
export function tryPageSize(c: Context): number {
  if (!c.lexer.isOpening("pagesize")) return PAGE_SIZE_LOG2;
  c.require("custom-page-sizes", "pagesize");
  c.open("pagesize");
  const at = c.lexer.start;
  const size = c.natural(64);
  if (size === 0n || (size & (size - 1n)) !== 0n)
    c.lexer.fail("invalid custom page size", "page-size", at, "a power of two");
  c.close();
  return size.toString(2).length - 1;
}

/** What stands before a memory's limits: `i64`, `virtual` and, as some tools write it, `shared`. */
interface MemoryPrefix {
  readonly is64: boolean;
  readonly shared: boolean;
  readonly virtual: boolean;
}

/** `word`, a keyword of `feature`, if it is there. */
function tryWord(c: Context, word: string, feature: FeatureName): boolean {
  if (!c.lexer.isKeyword(word)) return false;
  c.require(feature, word);
  c.lexer.advance();
  return true;
}

export function parseMemoryPrefix(c: Context): MemoryPrefix {
  const is64 = tryAddressType(c);
  const virtual = tryWord(c, "virtual", "memory-control");
  return { is64, virtual, shared: tryWord(c, "shared", "threads") };
}

/**
 * `(no-access N)? (read-only N)?`: pages at a memory's start (memory control, "Static memory protection"; the words are
 * the document's).
 */
function tryProtection(c: Context): StaticProtection | undefined {
  if (!c.lexer.isOpening("no-access") && !c.lexer.isOpening("read-only")) return undefined;
  c.require("memory-control", "no-access and read-only");
  const tryPages = (word: string): number => {
    if (!c.tryOpen(word)) return 0;
    const count = Number(c.natural(32));
    c.close();
    return count;
  };
  return { noAccess: tryPages("no-access"), readOnly: tryPages("read-only") };
}

/** A memory's type behind what `parseMemoryPrefix` took. */
export function parseMemoryRest(c: Context, prefix: MemoryPrefix): MemoryType {
  const { is64, virtual } = prefix;
  const bounds = parseBounds(c);
  // Its addresses are reserved when it is made.
  if (virtual && bounds.maximum === undefined) {
    c.lexer.fail("a virtual memory has a maximum", "unexpected-token", c.lexer.start, "a maximum size");
  }
  const early = tryPageSize(c);
  const shared = prefix.shared || tryWord(c, "shared", "threads");
  const pageSizeLog2 = early === PAGE_SIZE_LOG2 ? tryPageSize(c) : early;
  const protection = tryProtection(c);
  return {
    ...bounds,
    shared,
    is64,
    pageSizeLog2,
    ...(virtual && { virtual }),
    ...(protection !== undefined && { protection }),
  };
}

function parseMemoryType(c: Context): MemoryType {
  return parseMemoryRest(c, parseMemoryPrefix(c));
}

/**
 * `t`, `(mut t)`, `(shared mut? t)` or `(thread_local mut? t)`; around the last two's `mut t` there may be parentheses
 * of its own.
 */
export function parseGlobalType(c: Context): GlobalType {
  const word = c.lexer.isOpening("shared") ? "shared" : c.lexer.isOpening("thread_local") ? "thread_local" : "mut";
  if (!c.lexer.isOpening(word)) return { type: parseValType(c), mutable: false, shared: false, threadLocal: false };
  if (word !== "mut") c.require("shared-everything-threads", word);
  c.open(word);
  const inner = word !== "mut" && c.tryOpen("mut");
  const mutable = inner || word === "mut" || c.tryKeyword("mut");
  const type = parseValType(c);
  if (inner) c.close();
  c.close();
  return { type, mutable, shared: word === "shared", threadLocal: word === "thread_local" };
}

/** A function import's type: a type use, or `(exact typeuse)`. */
function parseFunctionType(c: Context, used: (use: TypeUse) => void): ExternType {
  const exact = c.lexer.isOpening("exact");
  if (exact) {
    c.require("custom-descriptors", "exact");
    c.open("exact");
  }
  const use = parseTypeUse(c);
  used(use);
  if (exact) c.close();
  return { kind: "func", type: use.index, exact };
}

export type ExternWord = "func" | "table" | "memory" | "global" | "tag";

/** The type of an import of this kind; `used` gets a function's type use, whose parameters may have names. */
export function parseExternType(c: Context, kind: ExternWord, used: (use: TypeUse) => void): ExternType {
  switch (kind) {
    case "func":
      return parseFunctionType(c, used);
    case "table":
      return { kind, type: parseTableType(c) };
    case "memory":
      return { kind, type: parseMemoryType(c) };
    case "global":
      return { kind, type: parseGlobalType(c) };
    case "tag":
      c.require("exceptions", "tag");
      return { kind, type: parseTypeUse(c).index };
  }
}
