import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { defaultFeatures, type FeatureName, featureSet } from "../../../../core/base/features.ts";
import { writeInstruction } from "../../../../core/binary/immediates.ts";
import { InstructionCursor } from "../../../../core/binary/instructions.ts";
import { Writer } from "../../../../core/binary/writer.ts";
import { type ImmediateKind, Immediates } from "../../../../core/ops/immediates.ts";
import type { Row } from "../../../../core/ops/row.ts";
import { rowByName, rows } from "../../../../core/ops/table.ts";
import { AbstractHeap, I64, refAbstract, refDefined, V128, withNull } from "../../../../core/types/types.ts";

const END = 0x0b;

/** Unusual values for what each kind of immediate fills: none is what the fields hold at first. */
function sample(row: Row): Immediates {
  const bytes: Partial<Record<ImmediateKind, number>> = { f32: 4, f64: 8, v128: 16, lanes: 16 };
  const length = row.immediates.map((kind) => bytes[kind] ?? 0).reduce((a, b) => Math.max(a, b), 0);
  const target = refDefined(70, false, true);
  return Object.assign(new Immediates(), {
    index: 300,
    index2: 17,
    label: 129,
    labels: [0, 500, 2],
    blockKind: "type",
    block: 1000,
    heap: row.nullable ? withNull(target) : target,
    heap2: withNull(refAbstract(AbstractHeap.struct, false, true)),
    types: [I64, V128, refDefined(3, true)],
    align: 3,
    offset: 0x1_0000_0001n,
    lane: 1,
    bytes: Uint8Array.from({ length }, (_, i) => i + 1),
    i32: -123_456,
    i64: -(1n << 62n),
    count: row.immediates.includes("protection") ? 2 : 99,
    order: "acqrel",
    hasOrder: true,
    catches: [
      { kind: "catch", tag: 1, label: 2 },
      { kind: "catch_all_ref", tag: undefined, label: 3 },
    ],
    handlers: [
      { tag: 1, label: 200 },
      { tag: 300, label: undefined },
    ],
  } satisfies Partial<Immediates>);
}

function bytesOf(row: Row, immediates: Immediates): Uint8Array {
  const writer = new Writer();
  writeInstruction(writer, row, immediates);
  return writer.finish();
}

function readOne(bytes: Uint8Array, features = defaultFeatures): InstructionCursor {
  const cursor = new InstructionCursor({ bytes: Uint8Array.from([...bytes, END]), offset: 1000 }, features);
  cursor.next();
  return cursor;
}

describe("immediates", () => {
  test("what is written of every instruction is read back and written the same", () => {
    for (const row of rows) {
      const bytes = bytesOf(row, sample(row));
      const cursor = readOne(bytes);
      expect(cursor.row.name).toBe(row.name);
      expect(cursor.endOffset, row.name).toBe(1000 + bytes.length);
      expect(bytesOf(row, cursor.immediates), row.name).toEqual(bytes);
    }
  });

  test("every instruction that is cut short ends in a CompileError", () => {
    for (const row of rows) {
      const bytes = bytesOf(row, sample(row));
      for (let length = 0; length < bytes.length; length++) {
        const cursor = new InstructionCursor({ bytes: bytes.subarray(0, length), offset: 0 }, defaultFeatures);
        expect(() => cursor.next(), row.name).toThrow(CompileError);
      }
    }
  });

  test("every instruction is refused by its feature's name when that is off", () => {
    for (const row of rows.filter(({ feature }) => feature !== "mvp")) {
      const off = featureSet([], [row.feature]);
      expect(() => readOne(bytesOf(row, sample(row)), off), row.name).toThrow(
        `${row.name} needs the feature ${row.feature}, which is off`,
      );
    }
  });

  test("codes and orders of older tools are read", () => {
    expect(readOne(Uint8Array.of(0xfe, 0x72)).row.name).toBe("ref.i31_shared");
    expect(readOne(Uint8Array.of(0xfe, 0x60, 0x01, 0x00, 0x00)).immediates.order).toBe("acqrel");
    expect(() => readOne(Uint8Array.of(0xfe, 0x60, 0x10, 0x00, 0x00))).toThrow("malformed memory order");
    expect(() => readOne(Uint8Array.of(0xfe, 0x5c, 0x11, 0x00, 0x00))).toThrow("malformed memory order");
  });

  test("an order bit on an access that has no order is part of the alignment", () => {
    expect(readOne(Uint8Array.of(0x28, 0x12, 0x00)).immediates.align).toBe(0x12);
    expect(readOne(Uint8Array.of(0xfe, 0x10, 0x12, 0x01, 0x00)).immediates.align).toBe(2);
  });

  test("flags of a memory access above six bits and the index bit are refused", () => {
    expect(() => readOne(Uint8Array.of(0x28, 0x80, 0x01, 0x00))).toThrow("malformed memop flags");
  });

  test.each([
    ["multi-memory", "memory.size", [0x3f, 0x01], "zero byte expected"],
    ["multi-memory", "i32.load", [0x28, 0x42, 0x01, 0x00], "malformed memop flags"],
    ["reference-types", "call_indirect", [0x11, 0x00, 0x01], "zero byte expected"],
    ["multi-value", "block", [0x02, 0x00], "malformed block type"],
    ["simd", "block", [0x02, 0x7b], "malformed block type"],
    ["relaxed-atomics", "atomic.fence", [0xfe, 0x03, 0x01], "malformed memory order"],
    ["custom-descriptors", "ref.null", [0xd0, 0x62, 0x00], "malformed heap type"],
    ["shared-everything-threads", "ref.null", [0xd0, 0x65, 0x6e], "malformed heap type"],
    ["stack-switching", "ref.null", [0xd0, 0x68], "malformed heap type"],
  ] as const)("without %s, %s is held to what it could be before", (feature: FeatureName, name, bytes, phrase) => {
    expect(readOne(Uint8Array.from(bytes)).row.name).toBe(name);
    expect(() => readOne(Uint8Array.from(bytes), featureSet([], [feature]))).toThrow(
      `${phrase}: the feature ${feature} is off`,
    );
  });
});

describe("the cursor", () => {
  const namesOf = (bytes: readonly number[]): readonly string[] => {
    const cursor = new InstructionCursor({ bytes: Uint8Array.from(bytes), offset: 0 }, defaultFeatures);
    const names: string[] = [];
    while (cursor.next()) names.push(cursor.row.name);
    return names;
  };

  test("stops behind the expression's own end", () => {
    expect(namesOf([0x02, 0x40, 0x01, 0x0b, 0x0b])).toEqual(["block", "nop", "end", "end"]);
    expect(namesOf([0x06, 0x40, 0x18, 0x00, 0x0b])).toEqual(["try", "delegate", "end"]);
  });

  test("refuses bytes behind it", () => {
    expect(() => namesOf([0x0b, 0x01])).toThrow("section size mismatch");
  });

  test("refuses an expression without its end", () => {
    expect(() => namesOf([0x02, 0x40, 0x0b])).toThrow("unexpected end of section or function (at offset 0x3)");
  });

  test("names the bytes of an opcode that no instruction has", () => {
    expect(() => namesOf([0x01, 0xff])).toThrow("illegal opcode ff (at offset 0x1)");
    expect(() => namesOf([0xfc, 0xff, 0x01])).toThrow("illegal opcode fc ff (at offset 0x0)");
  });

  test("tells where each instruction is", () => {
    const cursor = new InstructionCursor(
      { bytes: Uint8Array.of(0x41, 0x80, 0x01, 0x1a, 0x0b), offset: 50 },
      defaultFeatures,
    );
    cursor.next();
    expect([cursor.offset, cursor.endOffset, cursor.immediates.i32]).toEqual([50, 53, 128]);
    cursor.next();
    expect([cursor.offset, cursor.row]).toEqual([53, rowByName("drop")]);
  });
});
