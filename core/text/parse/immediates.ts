/**
 * Immediates in text: one parser per kind, and the orders in which the text format writes them where they are not those
 * of the binary format (core 6.5).
 */
import type { ImmediateKind, Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import { rows } from "../../ops/table.ts";
import { isNullable, type ValType } from "../../types/types.ts";
import { formatF32, formatF64 } from "../lex/floats.ts";
import { parseI32 } from "../lex/integers.ts";
import { ID, type Lexer, NUMBER } from "../lex/lexer.ts";
import { parseCatches, parseHandlers } from "./clauses.ts";
import type { Context } from "./context.ts";
import { parseMemoryArgument, parseOrders } from "./memory-argument.ts";
import { parseBlockType, parseCallType } from "./type-use.ts";
import { parseHeapType, parseRefType, parseValTypes } from "./types.ts";
import { storeBits, takeFloat, takeInteger, takeLane, takeLanes, takeVector } from "./vectors.ts";

/** Reads one or more immediates of the instruction `row` into `into`. */
type Step = (c: Context, into: Immediates, row: Row) => void;

/** An index (`IndexKind`). */
const indexed =
  (read: (c: Context, into: Immediates) => number, second: boolean): Step =>
  (c, into) => {
    if (second) into.index2 = read(c, into);
    else into.index = read(c, into);
  };

function field(c: Context, into: Immediates): number {
  const space = c.types.fields.get(into.index);
  if (space !== undefined) return c.index(space);
  if (c.lexer.kind === ID) c.lexer.fail(`unknown field ${c.lexer.text()}`, "unknown-field");
  if (c.lexer.kind !== NUMBER) c.unexpected("a field index");
  return c.u32();
}

function dataIndex(c: Context): number {
  c.usesData = true;
  return c.index(c.data);
}

const protections: readonly string[] = ["none", "read", "readwrite"];
function protection(c: Context, into: Immediates): void {
  if (c.lexer.kind === NUMBER) {
    into.count = c.u32();
    return;
  }
  into.count = protections.indexOf(c.lexer.text());
  if (into.count < 0) c.unexpected("none, read or readwrite");
  c.lexer.advance();
}

function labels(c: Context, into: Immediates): void {
  const list = [c.label()];
  while (c.atIndex) list.push(c.label());
  into.label = list.pop() as number;
  into.labels = list;
}

const bytes4 = new Uint8Array(4);
const bytes8 = new Uint8Array(8);
function float(bytes: Uint8Array, format: typeof formatF32): Step {
  return (c, into) => {
    storeBits(bytes, 0, takeFloat(c, format), format.bits);
    into.bytes = bytes.slice();
  };
}

function i32(c: Context, into: Immediates): void {
  const lexer: Lexer = c.lexer;
  const value = lexer.kind === NUMBER ? parseI32(lexer.source, lexer.start, lexer.end) : undefined;
  if (value === undefined) c.unexpected("an i32");
  if (value === null) lexer.fail("constant out of range", "constant-out-of-range", lexer.start, "an i32");
  lexer.advance();
  into.i32 = value | 0;
}

/** One step per kind; `second` tells that it is the row's second index. */
const steps: Readonly<Record<ImmediateKind, (second: boolean) => Step>> = {
  blocktype: () => parseBlockType,
  label: () => (c, into) => {
    into.label = c.label();
  },
  labels: () => labels,
  func: (second) => indexed((c) => c.index(c.functions), second),
  type: (second) => indexed((c) => c.index(c.types.space), second),
  table: (second) => indexed((c) => c.optionalIndex(c.tables), second),
  memory: (second) => indexed((c) => c.optionalIndex(c.memories), second),
  global: (second) => indexed((c) => c.index(c.globals), second),
  local: (second) => indexed((c) => c.index(c.locals), second),
  tag: (second) => indexed((c) => c.index(c.tags), second),
  data: (second) => indexed(dataIndex, second),
  elem: (second) => indexed((c) => c.index(c.elements), second),
  field: (second) => indexed(field, second),
  heaptype: () => (c, into) => {
    into.heap = parseHeapType(c);
  },
  reftype: () => (c, into) => {
    into.heap = parseRefType(c);
  },
  castflags: () => (c, into) => {
    into.label = c.label();
    into.heap = parseRefType(c);
    into.heap2 = parseRefType(c);
  },
  valtypes: () => valtypes,
  memarg: () => parseMemoryArgument,
  lane: () => (c, into) => {
    into.lane = takeLane(c);
  },
  lanes: () => (c, into) => {
    into.bytes = takeLanes(c);
  },
  i32: () => i32,
  i64: () => (c, into) => {
    into.i64 = BigInt.asIntN(64, takeInteger(c, 64));
  },
  f32: () => float(bytes4, formatF32),
  f64: () => float(bytes8, formatF64),
  v128: () => (c, into) => {
    into.bytes = takeVector(c);
  },
  count: () => (c, into) => {
    into.count = c.u32();
  },
  order: () => (c, into) => parseOrders(c, into, 1),
  orders: () => (c, into) => parseOrders(c, into, 2),
  fence: () => (c, into) => parseOrders(c, into, 1),
  catches: () => (c, into) => {
    into.catches = parseCatches(c);
  },
  handlers: () => (c, into) => {
    into.handlers = parseHandlers(c);
  },
  protection: () => protection,
  zero: () => () => {},
};

function valtypes(c: Context, into: Immediates): void {
  const types: ValType[] = [];
  while (c.tryOpen("result")) parseValTypes(c, types);
  into.types = types;
}

/**
 * `table.init x? y` and `memory.init x? y`: the segment comes last, and is all there is where one index stands alone.
 */
function segmentInit(tables: boolean): Step {
  return (c, into) => {
    const spaces = tables ? c.tables : c.memories;
    const lexer: Lexer = c.lexer;
    const two = c.atIndex && (lexer.nextKind === ID || lexer.nextKind === NUMBER);
    into.index2 = two ? c.index(spaces) : 0;
    into.index = tables ? c.index(c.elements) : dataIndex(c);
  };
}

/** `table.copy` and `memory.copy`: both indices or neither. */
function copy(tables: boolean): Step {
  return (c, into) => {
    const spaces = tables ? c.tables : c.memories;
    const given = c.atIndex;
    into.index = given ? c.index(spaces) : 0;
    into.index2 = given ? c.index(spaces) : 0;
  };
}

/** `call_indirect x? typeuse`. */
const indirect: Step = (c, into) => {
  into.index2 = c.optionalIndex(c.tables);
  into.index = parseCallType(c);
};

/** Orders that the text writes otherwise than the binary, by the kinds of the row. */
const special: Readonly<Record<string, Step>> = {
  "type table": indirect,
  "elem table": segmentInit(true),
  "data memory": segmentInit(false),
  "table table": copy(true),
  "memory memory": copy(false),
};

function planOf(row: Row): readonly Step[] {
  const other = special[row.immediates.join(" ")];
  return other === undefined
    ? row.immediates.map((kind, position) => steps[kind](position === row.secondIndex))
    : [other];
}

/** What to read after each instruction's keyword, by the row's id. */
const plans: readonly (readonly Step[])[] = rows.map(planOf);

/** The second row with a keyword, by the id of the first: what is written behind the keyword chooses. */
const variants: (Row | undefined)[] = rows.map(() => undefined);
const firstRows = new Map<string, Row>();
for (const row of rows) {
  const first = firstRows.get(row.keyword);
  if (first === undefined) firstRows.set(row.keyword, row);
  else variants[first.id] = row;
}

/**
 * Reads the immediates of an instruction. Returns its row: another one where the immediates choose between two codes.
 */
export function parseImmediates(c: Context, row: Row, into: Immediates): Row {
  for (const step of plans[row.id] as readonly Step[]) step(c, into, row);
  const variant = variants[row.id];
  if (variant === undefined) return row;
  if (variant.nullable) return isNullable(into.heap) ? variant : row;
  // `select`, whose second form has the type that the first does without.
  if (!c.lexer.isOpening("result")) return row;
  valtypes(c, into);
  return variant;
}
