/**
 * Walks the instructions of an expression.
 *
 * This is where the grammar of code is checked, and only here: decoding a module cuts out the functions' bodies without
 * looking into them, so whoever walks a body first (the validator) raises the errors of malformed code.
 */
import type { FeatureSet } from "../base/features.ts";
import { Immediates } from "../ops/immediates.ts";
import type { Row } from "../ops/row.ts";
import { prefixedRows, rowNamed, rows, singleByteRows } from "../ops/table.ts";
import type { Expression } from "../types/module.ts";
import { readImmediates } from "./immediates.ts";
import { Reader } from "./reader.ts";

const FIRST_PREFIX = 0xfb;
const LAST_PREFIX = 0xfe;

/** How an instruction changes the depth of nesting. */
const OPENS = 1;
const CLOSES = 2;
const nesting = Uint8Array.from(rows, ({ control }) => {
  switch (control) {
    case "block":
    case "loop":
    case "if":
    case "try":
    case "try_table":
      return OPENS;
    case "end":
    case "delegate":
      return CLOSES;
    default:
      return 0;
  }
});

/**
 * Rows by opcode, without those whose feature is off: one lookup tells both what an opcode means and that it may stand
 * here.
 */
interface AllowedRows {
  readonly single: readonly (Row | undefined)[];
  readonly prefixed: readonly (readonly (Row | undefined)[])[];
}
const allowedOf = new WeakMap<FeatureSet, AllowedRows>();

function allowedRows(features: FeatureSet): AllowedRows {
  let allowed = allowedOf.get(features);
  if (allowed === undefined) {
    const filter = (codes: readonly (Row | undefined)[]): (Row | undefined)[] =>
      codes.map((row) => (row !== undefined && features.has(row.feature) ? row : undefined));
    allowed = { single: filter(singleByteRows), prefixed: prefixedRows.map(filter) };
    allowedOf.set(features, allowed);
  }
  return allowed;
}

const hex = (value: number): string => value.toString(16).padStart(2, "0");

/** Reads an opcode; raises the error of one that no row has, or whose feature is off. */
export function readOpcode(reader: Reader): Row {
  const at = reader.pos;
  const first = reader.u8();
  if (first < FIRST_PREFIX || first > LAST_PREFIX) {
    return singleByteRows[first] ?? reader.fail(`illegal opcode ${hex(first)}`, "illegal-opcode", at);
  }
  const code = reader.u32();
  return (
    prefixedRows[first - FIRST_PREFIX]?.[code] ??
    reader.fail(`illegal opcode ${hex(first)} ${hex(code)}`, "illegal-opcode", at)
  );
}

/** Reads an opcode, and raises the error of an instruction whose feature is off. */
function readRow(reader: Reader, allowed: AllowedRows): Row {
  const { pos } = reader;
  const row = pos < reader.end ? allowed.single[reader.bytes[pos] as number] : undefined;
  if (row === undefined) return readRowSlow(reader, allowed);
  reader.pos = pos + 1;
  return row;
}

/** The same for opcodes behind a prefix, and for those that raise an error. */
function readRowSlow(reader: Reader, allowed: AllowedRows): Row {
  const at = reader.pos;
  const row = readOpcode(reader);
  const same = row.prefix === 0 ? allowed.single[row.code] : allowed.prefixed[row.prefix - FIRST_PREFIX]?.[row.code];
  if (same !== undefined) return same;
  return reader.fail(
    `illegal opcode: ${row.name} needs the feature ${row.feature}, which is off`,
    "feature-off",
    at,
    `the feature ${row.feature}`,
  );
}

/** What a cursor stands at before it has moved. */
const END = rowNamed("end");

/** A cursor over one expression. Its objects are reused from one instruction to the next. */
export class InstructionCursor {
  /** Immediates of the current instruction: only the fields that its row names. */
  readonly immediates = new Immediates();
  /** The current instruction. */
  row: Row = END;
  /** Offset of the current instruction's opcode in the module. */
  offset: number;
  readonly #reader: Reader;
  readonly #allowed: AllowedRows;
  #depth = 1;

  constructor(expression: Expression, features: FeatureSet) {
    this.#reader = new Reader(expression.bytes, features, expression.offset);
    this.#allowed = allowedRows(features);
    this.offset = expression.offset;
  }

  /** How many blocks are open around the next instruction, the expression itself included; 0 after its `end`. */
  get nesting(): number {
    return this.#depth;
  }

  /** Offset of the byte after the current instruction. */
  get endOffset(): number {
    return this.#reader.offset;
  }

  /** Goes to the next instruction. False after the expression's own `end`, which must be its last byte. */
  next(): boolean {
    const reader = this.#reader;
    if (this.#depth === 0) {
      if (reader.pos < reader.end) reader.fail("section size mismatch: bytes follow the final end", "size-mismatch");
      return false;
    }
    this.offset = reader.base + reader.pos;
    const row = readRow(reader, this.#allowed);
    this.row = row;
    readImmediates(reader, row, this.immediates);
    const change = nesting[row.id];
    if (change === OPENS) this.#depth++;
    else if (change === CLOSES) this.#depth--;
    return true;
  }
}

/** Where `skipExpression` puts the immediates that it does not look at. */
const skipped = new Immediates();

/** Skips an expression; `reader` is then behind its `end`. Raises the errors of malformed instructions. */
export function skipExpression(reader: Reader): Expression {
  const start = reader.pos;
  const { offset } = reader;
  const allowed = allowedRows(reader.features);
  let depth = 1;
  while (depth > 0) {
    const row = readRow(reader, allowed);
    readImmediates(reader, row, skipped);
    const change = nesting[row.id];
    if (change === OPENS) depth++;
    else if (change === CLOSES) depth--;
  }
  return { bytes: reader.bytes.subarray(start, reader.pos), offset };
}
