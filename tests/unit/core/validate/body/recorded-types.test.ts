import { expect, test } from "vitest";
import { F64, I32, I64, type ValType } from "../../../../../core/types/types.ts";
import { RecordedTypes } from "../../../../../core/validate/body/recorded-types.ts";

function recorded(types: readonly ValType[], reversed = false): readonly ValType[] {
  const record = new RecordedTypes();
  for (const type of types) record.add(type);
  return record.list(reversed);
}

test("lists have the types in the order in which they came, or in reverse order", () => {
  expect(recorded([])).toEqual([]);
  expect(recorded([I32])).toEqual([I32]);
  expect(recorded([I32, I64, F64])).toEqual([I32, I64, F64]);
  expect(recorded([I32, I64, F64], true)).toEqual([F64, I64, I32]);
});

test("equal lists are one list", () => {
  expect(recorded([I64])).toBe(recorded([I64]));
  expect(recorded([I32, F64])).toBe(recorded([F64, I32], true));
});

test("a list stays as it is when its record is used again", () => {
  const record = new RecordedTypes();
  record.add(I32);
  record.add(F64);
  const list = record.list(false);
  record.clear();
  record.add(I64);
  expect(list).toEqual([I32, F64]);
  expect(record.list(true)).toEqual([I64]);
});

test("lists that share a slot are told apart", () => {
  const lists = Array.from({ length: 3000 }, (_, i) => [I32, i + 1] as ValType[]);
  for (const list of lists) expect(recorded(list)).toEqual(list);
  for (const list of lists) expect(recorded(list)).toEqual(list);
});
