import { describe, expect, test } from "vitest";
import { rows } from "../../../../../core/ops/table.ts";
import { type Access, atomicProgram, placeKinds, sharings, type ValueType } from "../../../support/atomic-programs.ts";
import { exportsOf, withStore } from "../../../support/programs.ts";

type Numeric = number | bigint;
type Run = (first: Numeric, expected: Numeric, value: Numeric) => [Numeric, Numeric];

const bits: Readonly<Record<ValueType, number>> = { i8: 8, i16: 16, i32: 32, i64: 64, ref: 31 };
/** What is in the place, what `cmpxchg` expects there, and the operand: borders of all widths, equal and unequal. */
const samples: readonly (readonly [bigint, bigint, bigint])[] = [
  [0n, 0n, 1n],
  [-1n, -1n, 1n],
  [5n, 6n, 7n],
  [0x7fn, 0x7fn, 0x80n],
  [0xffffn, 0x7fffn, 0x8001n],
  [0x3fffffffn, 0x3fffffffn, -0x40000000n],
  [0x7fffffffn, 0x7fffffffn, 1n],
  [0x123456789abcdef0n, 0x123456789abcdef0n, -0x0fedcba987654321n],
  [-0x8000000000000000n, 1n, -1n],
];

const signed = (type: ValueType, value: bigint): bigint => BigInt.asIntN(bits[type], value);
const unsigned = (type: ValueType, value: bigint): bigint => BigInt.asUintN(bits[type], value);

/** What an access returns and leaves behind, as the instruction's row says it. */
function modelled({ row, type }: Access, first: bigint, expected: bigint, value: bigint): readonly [bigint, bigint] {
  const lift = type === "i8" || type === "i16" ? unsigned : signed;
  const [x, e, y] = [lift(type, first), lift(type, expected), lift(type, value)];
  switch (row.atomic) {
    case "get":
      return [row.sign === "signed" ? signed(type, first) : x, x];
    case "set":
      return [0n, y];
    case "add":
      return [x, lift(type, x + y)];
    case "sub":
      return [x, lift(type, x - y)];
    case "and":
      return [x, x & y];
    case "or":
      return [x, x | y];
    case "xor":
      return [x, x ^ y];
    case "xchg":
      return [x, y];
    case "cmpxchg":
      return [x, x === e ? y : x];
    case undefined:
      throw new Error(`no model of ${row.name}`);
  }
}

const toWasm = (type: ValueType, value: bigint): Numeric =>
  type === "i64" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));

describe("atomic accesses, by execution", () => {
  const cases = placeKinds.flatMap((kind) =>
    sharings
      .filter((sharing) => sharing !== "thread_local" || kind === "global")
      .map((sharing) => [kind, sharing] as const),
  );
  test.each(cases)("all operations, types and orders on a %s, %s", async (kind, sharing) => {
    const { text, accesses } = atomicProgram(kind, sharing);
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, Run>>(store, text);
      for (const access of accesses) {
        for (const [first, expected, value] of samples) {
          const run = exports[access.export] as Run;
          const result = run(toWasm(access.type, first), toWasm(access.type, expected), toWasm(access.type, value));
          expect([access.export, first, value, ...result.map(BigInt)]).toEqual([
            access.export,
            first,
            value,
            ...modelled(access, first, expected, value),
          ]);
        }
      }
    });
  });

  test("no instruction of the table is left out", () => {
    const covered = new Set(placeKinds.flatMap((kind) => atomicProgram(kind, "shared").accesses.map(({ row }) => row)));
    const missing = rows.filter((row) => row.atomic !== undefined && row.place !== "memory" && !covered.has(row));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
