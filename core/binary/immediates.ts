/**
 * Immediates in the binary format: for each kind of `core/ops/immediates.ts` one reader and one writer, and nothing
 * else in the project knows how an instruction's immediates are laid out in bytes.
 */
import {
  type CatchClause,
  type Handler,
  type ImmediateKind,
  type Immediates,
  type IndexKind,
  isIndexKind,
  isOptionalIndex,
  type Order,
} from "../ops/immediates.ts";
import type { Row } from "../ops/row.ts";
import { rows } from "../ops/table.ts";
import { isNullable, type ValType, withNull } from "../types/types.ts";
import type { Reader } from "./reader.ts";
import { readHeapType, readValType, requireFeature, writeHeapType, writeValType } from "./types.ts";
import type { Writer } from "./writer.ts";

/** Labels of one `br_table` (JS API, "Implementation-defined limits"). */
const MAXIMUM_LABELS = 65_520;
/** Values named by one `select`, clauses of one handler list: far above what any compiler writes. */
const MAXIMUM_TYPES = 1000;
const MAXIMUM_CLAUSES = 65_520;

const MEMARG_ORDER = 0x10;
const MEMARG_INDEX = 0x40;
const EMPTY_BLOCK = 0x40;
const CATCH_KINDS: readonly CatchClause["kind"][] = ["catch", "catch_ref", "catch_all", "catch_all_ref"];

/**
 * How a row's immediates are read. Rows with one immediate, of the kinds that most instructions have, need no loop over
 * kinds.
 */
const NONE = 0;
const INDEX = 1;
const LABEL = 2;
const MEMARG = 3;
const CONSTANT = 4;
const BLOCK_TYPE = 5;
const MIXED = 6;
function shapeOf(kind: ImmediateKind): number {
  switch (kind) {
    case "label":
      return LABEL;
    case "memarg":
      return MEMARG;
    case "i32":
      return CONSTANT;
    case "blocktype":
      return BLOCK_TYPE;
    default:
      return isIndexKind(kind) && !isOptionalIndex(kind) ? INDEX : MIXED;
  }
}
const shapes = Uint8Array.from(rows, ({ immediates: [first, ...others] }) => {
  if (first === undefined) return NONE;
  return others.length === 0 ? shapeOf(first) : MIXED;
});

/** For each row and each of its immediates: whether it is an index. */
const indices: readonly (readonly boolean[])[] = rows.map(({ immediates }) => immediates.map(isIndexKind));

/** Reads the immediates of an instruction whose opcode was just read. */
export function readImmediates(reader: Reader, row: Row, into: Immediates): void {
  switch (shapes[row.id]) {
    case NONE:
      return;
    case INDEX:
      into.index = reader.u32();
      return;
    case LABEL:
      into.label = reader.u32();
      return;
    case MEMARG:
      readMemarg(reader, row, into);
      return;
    case CONSTANT:
      into.i32 = reader.s32();
      return;
    case BLOCK_TYPE:
      readBlockType(reader, into);
      return;
    default:
      readMixed(reader, row, into);
  }
}

function readMixed(reader: Reader, row: Row, into: Immediates): void {
  const { immediates } = row;
  const isIndex = indices[row.id] as readonly boolean[];
  for (let i = 0; i < immediates.length; i++) {
    const kind = immediates[i] as ImmediateKind;
    if (isIndex[i] === true) {
      const index = readIndex(reader, kind as IndexKind);
      if (i === row.secondIndex) into.index2 = index;
      else into.index = index;
    } else readImmediate(reader, row, kind as Exclude<ImmediateKind, IndexKind>, into);
  }
}

function readImmediate(reader: Reader, row: Row, kind: Exclude<ImmediateKind, IndexKind>, into: Immediates): void {
  switch (kind) {
    case "memarg":
      readMemarg(reader, row, into);
      return;
    case "i32":
      into.i32 = reader.s32();
      return;
    case "label":
      into.label = reader.u32();
      return;
    case "blocktype":
      readBlockType(reader, into);
      return;
    case "i64":
      into.i64 = reader.s64();
      return;
    case "f32":
      into.bytes = reader.take(4);
      return;
    case "f64":
      into.bytes = reader.take(8);
      return;
    case "v128":
    case "lanes":
      into.bytes = reader.take(16);
      return;
    case "lane":
      into.lane = reader.u8();
      return;
    case "labels":
      into.labels = readLabels(reader);
      into.label = reader.u32();
      return;
    case "heaptype":
      into.heap = readHeapType(reader);
      return;
    case "reftype":
      into.heap = row.nullable ? withNull(readHeapType(reader)) : readHeapType(reader);
      return;
    case "castflags":
      readCast(reader, into);
      return;
    case "valtypes":
      into.types = readValTypes(reader);
      return;
    case "count":
      into.count = reader.u32();
      return;
    case "order":
    case "orders":
    case "fence":
      into.order = readOrder(reader, kind === "orders");
      into.hasOrder = true;
      if (kind === "fence" && into.order !== "seqcst")
        requireFeature(reader, "relaxed-atomics", "malformed memory order", reader.pos - 1);
      return;
    case "catches":
      into.catches = readCatches(reader);
      return;
    case "handlers":
      into.handlers = readHandlers(reader);
      return;
    case "protection":
      into.count = reader.u8();
      if (into.count > 2)
        reader.fail("malformed memory protection", "malformed-protection", reader.pos - 1, "0, 1 or 2");
      return;
    case "zero":
      if (reader.u8() !== 0) reader.fail("zero byte expected", "zero-byte-expected", reader.pos - 1);
      return;
  }
}

/** An index. Before there could be several memories or tables, a zero byte stood in the place of theirs. */
function readIndex(reader: Reader, kind: IndexKind): number {
  const at = reader.pos;
  const index = reader.u32();
  if (isOptionalIndex(kind) && (index !== 0 || reader.pos !== at + 1)) {
    requireFeature(reader, kind === "memory" ? "multi-memory" : "reference-types", "zero byte expected", at);
  }
  return index;
}

function readMemarg(reader: Reader, row: Row, into: Immediates): void {
  const at = reader.pos;
  const flags = reader.u32();
  if (flags >= 0x80) reader.fail("malformed memop flags", "malformed-memarg", at, "flags below 0x80");
  into.hasOrder = false;
  into.order = "seqcst";
  into.index = 0;
  let align = flags & 0x3f;
  if ((flags & MEMARG_INDEX) !== 0) {
    requireFeature(reader, "multi-memory", "malformed memop flags", at);
    into.index = reader.u32();
  }
  // On any other access the bit is part of an alignment, and that is larger than natural.
  if ((flags & MEMARG_ORDER) !== 0 && row.orders !== 0) {
    requireFeature(reader, "relaxed-atomics", "malformed memop flags", at);
    align &= ~MEMARG_ORDER;
    into.order = readOrder(reader, row.orders === 2);
    into.hasOrder = true;
  }
  into.align = align;
  into.offset = reader.u64();
}

/** Read-modify-writes have the order of their read in the low and of their write in the high half. */
function readOrder(reader: Reader, both: boolean): Order {
  const byte = reader.u8();
  if (byte === 0) return "seqcst";
  // 0x01 in the place of 0x11 is what wasm-tools writes.
  if (byte === 1 || (both && byte === 0x11)) return "acqrel";
  return reader.fail(
    "malformed memory order",
    "malformed-order",
    reader.pos - 1,
    both ? "0x00 or 0x11" : "0x00 or 0x01",
  );
}

function readBlockType(reader: Reader, into: Immediates): void {
  const at = reader.pos;
  const first = reader.peek();
  if (first === EMPTY_BLOCK) {
    reader.pos++;
    into.blockKind = "empty";
  } else if ((first & 0xc0) === 0x40) {
    into.blockKind = "result";
    into.block = readValType(reader, "malformed block type");
  } else {
    const index = reader.s33();
    if (index < 0) reader.fail("malformed block type", "malformed-type", at);
    requireFeature(reader, "multi-value", "malformed block type", at);
    into.blockKind = "type";
    into.block = index;
  }
}

function readLabels(reader: Reader): readonly number[] {
  const count = reader.count("labels", MAXIMUM_LABELS);
  const labels: number[] = [];
  for (let i = 0; i < count; i++) labels.push(reader.u32());
  return labels;
}

function readValTypes(reader: Reader): readonly ValType[] {
  const count = reader.count("types", MAXIMUM_TYPES);
  const types: ValType[] = [];
  for (let i = 0; i < count; i++) types.push(readValType(reader));
  return types;
}

function readCast(reader: Reader, into: Immediates): void {
  const flags = reader.u8();
  if (flags > 3) reader.fail("malformed br_on_cast flags", "malformed-cast-flags", reader.pos - 1, "0 to 3");
  into.label = reader.u32();
  const source = readHeapType(reader);
  const target = readHeapType(reader);
  into.heap = (flags & 1) !== 0 ? withNull(source) : source;
  into.heap2 = (flags & 2) !== 0 ? withNull(target) : target;
}

function readCatches(reader: Reader): readonly CatchClause[] {
  const count = reader.count("catch clauses", MAXIMUM_CLAUSES);
  const clauses: CatchClause[] = [];
  for (let i = 0; i < count; i++) {
    const kind = CATCH_KINDS[reader.u8()];
    if (kind === undefined) return reader.fail("malformed catch clause", "malformed-catch", reader.pos - 1);
    const tag = kind === "catch" || kind === "catch_ref" ? reader.u32() : undefined;
    clauses.push({ kind, tag, label: reader.u32() });
  }
  return clauses;
}

function readHandlers(reader: Reader): readonly Handler[] {
  const count = reader.count("handlers", MAXIMUM_CLAUSES);
  const handlers: Handler[] = [];
  for (let i = 0; i < count; i++) {
    const kind = reader.u8();
    if (kind > 1) reader.fail("malformed handler", "malformed-handler", reader.pos - 1);
    const tag = reader.u32();
    handlers.push({ tag, label: kind === 0 ? reader.u32() : undefined });
  }
  return handlers;
}

export function writeOpcode(writer: Writer, { prefix, code }: Row): void {
  if (prefix === 0) {
    writer.u8(code);
  } else {
    writer.u8(prefix);
    writer.u32(code);
  }
}

/** Writes an instruction: opcode and immediates. */
export function writeInstruction(writer: Writer, row: Row, immediates: Immediates): void {
  writeOpcode(writer, row);
  switch (shapes[row.id]) {
    case NONE:
      return;
    case INDEX:
      writer.u32(immediates.index);
      return;
    case MEMARG:
      writeMemarg(writer, row, immediates);
      return;
    case CONSTANT:
      writer.s32(immediates.i32);
      return;
  }
  const isIndex = indices[row.id] as readonly boolean[];
  for (let i = 0; i < row.immediates.length; i++) {
    if (isIndex[i] === true) writer.u32(i === row.secondIndex ? immediates.index2 : immediates.index);
    else writeImmediate(writer, row, row.immediates[i] as Exclude<ImmediateKind, IndexKind>, immediates);
  }
}

function writeImmediate(writer: Writer, row: Row, kind: Exclude<ImmediateKind, IndexKind>, from: Immediates): void {
  switch (kind) {
    case "memarg":
      writeMemarg(writer, row, from);
      return;
    case "i32":
      writer.s32(from.i32);
      return;
    case "i64":
      writer.s64(from.i64);
      return;
    case "f32":
    case "f64":
    case "v128":
    case "lanes":
      writer.bytes(from.bytes);
      return;
    case "lane":
      writer.u8(from.lane);
      return;
    case "label":
      writer.u32(from.label);
      return;
    case "labels":
      writer.vector(from.labels, (label) => writer.u32(label));
      writer.u32(from.label);
      return;
    case "blocktype":
      writeBlockType(writer, from);
      return;
    case "heaptype":
    case "reftype":
      writeHeapType(writer, from.heap);
      return;
    case "castflags":
      writeCast(writer, from);
      return;
    case "valtypes":
      writer.vector(from.types, (type) => writeValType(writer, type));
      return;
    case "count":
      writer.u32(from.count);
      return;
    case "protection":
      writer.u8(from.count);
      return;
    case "order":
    case "fence":
      writer.u8(from.order === "seqcst" ? 0 : 1);
      return;
    case "orders":
      writer.u8(from.order === "seqcst" ? 0 : 0x11);
      return;
    case "catches":
      writer.vector(from.catches, (clause) => writeCatch(writer, clause));
      return;
    case "handlers":
      writer.vector(from.handlers, (handler) => writeHandler(writer, handler));
      return;
    case "zero":
      writer.u8(0);
      return;
  }
}

function writeMemarg(writer: Writer, row: Row, from: Immediates): void {
  const ordered = from.hasOrder && row.orders !== 0;
  writer.u32(from.align | (from.index === 0 ? 0 : MEMARG_INDEX) | (ordered ? MEMARG_ORDER : 0));
  if (from.index !== 0) writer.u32(from.index);
  if (ordered) writer.u8(from.order === "seqcst" ? 0 : row.orders === 2 ? 0x11 : 1);
  writer.u64(from.offset);
}

function writeBlockType(writer: Writer, from: Immediates): void {
  if (from.blockKind === "empty") writer.u8(EMPTY_BLOCK);
  else if (from.blockKind === "result") writeValType(writer, from.block as ValType);
  else writer.s33(from.block);
}

function writeCast(writer: Writer, from: Immediates): void {
  writer.u8((isNullable(from.heap) ? 1 : 0) | (isNullable(from.heap2) ? 2 : 0));
  writer.u32(from.label);
  writeHeapType(writer, from.heap);
  writeHeapType(writer, from.heap2);
}

function writeCatch(writer: Writer, clause: CatchClause): void {
  writer.u8(CATCH_KINDS.indexOf(clause.kind));
  if (clause.tag !== undefined) writer.u32(clause.tag);
  writer.u32(clause.label);
}

function writeHandler(writer: Writer, handler: Handler): void {
  writer.u8(handler.label === undefined ? 1 : 0);
  writer.u32(handler.tag);
  if (handler.label !== undefined) writer.u32(handler.label);
}
