import { describe, expect, test } from "vitest";
import {
  boundOwner,
  boundSlot,
  hostSlot,
  readNumber,
  readString,
  writeBound,
  writeBoundRecord,
  writeHost,
  writeHostRecord,
  writeNumber,
  writeNumberRecord,
  writeString,
  writeStringRecord,
  writeUnits,
  writeUnitsRecord,
} from "../../../gc/heap/js-values.ts";
import { slotOf } from "../../../gc/heap/slots.ts";
import { writeRecord } from "../../../gc/heap/type-records.ts";
import {
  KIND_HOST,
  KIND_NUMBER,
  KIND_STRING,
  KIND_STRUCT,
  KIND_THREAD_BOUND,
} from "../../../gc/layout/record-kinds.ts";
import { type Address, addressOf, HeapObjects, NULL } from "../../../gc/objects.ts";

/** A memory of words, in which room is taken from `start` on. Pages that nobody touches take no memory. */
function memoryFrom(start: number) {
  const words = new Int32Array(new WebAssembly.Memory({ initial: 0xa000, maximum: 0xa000, shared: true }).buffer);
  let top = start;
  const allocatePermanent = (bytes: number): Address => {
    const address = addressOf(top);
    top += (bytes + 15) & ~15;
    return address;
  };
  return { words, allocatePermanent };
}

test("an address is the same number wherever it comes from", () => {
  expect(addressOf(0x90000000 | 0)).toBe(0x90000000);
  expect(addressOf(0x90000000)).toBe(0x90000000);
  expect(addressOf(64)).toBe(64);
});

describe.each([0x1000, 0x90000000])("objects from address %i on", (start) => {
  const memory = memoryFrom(start);
  const objects = new HeapObjects(memory);
  const take = memory.allocatePermanent;
  /** As an i32 of lowered code has it. */
  const signed = (address: Address): number => address | 0;

  test("are of their records' kinds, by either form of the address", () => {
    const record = writeHostRecord(memory);
    const object = take(16);
    writeHost(objects, object, record, slotOf(start + 8));
    for (const address of [object, signed(object)]) {
      expect(objects.typeOf(address)).toBe(record);
      expect(objects.kindOf(address)).toBe(KIND_HOST);
      expect(objects.isOf(address, record)).toBe(true);
      expect(objects.isOf(address, record + 16)).toBe(false);
      expect(hostSlot(objects, address)).toBe(start + 8);
    }
  });

  test("have no prototype without a custom descriptor", () => {
    const record = writeRecord(memory, { kind: KIND_STRUCT, size: 16, references: [], id: 3, supertypes: [] });
    const object = take(16);
    objects.setWord(object, record);
    expect(objects.prototypeOf(signed(object))).toBe(NULL);
    expect(objects.idOf(record)).toBe(3);
  });

  test("are of their types' supertypes, and of no others", () => {
    const make = (id: number, supertypes: readonly number[]): number =>
      writeRecord(memory, { kind: KIND_STRUCT, size: 16, references: [], id, supertypes });
    const root = make(0, []);
    const sub = make(1, [root]);
    const other = make(2, [root]);
    expect(objects.isSubtype(sub, root, 0)).toBe(true);
    expect(objects.isSubtype(sub | 0, sub, 1)).toBe(true);
    expect(objects.isSubtype(root, sub, 1)).toBe(false);
    expect(objects.isSubtype(other, sub, 1)).toBe(false);
  });

  test.each(["", "a", "naïve 🦄", "x".repeat(10_000)])("strings come back: %#", (text) => {
    const [unitsRecord, stringRecord] = [writeUnitsRecord(memory), writeStringRecord(memory)];
    const units = take(8 + 2 * text.length);
    writeUnits(objects, units, unitsRecord, text);
    const string = take(8);
    writeString(objects, string, stringRecord, units);
    expect(objects.kindOf(string)).toBe(KIND_STRING);
    expect(readString(objects, signed(string))).toBe(text);
    expect(readString(objects, string, 3)).toBe(text.slice(0, 3));
    expect(objects.arrayLength(signed(units))).toBe(text.length);
  });

  test.each([0.5, -0, Number.NaN, Number.MAX_VALUE])("numbers come back: %d", (value) => {
    const record = writeNumberRecord(memory);
    const number = take(16);
    writeNumber(objects, number, record, value);
    expect(objects.kindOf(number)).toBe(KIND_NUMBER);
    expect(readNumber(objects, signed(number))).toBe(value);
  });

  test("thread-bound data say whose they are, and where their value is", () => {
    const record = writeBoundRecord(memory);
    const object = take(16);
    writeBound(objects, object, record, 7, slotOf(start + 64));
    expect(objects.kindOf(object)).toBe(KIND_THREAD_BOUND);
    expect([boundOwner(objects, signed(object)), boundSlot(objects, object)]).toEqual([7, start + 64]);
  });

  test("elements are copied", () => {
    const array = take(24);
    objects.setWord(array + 4, 3);
    for (const [i, value] of [1, -2, 3].entries()) objects.setWord(array + 8 + 4 * i, value);
    expect([...objects.elementWords(signed(array))]).toEqual([1, -2, 3]);
    expect([...objects.elementBytes(signed(array))]).toEqual([1, 0, 0]);
  });
});
