/** The instructions of a function's bytes, and new ones with random immediates. */

import { CompileError } from "../../core/base/errors.ts";
import { defaultFeatures } from "../../core/base/features.ts";
import { readImmediates, writeInstruction } from "../../core/binary/immediates.ts";
import { InstructionCursor, readOpcode } from "../../core/binary/instructions.ts";
import { Reader } from "../../core/binary/reader.ts";
import { readValType } from "../../core/binary/types.ts";
import { Writer } from "../../core/binary/writer.ts";
import { type ImmediateKind, Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import { rows } from "../../core/ops/table.ts";
import { F32, F64, I32, I64, refAbstract, refDefined, V128, type ValType } from "../../core/types/types.ts";
import { abstractHeapTypes } from "../../core/types/vocabulary.ts";
import type { Random } from "./random.ts";

/** One instruction of a function: its bytes are `[start, end)` of the function's. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly row: Row;
}

/** The instructions of a function (locals and body), as far as they can be read. */
export function instructionsOf(func: Uint8Array): readonly Span[] {
  const spans: Span[] = [];
  try {
    const reader = new Reader(func);
    const runs = reader.count("locals", 1000);
    for (let i = 0; i < runs; i++) {
      reader.u32();
      readValType(reader);
    }
    const cursor = new InstructionCursor({ bytes: func.subarray(reader.pos), offset: reader.pos }, defaultFeatures);
    while (cursor.next()) spans.push({ start: cursor.offset, end: cursor.endOffset, row: cursor.row });
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
  }
  return spans;
}

/** The immediates of an instruction. */
export function immediatesOf(func: Uint8Array, span: Span): Immediates {
  const reader = new Reader(func, defaultFeatures, 0, span.start, span.end);
  const immediates = new Immediates();
  readImmediates(reader, readOpcode(reader), immediates);
  return immediates;
}

/** An instruction's bytes. */
export function instructionBytes(row: Row, immediates: Immediates): Uint8Array {
  const writer = new Writer(16);
  writeInstruction(writer, row, immediates);
  return writer.finish();
}

const numbers: readonly ValType[] = [I32, I64, F32, F64, V128];
const heaps = abstractHeapTypes.map(({ code }) => code);

/** A value type: numbers, and references to abstract and to low type indices. */
function randomType(random: Random): ValType {
  if (random.oneIn(2)) return random.pick(numbers);
  return randomReference(random);
}

function randomReference(random: Random): ValType {
  const nullable = random.oneIn(2);
  if (random.oneIn(2)) return refDefined(random.small(), nullable, random.oneIn(12));
  return refAbstract(random.pick(heaps), nullable, random.oneIn(12));
}

/** The immediates of another instruction, or none, changed at random so that they suit `row`. */
export function randomImmediates(random: Random, row: Row): Immediates {
  const immediates = new Immediates();
  for (const kind of row.immediates) randomize(random, row, kind, immediates);
  return immediates;
}

/** Changes one immediate of an instruction. */
export function changeImmediate(random: Random, row: Row, immediates: Immediates): void {
  if (row.immediates.length > 0) randomize(random, row, random.pick(row.immediates), immediates);
}

const vectors: Readonly<Partial<Record<ImmediateKind, number>>> = { f32: 4, f64: 8, v128: 16, lanes: 16 };

function randomize(random: Random, row: Row, kind: ImmediateKind, into: Immediates): void {
  const { small } = { small: () => random.small() };
  switch (kind) {
    case "blocktype":
      into.blockKind = random.pick(["empty", "result", "type"] as const);
      into.block = into.blockKind === "type" ? small() : randomType(random);
      return;
    case "labels":
      into.labels = Array.from({ length: small() }, small);
      into.label = small();
      return;
    case "label":
      into.label = small();
      return;
    case "heaptype":
    case "reftype":
      into.heap = randomReference(random);
      return;
    case "castflags":
      into.label = small();
      into.heap = randomReference(random);
      into.heap2 = randomReference(random);
      return;
    case "valtypes":
      into.types = Array.from({ length: random.oneIn(4) ? small() : 1 }, () => randomType(random));
      return;
    case "memarg":
      into.align = random.oneIn(3) ? random.below(8) : (row.memory?.sizeLog2 ?? 0);
      into.offset = random.oneIn(8) ? BigInt(random.below(0x1_0000_0000)) << BigInt(random.below(33)) : BigInt(small());
      into.index = random.oneIn(6) ? small() : 0;
      return;
    case "catches":
      into.catches = Array.from({ length: random.below(4) }, () => {
        const clause = random.pick(["catch", "catch_ref", "catch_all", "catch_all_ref"] as const);
        return { kind: clause, tag: clause.startsWith("catch_all") ? undefined : small(), label: small() };
      });
      return;
    case "handlers":
      into.handlers = Array.from({ length: random.below(4) }, () => ({
        tag: small(),
        label: random.oneIn(4) ? undefined : small(),
      }));
      return;
    case "f32":
    case "f64":
    case "v128":
    case "lanes":
      into.bytes = Uint8Array.from({ length: vectors[kind] as number }, () =>
        random.below(kind === "lanes" ? 34 : 256),
      );
      return;
    default:
      randomizeNumber(random, kind, into);
  }
}

function randomizeNumber(random: Random, kind: ImmediateKind, into: Immediates): void {
  switch (kind) {
    case "i32":
      into.i32 = random.oneIn(4) ? random.below(0x1_0000_0000) | 0 : random.small();
      return;
    case "i64":
      into.i64 = BigInt.asIntN(64, BigInt(random.small()) << BigInt(random.below(64)));
      return;
    case "count":
    case "protection":
      into.count = random.small();
      return;
    case "lane":
      into.lane = random.small();
      return;
    case "order":
    case "orders":
    case "fence":
      into.order = random.pick(["seqcst", "acqrel"] as const);
      into.hasOrder = true;
      return;
    default:
      // Of the row's indices, either field may be the one.
      if (random.oneIn(2)) into.index = random.small();
      else into.index2 = random.small();
  }
}

const notation = (row: Row): string =>
  row.signature === undefined ? "" : `${row.signature.params}>${row.signature.results}`;
const bySignature = new Map<string, Row[]>();
for (const row of rows) {
  const same = bySignature.get(notation(row));
  if (same === undefined) bySignature.set(notation(row), [row]);
  else same.push(row);
}

/** Another row: one that pops and pushes the same types more often than any. */
export function randomRow(random: Random, like: Row | undefined): Row {
  if (like === undefined || random.oneIn(3)) return random.pick(rows);
  return random.pick(bySignature.get(notation(like)) ?? rows);
}
