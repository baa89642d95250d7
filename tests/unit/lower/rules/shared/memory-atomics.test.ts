import { describe, expect, test } from "vitest";
import type { AtomicOperation } from "../../../../../core/ops/row.ts";
import { rows } from "../../../../../core/ops/table.ts";
import { I64 } from "../../../../../core/types/types.ts";
import { exportsOf, withStore } from "../../../support/programs.ts";

interface Access {
  readonly name: string;
  readonly type: 32 | 64;
  readonly width: number;
  readonly operation: AtomicOperation;
}

const accesses: readonly Access[] = rows.flatMap(({ name, atomic, memory, signature }) => {
  if (atomic === undefined || memory === undefined) return [];
  const type = (atomic === "set" ? signature?.params[1] : signature?.results[0]) === I64 ? 64 : 32;
  return [{ name, type, width: 8 << memory.sizeLog2, operation: atomic }];
});
const orders = ["", "seqcst", "acqrel"];
const memories = { "a shared memory": "1 1 shared", "an unshared memory": "1 1", "a 64-bit memory": "i64 1 1 shared" };

/** Memory holds eight bytes first; the function returns what the access returned, and the eight bytes then. */
function functionOf({ name, type, operation }: Access, order: string, address: string): string {
  const operands =
    operation === "get"
      ? ""
      : operation === "cmpxchg"
        ? "(local.get $expected) (local.get $value)"
        : "(local.get $value)";
  const access = `(${name} ${order} offset=8 (${address}.const 16) ${operands})`;
  return `(func (export "${name} ${order}") (param $first i64) (param $expected i${type}) (param $value i${type}) (result i${type} i64)
    (i64.store (${address}.const 24) (local.get $first))
    ${operation === "set" ? `${access} (i${type}.const 0)` : access}
    (i64.load (${address}.const 24)))`;
}

function modelled(
  { type, width, operation }: Access,
  first: bigint,
  expected: bigint,
  value: bigint,
): readonly [bigint, bigint] {
  const cut = (number: bigint): bigint => BigInt.asUintN(width, number);
  const x = cut(first);
  const results: Readonly<Record<AtomicOperation, bigint>> = {
    get: x,
    set: value,
    add: x + value,
    sub: x - value,
    and: x & value,
    or: x | value,
    xor: x ^ value,
    xchg: value,
    // Threads, "Compare Exchange": the expected value is wrapped to the width in memory.
    cmpxchg: x === cut(expected) ? value : x,
  };
  const rest = BigInt.asUintN(64, first) & ~((1n << BigInt(width)) - 1n);
  return [operation === "set" ? 0n : BigInt.asIntN(type, x), BigInt.asIntN(64, rest | cut(results[operation]))];
}

const samples: readonly (readonly [bigint, bigint, bigint])[] = [
  [0n, 0n, 1n],
  [-1n, -1n, 1n],
  [-1n, 0xffn, 0x80n],
  [0x1122334455667788n, 0x88n, -1n],
  [0x1122334455667788n, 0x7788n, 0x8001n],
  [0x1122334455667788n, 0x55667788n, -0x80000000n],
  [0x1122334455667788n, 0x1122334455667788n, 0x0fedcba987654321n],
  [5n, 6n, 7n],
];

describe("atomic accesses to memories, by execution", () => {
  test.each(Object.entries(memories))("all operations, widths and orders on %s", async (_, type) => {
    const address = type.startsWith("i64") ? "i64" : "i32";
    const functions = accesses.flatMap((access) => orders.map((order) => functionOf(access, order, address)));
    await withStore({ threads: 0 }, async (store) => {
      type Run = (first: bigint, expected: number | bigint, value: number | bigint) => [number | bigint, bigint];
      const exports = await exportsOf<Record<string, Run>>(store, `(module (memory ${type}) ${functions.join("\n")})`);
      for (const access of accesses) {
        const operand = (value: bigint): number | bigint =>
          access.type === 64 ? value : Number(BigInt.asIntN(32, value));
        for (const order of orders) {
          for (const [first, expected, value] of samples) {
            const results = (exports[`${access.name} ${order}`] as Run)(first, operand(expected), operand(value));
            expect([access.name, order, first, value, ...results.map(BigInt)]).toEqual([
              access.name,
              order,
              first,
              value,
              ...modelled(access, first, expected, value),
            ]);
          }
        }
      }
    });
  });

  test("there are 63 of them", () => {
    expect(accesses.length).toBe(63);
  });
});
