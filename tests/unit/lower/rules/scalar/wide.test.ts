import { describe, expect, test } from "vitest";
import { exportsOf, openStore, randomBits } from "../items/programs.fixture.ts";

type Four = (a: bigint, b: bigint, c: bigint, d: bigint) => readonly [bigint, bigint];
type Two = (a: bigint, b: bigint) => readonly [bigint, bigint];
interface Program {
  readonly add: Four;
  readonly sub: Four;
  readonly mulS: Two;
  readonly mulU: Two;
}

const four = (name: string, instruction: string): string => `
  (func (export "${name}") (param i64 i64 i64 i64) (result i64 i64)
    (${instruction} (local.get 0) (local.get 1) (local.get 2) (local.get 3)))`;
const two = (name: string, instruction: string): string => `
  (func (export "${name}") (param i64 i64) (result i64 i64) (${instruction} (local.get 0) (local.get 1)))`;
const text = `(module ${four("add", "i64.add128")} ${four("sub", "i64.sub128")} ${two("mulS", "i64.mul_wide_s")} ${two("mulU", "i64.mul_wide_u")})`;

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
/** The two halves of a 128-bit number as JS has them. */
const halves = (value: bigint): readonly [bigint, bigint] => [signed(value), signed(BigInt.asUintN(128, value) >> 64n)];
const whole = (low: bigint, high: bigint): bigint => (unsigned(high) << 64n) | unsigned(low);

const edges = [
  0n,
  1n,
  2n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 2n,
  2n ** 64n - 1n,
];

describe("wide arithmetic", () => {
  test("agrees with exact arithmetic on all pairs of edge values", async () => {
    const store = await openStore();
    const { add, sub, mulS, mulU } = await exportsOf<Program>(store, text);
    for (const a of edges) {
      for (const b of edges) {
        expect(mulS(signed(a), signed(b)), `${a} * ${b}, signed`).toEqual(halves(signed(a) * signed(b)));
        expect(mulU(signed(a), signed(b)), `${a} * ${b}, unsigned`).toEqual(halves(a * b));
        for (const c of edges) {
          expect(add(a, b, b, c)).toEqual(halves(whole(a, b) + whole(b, c)));
          expect(sub(a, b, b, c)).toEqual(halves(whole(a, b) - whole(b, c)));
        }
      }
    }
    await store.close();
  });

  test("agrees with exact arithmetic on 2000 random operands", async () => {
    const store = await openStore();
    const { add, sub, mulS, mulU } = await exportsOf<Program>(store, text);
    const random = randomBits(0x9e3779b97f4a7c15n);
    for (let i = 0; i < 2000; i++) {
      const [a, b, c, d] = [random(), random(), random(), random()] as const;
      expect(mulS(a, b)).toEqual(halves(signed(a) * signed(b)));
      expect(mulU(a, b)).toEqual(halves(a * b));
      expect(add(a, b, c, d)).toEqual(halves(whole(a, b) + whole(c, d)));
      expect(sub(a, b, c, d)).toEqual(halves(whole(a, b) - whole(c, d)));
    }
    await store.close();
  });
});
