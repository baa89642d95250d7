/** Element and data segments in text, and their short forms inside tables and memories (core 6.6.9, 6.6.10). */
import { writeInstruction } from "../../binary/immediates.ts";
import { Writer } from "../../binary/writer.ts";
import { Immediates } from "../../ops/immediates.ts";
import { rowNamed } from "../../ops/table.ts";
import type { ElementSegment, Expression, SegmentMode } from "../../types/module.ts";
import { AbstractHeap, FUNCREF, refAbstract, type ValType } from "../../types/types.ts";
import { LEFT, RIGHT, STRING } from "../lex/lexer.ts";
import { stringBytes } from "../lex/strings.ts";
import type { Fields } from "./builder.ts";
import type { Context } from "./context.ts";
import { parseRefType } from "./types.ts";

/** The flags of segments (core 5.5.12). */
const NOT_ACTIVE = 1;
const INDEX_OR_DECLARATIVE = 2;
const EXPRESSIONS = 4;
const SHARED = 8;

type Items = ElementSegment["items"];

/** `(offset instr*)`, or one folded instruction. */
function parseOffset({ c, instructions }: Fields): Expression {
  if (!c.tryOpen("offset")) return instructions.parseExpression(true);
  const expression = instructions.parseExpression(false);
  c.close();
  return expression;
}

/** `(item instr*)`, or one folded instruction, any number of them. */
function parseItems(fields: Fields): Expression[] {
  const { c, instructions } = fields;
  const list: Expression[] = [];
  while (c.lexer.kind === LEFT) {
    if (c.tryOpen("item")) {
      list.push(instructions.parseExpression(false));
      c.close();
    } else list.push(instructions.parseExpression(true));
  }
  return list;
}

function parseFunctionIndices(c: Context): number[] {
  const indices: number[] = [];
  while (c.atIndex) indices.push(c.index(c.functions));
  return indices;
}

/** A list of elements and its type. */
interface ElementList {
  readonly type: ValType;
  readonly shared: boolean;
  readonly items: Items;
}

/** `func x*`, or a reference type and expressions; indices alone where there is an offset. */
function parseList(fields: Fields, active: boolean, shared: boolean): ElementList {
  const { c } = fields;
  const functions = refAbstract(AbstractHeap.func, false, shared);
  if (c.tryKeyword("func") || (active && (c.atIndex || c.lexer.kind === RIGHT))) {
    return { type: functions, shared, items: { kind: "functions", indices: parseFunctionIndices(c) } };
  }
  const inner = !shared && c.lexer.isOpening("shared");
  const type = inner ? parseSharedElementType(c) : parseRefType(c);
  return { type, shared: shared || inner, items: { kind: "expressions", list: parseItems(fields) } };
}

/**
 * `(shared reftype)`: says at the type what `shared` says before it (shared-everything threads, "Element Segments").
 */
function parseSharedElementType(c: Context): ValType {
  c.require("shared-everything-threads", "shared");
  c.open("shared");
  const type = parseRefType(c);
  c.close();
  return type;
}

/** `(elem id? shared? ...)`. */
export function parseElement(fields: Fields): void {
  const { c, builder } = fields;
  const offset = c.map.place(c.lexer.start);
  c.open("elem");
  c.optionalId();
  c.elements.rename(builder.elements.length, c.nameAnnotation());
  const sharedFirst = tryShared(c);
  let mode: SegmentMode = { kind: "passive" };
  if (c.tryKeyword("declare")) mode = { kind: "declarative" };
  else if (c.tryOpen("table")) {
    const index = c.index(c.tables);
    c.close();
    mode = { kind: "active", index, at: parseOffset(fields) };
  } else if (c.atIndex) {
    // The table without its keyword, as in the first version of the format.
    mode = { kind: "active", index: c.index(c.tables), at: parseOffset(fields) };
  } else if (c.lexer.kind === LEFT && !c.lexer.isOpening("ref") && !c.lexer.isOpening("shared"))
    mode = { kind: "active", index: 0, at: parseOffset(fields) };
  const { type, shared, items } = parseList(fields, mode.kind === "active", sharedFirst);
  builder.elements.push({ type, mode, shared, items, flags: elementFlags(type, mode, shared, items), offset });
  c.close();
}

function tryShared(c: Context): boolean {
  if (!c.lexer.isKeyword("shared")) return false;
  c.require("shared-everything-threads", "shared");
  c.lexer.advance();
  return true;
}

/** The shortest form that says the same. */
function elementFlags(type: ValType, mode: SegmentMode, shared: boolean, items: Items): number {
  let flags = shared ? SHARED : 0;
  const plain = items.kind === "functions" || type === (shared ? refAbstract(AbstractHeap.func, true, true) : FUNCREF);
  if (items.kind === "expressions") flags |= EXPRESSIONS;
  if (mode.kind !== "active") flags |= NOT_ACTIVE;
  if (mode.kind === "declarative" || (mode.kind === "active" && (mode.index !== 0 || !plain)))
    flags |= INDEX_OR_DECLARATIVE;
  return flags;
}

/** An expression of one instruction. */
function constant(c: Context, keyword: string, immediates: Immediates, at: number): Expression {
  const writer = new Writer(8);
  writeInstruction(writer, rowNamed(keyword), immediates);
  writeInstruction(writer, rowNamed("end"), immediates);
  const offset = c.map.place(at);
  c.map.next = offset + writer.size;
  return { bytes: writer.finish(), offset };
}

/** The offset zero in a table or memory of this address type. */
function zero(c: Context, is64: boolean): Expression {
  return constant(c, is64 ? "i64.const" : "i32.const", new Immediates(), c.lexer.start);
}

/** Function indices as the elements of a segment of this type. */
function functionItems(c: Context, type: ValType): Items {
  // Bare indices make elements of type (ref func), which is all that a table of functions needs.
  if (type === FUNCREF || type === refAbstract(AbstractHeap.func, false))
    return { kind: "functions", indices: parseFunctionIndices(c) };
  const list: Expression[] = [];
  const immediates = new Immediates();
  while (c.atIndex) {
    const at = c.lexer.start;
    immediates.index = c.index(c.functions);
    list.push(constant(c, "ref.func", immediates, at));
  }
  return { kind: "expressions", list };
}

/** `(elem ...)` inside a table: adds the segment and returns the number of elements. */
export function inlineElements(fields: Fields, table: number, type: ValType, is64: boolean): number {
  const { c, builder } = fields;
  const offset = c.map.place(c.lexer.start);
  c.open("elem");
  const mode: SegmentMode = { kind: "active", index: table, at: zero(c, is64) };
  const items: Items =
    c.lexer.kind === LEFT ? { kind: "expressions", list: parseItems(fields) } : functionItems(c, type);
  const functions = items.kind === "functions" ? refAbstract(AbstractHeap.func, false) : type;
  builder.elements.push({
    type: functions,
    mode,
    shared: false,
    items,
    flags: elementFlags(functions, mode, false, items),
    offset,
  });
  c.close();
  return items.kind === "functions" ? items.indices.length : items.list.length;
}

/** String literals, one behind the other. */
function parseStrings(c: Context): Uint8Array {
  const { lexer } = c;
  const parts: Uint8Array[] = [];
  for (; lexer.kind === STRING; lexer.advance()) parts.push(stringBytes(lexer.source, lexer.start, lexer.end));
  if (parts.length === 1) return parts[0] as Uint8Array;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** `(data id? shared? ...)`. */
export function parseData(fields: Fields): void {
  const { c, builder } = fields;
  const offset = c.map.place(c.lexer.start);
  c.open("data");
  c.optionalId();
  c.data.rename(builder.data.length, c.nameAnnotation());
  const shared = tryShared(c);
  let mode: SegmentMode = { kind: "passive" };
  let index = -1;
  if (c.tryOpen("memory")) {
    index = c.index(c.memories);
    c.close();
  } else if (c.atIndex) index = c.index(c.memories);
  if (index >= 0 || c.lexer.kind === LEFT)
    mode = { kind: "active", index: Math.max(index, 0), at: parseOffset(fields) };
  const flags =
    (shared ? SHARED : 0) |
    (mode.kind === "passive" ? NOT_ACTIVE : mode.kind === "active" && mode.index !== 0 ? INDEX_OR_DECLARATIVE : 0);
  builder.data.push({ mode, shared, bytes: parseStrings(c), flags, offset });
  c.close();
}

/** `(data ...)` inside a memory: adds the segment and returns the number of bytes. */
export function inlineData({ c, builder }: Fields, memory: number, is64: boolean): number {
  const offset = c.map.place(c.lexer.start);
  c.open("data");
  const mode: SegmentMode = { kind: "active", index: memory, at: zero(c, is64) };
  const bytes = parseStrings(c);
  builder.data.push({ mode, shared: false, bytes, flags: memory === 0 ? 0 : INDEX_OR_DECLARATIVE, offset });
  c.close();
  return bytes.length;
}
