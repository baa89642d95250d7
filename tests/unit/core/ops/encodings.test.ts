/**
 * Encodings and signatures against Binaryen, which has a table of its own, and against bytes noted from documents and
 * tools.
 */
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { defaultFeatures } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { writeInstruction } from "../../../../core/binary/immediates.ts";
import { InstructionCursor } from "../../../../core/binary/instructions.ts";
import { Writer } from "../../../../core/binary/writer.ts";
import { type ImmediateKind, Immediates } from "../../../../core/ops/immediates.ts";
import type { Row } from "../../../../core/ops/row.ts";
import { rowByName, rows } from "../../../../core/ops/table.ts";
import type { Func } from "../../../../core/types/module.ts";
import { I32, isRef, type ValType } from "../../../../core/types/types.ts";
import { wordOf } from "../../../../core/types/vocabulary.ts";

const words = (types: readonly ValType[]): string => types.map((type) => wordOf(type)).join(" ");
/** Immediates that may be left out in the text, and lanes, which every shape has two of. */
const writable: ReadonlySet<ImmediateKind> = new Set(["memarg", "lane", "fence"]);

function canBeWritten(row: Row): boolean {
  if (row.signature === undefined || !row.immediates.every((kind) => writable.has(kind))) return false;
  return ![...row.signature.params, ...row.signature.results].some(isRef);
}

function programWith(row: Row): string {
  const { params, results } = row.signature ?? expect.fail(row.name);
  const operands = params.map((_, index) => `local.get ${index}`).join(" ");
  const lane = row.immediates.includes("lane") ? "1" : "";
  return `(module (memory 1 1 shared) (func (export "f") (param ${words(params)}) (result ${words(results)}) ${operands} ${row.name} ${lane}))`;
}

function instructionsOf(text: string): readonly string[] {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const [func] = decodeModule(module.emitBinary()).functions as [Func];
  module.dispose();
  const cursor = new InstructionCursor(func.body, defaultFeatures);
  const names: string[] = [];
  while (cursor.next()) names.push(cursor.row.name);
  return names;
}

test("Binaryen takes every instruction with a plain signature, and writes the code that the table has", () => {
  const checked = rows.filter(canBeWritten);
  expect(checked.length).toBeGreaterThan(500);
  for (const row of checked) expect(instructionsOf(programWith(row)), row.name).toContain(row.name);
});

/** Bytes from the standard and the proposals' overviews, or written by the tool that encodes the instruction. */
const known: readonly [string, string, Partial<Immediates>][] = [
  ["unreachable", "00", {}],
  ["throw_ref", "0a", {}],
  ["return_call_ref", "1503", { index: 3 }],
  ["call_indirect", "110205", { index: 2, index2: 5 }],
  ["select", "1b", {}],
  ["select result", "1c017f", { types: [I32] }],
  ["table.init", "fc0c0102", { index: 1, index2: 2 }],
  ["table.copy", "fc0e0102", { index: 1, index2: 2 }],
  ["memory.init", "fc080100", { index: 1 }],
  ["i64.add128", "fc13", {}],
  ["memory.discard", "fc1200", { index: 0 }],
  ["f32.load_f16", "fc300100", { align: 1 }],
  ["struct.get", "fb020103", { index: 1, index2: 3 }],
  ["array.new_fixed", "fb080103", { index: 1, count: 3 }],
  ["ref.i31_shared", "fb1f", {}],
  ["struct.new_desc", "fb2004", { index: 4 }],
  ["ref.get_desc", "fb2204", { index: 4 }],
  ["resume_throw", "e4010200", { index: 1, index2: 2 }],
  ["switch", "e60102", { index: 1, index2: 2 }],
  ["cont.bind", "e10102", { index: 1, index2: 2 }],
  ["atomic.fence", "fe0300", {}],
  ["pause", "fe04", {}],
  ["waitqueue.new", "fe07", {}],
  ["struct.wait", "fe050100", { index: 1, index2: 0 }],
  ["i32.atomic.load", "fe10120104", { align: 2, offset: 4n, order: "acqrel", hasOrder: true }],
  ["i32.atomic.rmw.add", "fe1e121104", { align: 2, offset: 4n, order: "acqrel", hasOrder: true }],
  ["i32.atomic.load", "fe10420104", { align: 2, offset: 4n, index: 1 }],
  ["struct.atomic.get", "fe5c010203", { index: 2, index2: 3, order: "acqrel" }],
  ["struct.atomic.rmw.add", "fe60110203", { index: 2, index2: 3, order: "acqrel" }],
  ["global.atomic.get", "fe4f0001", { index: 1, order: "seqcst" }],
  ["global.atomic.rmw.cmpxchg", "fe571101", { index: 1, order: "acqrel" }],
  ["table.atomic.get", "fe580001", { index: 1 }],
  ["table.atomic.rmw.cmpxchg", "fe5b0001", { index: 1 }],
  ["array.atomic.rmw.cmpxchg", "fe711101", { index: 1, order: "acqrel" }],
  ["i8x16.relaxed_swizzle", "fd8002", {}],
  ["f16x8.nmadd", "fdcf02", {}],
];

describe("known encodings", () => {
  test.each(known)("%s is %s", (name, bytes, fields) => {
    const writer = new Writer();
    writeInstruction(writer, rowByName(name) ?? expect.fail(name), Object.assign(new Immediates(), fields));
    expect(Buffer.from(writer.finish()).toString("hex")).toBe(bytes);
  });
});
