/**
 * Types of tables, memories, globals and tags, and the limits in them (core 5.3.13 to 5.3.18 and the proposals that add
 * flags).
 */
import type { ExternType, GlobalType, Limits, MemoryType, StaticProtection, TableType } from "../types/module.ts";
import type { Reader } from "./reader.ts";
import { EXACT_FUNCTION, externKinds } from "./sections.ts";
import { readRefType, readTypeIndex, readValType, requireFeature, writeValType } from "./types.ts";
import type { Writer } from "./writer.ts";

const HAS_MAXIMUM = 1;
const SHARED = 2;
const IS_64 = 4;
const PAGE_SIZE = 8;
const VIRTUAL = 16;
const PROTECTION = 32;

const MUTABLE = 1;
const SHARED_GLOBAL = 2;
const THREAD_LOCAL = 4;

const DEFAULT_PAGE_SIZE_LOG2 = 16;
const FLAGS_PHRASE = "malformed limits flags";

function readFlags(reader: Reader, allowed: number): number {
  const at = reader.pos;
  const flags = reader.u8();
  if ((flags & ~allowed) !== 0) reader.fail(FLAGS_PHRASE, "malformed-limits", at);
  if ((flags & IS_64) !== 0) requireFeature(reader, "memory64", FLAGS_PHRASE, at);
  return flags;
}

function readRange(reader: Reader, flags: number): Limits {
  const minimum = reader.u64();
  const maximum = (flags & HAS_MAXIMUM) !== 0 ? reader.u64() : undefined;
  return { minimum, maximum, shared: (flags & SHARED) !== 0, is64: (flags & IS_64) !== 0 };
}

export function readTableType(reader: Reader): TableType {
  const element = readRefType(reader, undefined, true);
  const at = reader.pos;
  const flags = readFlags(reader, HAS_MAXIMUM | SHARED | IS_64);
  if ((flags & SHARED) !== 0) requireFeature(reader, "shared-everything-threads", FLAGS_PHRASE, at);
  return { element, ...readRange(reader, flags) };
}

export function readMemoryType(reader: Reader): MemoryType {
  const at = reader.pos;
  const flags = readFlags(reader, HAS_MAXIMUM | SHARED | IS_64 | PAGE_SIZE | VIRTUAL | PROTECTION);
  if ((flags & SHARED) !== 0) requireFeature(reader, "threads", FLAGS_PHRASE, at);
  if ((flags & PAGE_SIZE) !== 0) requireFeature(reader, "custom-page-sizes", FLAGS_PHRASE, at);
  if ((flags & (VIRTUAL | PROTECTION)) !== 0) requireFeature(reader, "memory-control", FLAGS_PHRASE, at);
  // Address space is reserved when the memory is made, and so its size must be known.
  if ((flags & VIRTUAL) !== 0 && (flags & HAS_MAXIMUM) === 0)
    reader.fail(`${FLAGS_PHRASE}: a virtual memory has a maximum`, "malformed-limits", at);
  return {
    ...readRange(reader, flags),
    pageSizeLog2: (flags & PAGE_SIZE) !== 0 ? readPageSize(reader) : DEFAULT_PAGE_SIZE_LOG2,
    ...((flags & VIRTUAL) !== 0 && { virtual: true }),
    ...((flags & PROTECTION) !== 0 && { protection: readProtection(reader) }),
  };
}

function readPageSize(reader: Reader): number {
  const at = reader.pos;
  const log2 = reader.u32();
  if (log2 > 64) reader.fail("invalid custom page size", "malformed-page-size", at, "a logarithm of at most 64");
  return log2;
}

function readProtection(reader: Reader): StaticProtection {
  const noAccess = reader.u32();
  return { noAccess, readOnly: reader.u32() };
}

export function readGlobalType(reader: Reader): GlobalType {
  const type = readValType(reader);
  const at = reader.pos;
  const flags = reader.u8();
  const shared = (flags & SHARED_GLOBAL) !== 0;
  const threadLocal = (flags & THREAD_LOCAL) !== 0;
  if (flags > 7 || (shared && threadLocal)) reader.fail("malformed mutability", "malformed-mutability", at);
  if (flags > 1) requireFeature(reader, "shared-everything-threads", "malformed mutability", at);
  return { type, mutable: (flags & MUTABLE) !== 0, shared, threadLocal };
}

/** A tag's type index, after an attribute that only has one value yet. */
export function readTagType(reader: Reader): number {
  const at = reader.pos;
  if (reader.u8() !== 0) reader.fail("malformed tag attribute", "malformed-tag", at, "0");
  requireFeature(reader, "exceptions", "malformed tag", at);
  return readTypeIndex(reader);
}

/** What is imported: a kind and a type. */
export function readExternType(reader: Reader): ExternType {
  const at = reader.pos;
  const kind = reader.u8();
  switch (kind) {
    case 0:
      return { kind: "func", type: readTypeIndex(reader), exact: false };
    case 1:
      return { kind: "table", type: readTableType(reader) };
    case 2:
      return { kind: "memory", type: readMemoryType(reader) };
    case 3:
      return { kind: "global", type: readGlobalType(reader) };
    case 4:
      requireFeature(reader, "exceptions", "malformed import kind", at);
      return { kind: "tag", type: readTagType(reader) };
    case EXACT_FUNCTION:
      requireFeature(reader, "custom-descriptors", "malformed import kind", at);
      return { kind: "func", type: readTypeIndex(reader), exact: true };
    default:
      return reader.fail("malformed import kind", "malformed-kind", at);
  }
}

function rangeFlags(limits: Limits): number {
  return (limits.maximum === undefined ? 0 : HAS_MAXIMUM) | (limits.shared ? SHARED : 0) | (limits.is64 ? IS_64 : 0);
}

function writeRange(writer: Writer, limits: Limits): void {
  writer.u64(limits.minimum);
  if (limits.maximum !== undefined) writer.u64(limits.maximum);
}

export function writeTableType(writer: Writer, type: TableType): void {
  writeValType(writer, type.element);
  writer.u8(rangeFlags(type));
  writeRange(writer, type);
}

export function writeMemoryType(writer: Writer, type: MemoryType): void {
  const paged = type.pageSizeLog2 !== DEFAULT_PAGE_SIZE_LOG2;
  const { protection } = type;
  writer.u8(
    rangeFlags(type) |
      (paged ? PAGE_SIZE : 0) |
      (type.virtual === true ? VIRTUAL : 0) |
      (protection === undefined ? 0 : PROTECTION),
  );
  writeRange(writer, type);
  if (paged) writer.u32(type.pageSizeLog2);
  if (protection !== undefined) {
    writer.u32(protection.noAccess);
    writer.u32(protection.readOnly);
  }
}

export function writeGlobalType(writer: Writer, type: GlobalType): void {
  writeValType(writer, type.type);
  writer.u8((type.mutable ? MUTABLE : 0) | (type.shared ? SHARED_GLOBAL : 0) | (type.threadLocal ? THREAD_LOCAL : 0));
}

export function writeTagType(writer: Writer, type: number): void {
  writer.u8(0);
  writer.u32(type);
}

export function writeExternType(writer: Writer, type: ExternType): void {
  writer.u8(type.kind === "func" && type.exact ? EXACT_FUNCTION : externKinds.indexOf(type.kind));
  switch (type.kind) {
    case "func":
      writer.u32(type.type);
      return;
    case "table":
      writeTableType(writer, type.type);
      return;
    case "memory":
      writeMemoryType(writer, type.type);
      return;
    case "global":
      writeGlobalType(writer, type.type);
      return;
    case "tag":
      writeTagType(writer, type.type);
      return;
  }
}
