/** The instruction table: the rows of all families, found by code, by name, and by what they do. */
import { InternalError } from "../base/assert.ts";
import type { ValType } from "../types/types.ts";
import { aggregateRows } from "./aggregates.ts";
import { controlRows } from "./control.ts";
import { descriptorRows } from "./descriptors.ts";
import { exceptionRows } from "./exceptions.ts";
import { halfRows } from "./half.ts";
import { isIndexKind } from "./immediates.ts";
import { memoryRows } from "./memory.ts";
import { numericRows } from "./numeric.ts";
import { referenceRows } from "./references.ts";
import type { AtomicOperation, Row, RowSpec, Signature, Typing } from "./row.ts";
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

const isSignature = (typing: Typing): typing is Signature =>
  [...typing.params, ...typing.results].every((slot) => typeof slot === "number");

function ordersOf(atomic: AtomicOperation | undefined): Row["orders"] {
  if (atomic === undefined) return 0;
  return atomic === "get" || atomic === "set" ? 1 : 2;
}

function rowOf(spec: RowSpec, id: number): Row {
  const { name, immediates = [], typing, atomic } = spec;
  const indices = immediates.flatMap((kind, position) => (isIndexKind(kind) ? [position] : []));
  // The memory of an access is in `index`.
  if (indices.length > (immediates.includes("memarg") ? 0 : 2))
    throw new InternalError(`${name} has more indices than two`);
  return {
    prefix: 0,
    keyword: name,
    immediates,
    rule: undefined,
    terminal: false,
    literal: false,
    feature: "mvp",
    effects: {},
    lowering: "keep",
    memory: undefined,
    control: undefined,
    call: undefined,
    branchHint: false,
    place: undefined,
    atomic,
    sign: undefined,
    nullable: false,
    lanes: 0,
    constant: false,
    aliases: [],
    spellings: [],
    ...spec,
    secondIndex: indices[1] ?? -1,
    signature: isSignature(typing) ? typing : undefined,
    orders: ordersOf(atomic),
    id,
  };
}

/** All rows of a list of specifications, with defaults filled in. Throws where two rows have one code or one name. */
export function buildTable(specs: readonly RowSpec[]): readonly Row[] {
  const names = new Set<string>();
  const codes = new Set<string>();
  const claim = (taken: Set<string>, what: string): void => {
    if (taken.has(what)) throw new InternalError(`two instructions have ${what}`);
    taken.add(what);
  };
  return specs.map((spec, id) => {
    const row = rowOf(spec, id);
    if (row.signature === undefined && row.rule === undefined)
      throw new InternalError(`${row.name} has neither signature nor rule`);
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

/** The row of an instruction that there is: for whoever writes instructions, or is about a single one. */
export function rowNamed(name: string): Row {
  const row = byName.get(name);
  if (row === undefined) throw new InternalError(`no instruction is called ${name}`);
  return row;
}

/** What is to be known about single instructions, by the row's `id`. Throws where a name is no instruction's. */
export function byRow<T>(entries: Readonly<Record<string, T>>): readonly (T | undefined)[] {
  const found: (T | undefined)[] = rows.map(() => undefined);
  for (const [name, entry] of Object.entries(entries)) found[rowNamed(name).id] = entry;
  return found;
}

const atomicKey = (operation: AtomicOperation, type: ValType, sizeLog2: number): string =>
  `${operation} ${type} ${sizeLog2}`;
const atomicAccesses: ReadonlyMap<string, Row> = new Map(
  rows.flatMap((row) => {
    const { atomic, memory, signature } = row;
    if (atomic === undefined || memory === undefined || signature === undefined) return [];
    const type = (atomic === "set" ? signature.params[1] : signature.results[0]) as ValType;
    return [[atomicKey(atomic, type, memory.sizeLog2), row] as const];
  }),
);

/** The access of memory that does this, atomically, to a number of this type which has so many bytes there. */
export function atomicAccess(operation: AtomicOperation, type: ValType, sizeLog2: number): Row {
  const row = atomicAccesses.get(atomicKey(operation, type, sizeLog2));
  if (row === undefined) throw new InternalError(`no instruction does ${operation} to ${1 << sizeLog2} bytes`);
  return row;
}
