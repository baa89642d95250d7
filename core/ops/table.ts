/** The instruction table: the rows of all families, found by code and by name. */
import { InternalError } from "../base/assert.ts";
import { aggregateRows } from "./aggregates.ts";
import { controlRows } from "./control.ts";
import { descriptorRows } from "./descriptors.ts";
import { exceptionRows } from "./exceptions.ts";
import { halfRows } from "./half.ts";
import { memoryRows } from "./memory.ts";
import { numericRows } from "./numeric.ts";
import { referenceRows } from "./references.ts";
import type { Row, RowSpec } from "./row.ts";
import { sharedRows } from "./shared.ts";
import { simdRows } from "./simd.ts";
import { stackSwitchingRows } from "./stack-switching.ts";
import { tableRows } from "./tables.ts";
import { threadRows } from "./threads.ts";
import { variableRows } from "./variables.ts";

/** The lowest prefix byte; the others follow it. */
const FIRST_PREFIX = 0xfb;
/** Codes after a prefix lie below this. */
const CODES = 0x200;

/** All rows of a list of specifications, with defaults filled in. Throws where two rows have one code or one name. */
export function buildTable(specs: readonly RowSpec[]): readonly Row[] {
  const names = new Set<string>();
  const codes = new Set<string>();
  const claim = (taken: Set<string>, what: string): void => {
    if (taken.has(what)) throw new InternalError(`two instructions have ${what}`);
    taken.add(what);
  };
  return specs.map((spec, id) => {
    const row: Row = {
      prefix: 0,
      immediates: [],
      signature: undefined,
      rule: undefined,
      feature: "mvp",
      effects: {},
      lowering: "keep",
      memory: undefined,
      control: undefined,
      constant: false,
      aliases: [],
      spellings: [],
      ...spec,
      id,
    };
    if (row.signature === undefined && row.rule === undefined) throw new InternalError(`${row.name} has neither signature nor rule`);
    for (const name of [row.name, ...row.spellings]) claim(names, `the name ${name}`);
    for (const { prefix, code } of [row, ...row.aliases]) {
      if (code >= (prefix === 0 ? 0x100 : CODES)) throw new InternalError(`the code of ${row.name} is out of range`);
      claim(codes, `the code ${prefix.toString(16)} ${code.toString(16)}`);
    }
    return row;
  });
}

/** Every instruction of the language; a row's `id` is its index here. */
export const rows: readonly Row[] = buildTable([
  ...controlRows,
  ...exceptionRows,
  ...variableRows,
  ...tableRows,
  ...memoryRows,
  ...numericRows,
  ...referenceRows,
  ...aggregateRows,
  ...descriptorRows,
  ...stackSwitchingRows,
  ...halfRows,
  ...simdRows,
  ...threadRows,
  ...sharedRows,
]);

const emptyCodes = (length: number): (Row | undefined)[] => new Array<Row | undefined>(length).fill(undefined);

/** Rows by single-byte opcode. */
export const singleByteRows: readonly (Row | undefined)[] = emptyCodes(0x100);
/** Rows by the code after each prefix: FB, FC, FD, FE in this order. */
export const prefixedRows: readonly (readonly (Row | undefined)[])[] = [0, 1, 2, 3].map(() => emptyCodes(CODES));
const byName = new Map<string, Row>();

function enter(row: Row): void {
  for (const { prefix, code } of [row, ...row.aliases]) {
    const codes = (prefix === 0 ? singleByteRows : prefixedRows[prefix - FIRST_PREFIX]) as (Row | undefined)[];
    codes[code] = row;
  }
  for (const name of [row.name, ...row.spellings]) byName.set(name, row);
}
rows.forEach(enter);

/** True for the bytes that an LEB128 code follows. */
export function isPrefix(byte: number): boolean {
  return byte >= FIRST_PREFIX && byte <= 0xfe;
}

/** The row of an opcode: `prefix` is 0 for single-byte opcodes. Aliases lead to their instruction's row. */
export function rowByCode(prefix: number, code: number): Row | undefined {
  return prefix === 0 ? singleByteRows[code] : prefixedRows[prefix - FIRST_PREFIX]?.[code];
}

/** The row of a keyword, other spellings included. */
export function rowByName(name: string): Row | undefined {
  return byName.get(name);
}

const shape = /^[if]\d+x(\d+)\./;

/**
 * How many lanes a lane index chooses among: for lane accesses of vectors (`i8x16.extract_lane_s`: 16), of memories
 * (`v128.load8_lane`: 16), and shuffles (32, the lanes of both operands). Zero for other rows.
 */
export function laneCount(row: Row): number {
  if (row.immediates.includes("lanes")) return 32;
  if (!row.immediates.includes("lane")) return 0;
  if (row.memory !== undefined) return 16 >> row.memory.sizeLog2;
  return Number(shape.exec(row.name)?.[1] ?? 0);
}
