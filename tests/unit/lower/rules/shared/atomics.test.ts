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

/** What an access returns and leaves behind, as the instruction's name says it. */
function modelled({ operation, type }: Access, first: bigint, expected: bigint, value: bigint): readonly [bigint, bigint] {
  const lift = type === "i8" || type === "i16" ? unsigned : signed;
  const [x, e, y] = [lift(type, first), lift(type, expected), lift(type, value)];
  switch (operation) {
    case "get":
    case "get_u":
      return [x, x];
    case "get_s":
      return [signed(type, first), x];
    case "set":
      return [0n, y];
    case "rmw.add":
      return [x, lift(type, x + y)];
    case "rmw.sub":
      return [x, lift(type, x - y)];
    case "rmw.and":
      return [x, x & y];
    case "rmw.or":
      return [x, x | y];
    case "rmw.xor":
      return [x, x ^ y];
    case "rmw.xchg":
      return [x, y];
    case "rmw.cmpxchg":
      return [x, x === e ? y : x];
  }
  throw new Error(`no model of ${operation}`);
}

const toWasm = (type: ValueType, value: bigint): Numeric => (type === "i64" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value)));

describe("atomic accesses, by execution", () => {
  const cases = placeKinds.flatMap((kind) =>
    sharings.filter((sharing) => sharing !== "thread_local" || kind === "global").map((sharing) => [kind, sharing] as const),
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
    const names = rows.map(({ name }) => name).filter((name) => /^(?:struct|array|global|table)\.atomic\./.test(name));
    const covered = new Set(
      placeKinds.flatMap((kind) => atomicProgram(kind, "shared").accesses.map(({ operation }) => `${kind}.atomic.${operation}`)),
    );
    expect(names.filter((name) => !covered.has(name))).toEqual([]);
  });
});
