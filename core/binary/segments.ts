/**
 * Element and data segments (core 5.5.12 and 5.5.14; shared segments from shared-everything-threads).
 *
 * Flags of an element segment:
 *
 *      3      2          1                          0
 *     +------+----------+--------------------------+-----------+
 *     |shared|expression| active: index is given   |not active |
 *     |      |s         | else: declarative        |           |
 *     +------+----------+--------------------------+-----------+
 *
 * A data segment has bits 0 (passive), 1 (index is given) and 3 (shared).
 */
import type { DataSegment, ElementSegment, Expression, SegmentMode } from "../types/module.ts";
import { AbstractHeap, FUNCREF, refAbstract, type ValType } from "../types/types.ts";
import { skipExpression } from "./instructions.ts";
import type { Reader } from "./reader.ts";
import { limits } from "./sections.ts";
import { readRefType, requireFeature, writeValType } from "./types.ts";
import type { Writer } from "./writer.ts";

const NOT_ACTIVE = 1;
const INDEX_OR_DECLARATIVE = 2;
const EXPRESSIONS = 4;
const SHARED = 8;
const FUNCTION_KIND = 0;

function readFlags(reader: Reader, allowed: number, phrase: string): number {
  const at = reader.pos;
  const flags = reader.u32();
  if ((flags & ~allowed) !== 0) reader.fail(phrase, "malformed-segment", at);
  if ((flags & SHARED) !== 0) requireFeature(reader, "shared-everything-threads", phrase, at);
  if (flags !== 0) requireFeature(reader, "bulk-memory", phrase, at);
  return flags;
}

function readActive(reader: Reader, indexed: boolean): SegmentMode {
  const index = indexed ? reader.u32() : 0;
  return { kind: "active", index, at: skipExpression(reader) };
}

export function readElementSegment(reader: Reader): ElementSegment {
  const { offset } = reader;
  const flags = readFlags(
    reader,
    NOT_ACTIVE | INDEX_OR_DECLARATIVE | EXPRESSIONS | SHARED,
    "malformed elements segment kind",
  );
  const second = (flags & INDEX_OR_DECLARATIVE) !== 0;
  const shared = (flags & SHARED) !== 0;
  const active = (flags & NOT_ACTIVE) === 0;
  const mode: SegmentMode = active ? readActive(reader, second) : { kind: second ? "declarative" : "passive" };
  const typed = !active || second;
  if ((flags & EXPRESSIONS) !== 0) {
    const type = typed ? readRefType(reader) : shared ? refAbstract(AbstractHeap.func, true, true) : FUNCREF;
    return { type, mode, shared, items: { kind: "expressions", list: readExpressions(reader) }, flags, offset };
  }
  if (typed && reader.u8() !== FUNCTION_KIND)
    reader.fail("malformed element kind", "malformed-segment", reader.pos - 1, "0");
  const type: ValType = refAbstract(AbstractHeap.func, false, shared);
  return { type, mode, shared, items: { kind: "functions", indices: readIndices(reader) }, flags, offset };
}

function readExpressions(reader: Reader): readonly Expression[] {
  const count = reader.count("elements", limits.segmentItems);
  const list: Expression[] = [];
  for (let i = 0; i < count; i++) list.push(skipExpression(reader));
  return list;
}

function readIndices(reader: Reader): readonly number[] {
  const count = reader.count("elements", limits.segmentItems);
  const indices: number[] = [];
  for (let i = 0; i < count; i++) indices.push(reader.u32());
  return indices;
}

export function readDataSegment(reader: Reader): DataSegment {
  const { offset } = reader;
  const at = reader.pos;
  const flags = readFlags(reader, NOT_ACTIVE | INDEX_OR_DECLARATIVE | SHARED, "malformed data segment kind");
  const passive = (flags & NOT_ACTIVE) !== 0;
  const indexed = (flags & INDEX_OR_DECLARATIVE) !== 0;
  if (passive && indexed) reader.fail("malformed data segment kind", "malformed-segment", at);
  const mode: SegmentMode = passive ? { kind: "passive" } : readActive(reader, indexed);
  return { mode, shared: (flags & SHARED) !== 0, bytes: reader.byteVector(), flags, offset };
}

function writeActive(writer: Writer, mode: SegmentMode, flags: number): void {
  if (mode.kind !== "active") return;
  if ((flags & INDEX_OR_DECLARATIVE) !== 0) writer.u32(mode.index);
  writer.bytes(mode.at.bytes);
}

export function writeElementSegment(writer: Writer, segment: ElementSegment): void {
  const { flags, mode, items } = segment;
  writer.u32(flags);
  writeActive(writer, mode, flags);
  const typed = (flags & (NOT_ACTIVE | INDEX_OR_DECLARATIVE)) !== 0;
  if (items.kind === "expressions") {
    if (typed) writeValType(writer, segment.type);
    writer.vector(items.list, (item) => writer.bytes(item.bytes));
  } else {
    if (typed) writer.u8(FUNCTION_KIND);
    writer.vector(items.indices, (index) => writer.u32(index));
  }
}

export function writeDataSegment(writer: Writer, segment: DataSegment): void {
  writer.u32(segment.flags);
  writeActive(writer, segment.mode, segment.flags);
  writer.byteVector(segment.bytes);
}
