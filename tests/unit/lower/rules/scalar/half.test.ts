import { beforeAll, describe, expect, test } from "vitest";
import { exportsOf, openStore, randomBits } from "../items/programs.fixture.ts";
import { fromNumber, isNaNHalf, reference, toNumber } from "./half.reference.ts";

/** Operands lie in the memory at these addresses, results at the last. */
const A = 0;
const B = 1 << 17;
const C = 2 << 17;
const RESULT = 3 << 17;
const PAGES = 8;
const COUNT = 65536;

const operands = (count: number): string =>
  [A, B, C]
    .slice(0, count)
    .map((place) => `(v128.load offset=${place} (local.get $at))`)
    .join(" ");
/** Applies an instruction to `bytes` bytes of operands; each iteration takes 16. */
const vectorLoop = (instruction: string, count: number): string => `
  (func (export "${instruction}") (param $bytes i32) (local $at i32)
    (loop $next
      (v128.store offset=${RESULT} (local.get $at) (${instruction} ${operands(count)}))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $bytes)))))`;

const unaries = [
  ...["abs", "neg", "sqrt", "ceil", "floor", "trunc", "nearest"].map((name) => `f16x8.${name}`),
  ...["i16x8.trunc_sat_f16x8_s", "i16x8.trunc_sat_f16x8_u", "f16x8.convert_i16x8_s", "f16x8.convert_i16x8_u"],
  ...["f16x8.demote_f32x4_zero", "f16x8.demote_f64x2_zero", "f32x4.promote_low_f16x8"],
];
const binaries = ["eq", "ne", "lt", "gt", "le", "ge", "add", "sub", "mul", "div", "min", "max", "pmin", "pmax"].map(
  (name) => `f16x8.${name}`,
);
const ternaries = ["f16x8.madd", "f16x8.nmadd"];

const text = `(module
  (memory (export "memory") ${PAGES})
  ${unaries.map((name) => vectorLoop(name, 1)).join("")}
  ${binaries.map((name) => vectorLoop(name, 2)).join("")}
  ${ternaries.map((name) => vectorLoop(name, 3)).join("")}
  (func (export "load") (param i32) (result f32) (f32.load_f16 offset=2 (local.get 0)))
  (func (export "store") (param i32 f32) (f32.store_f16 offset=2 (local.get 0) (local.get 1)))
  ;; Widens halves to singles and narrows singles to halves, one after the other.
  (func (export "loadAll") (param $count i32) (local $i i32)
    (loop $next
      (f32.store offset=${B} (i32.shl (local.get $i) (i32.const 2)) (f32.load_f16 (i32.shl (local.get $i) (i32.const 1))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
  (func (export "storeAll") (param $count i32) (local $i i32)
    (loop $next
      (f32.store_f16 (i32.shl (local.get $i) (i32.const 1)) (f32.load offset=${B} (i32.shl (local.get $i) (i32.const 2))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
  (func (export "splat") (param f32) (v128.store offset=${RESULT} (i32.const 0) (f16x8.splat (local.get 0))))
  (func (export "extract") (result f32) (f16x8.extract_lane 5 (v128.load (i32.const 0))))
  (func (export "replace") (param f32)
    (v128.store offset=${RESULT} (i32.const 0) (f16x8.replace_lane 3 (v128.load (i32.const 0)) (local.get 0)))))`;

type Run = (...values: number[]) => number;
let program: Record<string, Run>;
let memory: DataView;

beforeAll(async () => {
  const exports = await exportsOf<Record<string, unknown>>(await openStore(), text);
  program = exports as Record<string, Run>;
  memory = new DataView((exports["memory"] as WebAssembly.Memory).buffer);
});

function put(place: number, halves: readonly number[]): void {
  for (const [i, half] of halves.entries()) memory.setUint16(place + 2 * i, half, true);
}
const result = (i: number): number => memory.getUint16(RESULT + 2 * i, true);
const all: readonly number[] = Array.from({ length: COUNT }, (_, bits) => bits);

/** Counts the results that are not what is expected; of NaNs any is as good as another. */
function mistakes(count: number, expected: (i: number) => number): string[] {
  const found: string[] = [];
  for (let i = 0; i < count && found.length < 5; i++) {
    const want = expected(i);
    const got = result(i);
    if (got !== want && !(isNaNHalf(got) && isNaNHalf(want)))
      found.push(`${i}: ${got.toString(16)}, not ${want.toString(16)}`);
  }
  return found;
}

/** Halves from everywhere, a third of them where exponents make results subnormal, tied or infinite. */
function randomHalves(count: number, seed: bigint): number[] {
  const random = randomBits(seed);
  return Array.from({ length: count }, () => {
    const bits = Number(random() & 0xffffn);
    return bits % 3 === 0 ? bits & 0x93ff : bits % 3 === 1 ? bits | 0x2000 : bits;
  });
}

const edges = [
  0, 1, 2, 0x3ff, 0x400, 0x401, 0x7ff, 0x1400, 0x3bff, 0x3c00, 0x3c01, 0x4000, 0x67ff, 0x6800, 0x7bff, 0x7c00, 0x7d01,
  0x7e00,
];
const Float16 = (globalThis as { Float16Array?: new (buffer: ArrayBuffer) => { [i: number]: number } }).Float16Array;
const signedEdges = [...edges, ...edges.map((bits) => bits | 0x8000)];
const pairs = signedEdges.flatMap((a) => signedEdges.map((b) => [a, b] as const));

describe("half-precision floats", () => {
  test("all 65536 widen exactly, and narrow to the same bits; NaNs become quiet", () => {
    put(A, all);
    program["loadAll"]!(COUNT);
    expect(all.filter((bits) => !Object.is(memory.getFloat32(B + 4 * bits, true), toNumber(bits)))).toEqual([]);
    put(A, new Array<number>(COUNT).fill(0));
    program["storeAll"]!(COUNT);
    expect(
      all.filter((bits) => memory.getUint16(A + 2 * bits, true) !== (isNaNHalf(bits) ? bits | 0x200 : bits)),
    ).toEqual([]);
  });

  test("scalar loads and stores have an offset and one rounding", () => {
    program["store"]!(100, 1 / 3);
    expect(memory.getUint16(102, true)).toBe(fromNumber(Math.fround(1 / 3)));
    expect(program["load"]!(100)).toBe(toNumber(fromNumber(Math.fround(1 / 3))));
    expect(() => program["load"]!(PAGES * 65536 - 3)).toThrow("out of bounds memory access");
  });

  test("narrowing rounds to nearest with ties to even around every half, from singles and from doubles", () => {
    const wide = all.filter((bits) => (bits & 0x7fff) < 0x7c00);
    for (const from of ["f16x8.demote_f32x4_zero", "f16x8.demote_f64x2_zero"]) {
      const lanes = from.includes("f32") ? 4 : 2;
      const bytes = 16 / lanes;
      const set = (i: number, value: number): void =>
        lanes === 4 ? memory.setFloat32(A + 4 * i, value, true) : memory.setFloat64(A + 8 * i, value, true);
      // Between each half and the next in magnitude: the middle, and a little to both sides of it.
      const values = wide.flatMap((bits) => {
        const low = toNumber(bits);
        const next = (bits & 0x7fff) === 0x7bff ? Math.sign(low) * 65536 : toNumber(bits + 1);
        const middle = (low + next) / 2;
        const little = lanes === 4 ? 2 ** -20 : 2 ** -50;
        return [middle, middle * (1 + little), middle * (1 - little)];
      });
      const room = (1 << 17) / bytes;
      for (let start = 0; start < values.length; start += room) {
        const part = values.slice(start, start + room).map((value) => (lanes === 4 ? Math.fround(value) : value));
        for (const [i, value] of part.entries()) set(i, value);
        program[from]!(part.length * bytes);
        const got = (i: number): number =>
          memory.getUint16(RESULT + 16 * Math.floor(i / lanes) + 2 * (i % lanes), true);
        expect(part.filter((value, i) => got(i) !== fromNumber(value)).slice(0, 5)).toEqual([]);
      }
    }
  });

  test("doubles are not rounded to singles on the way", () => {
    // Just above the middle of 1 and the next half: as a single it is that middle, which would go to 1.
    memory.setFloat64(A, 1 + 2 ** -11 + 2 ** -40, true);
    memory.setFloat64(A + 8, -1e300, true);
    program["f16x8.demote_f64x2_zero"]!(16);
    expect([result(0), result(1), result(2), result(7)]).toEqual([0x3c01, 0xfc00, 0, 0]);
  });

  test.runIf(Float16 !== undefined)("the reference agrees with the host's Float16Array", () => {
    const host = new Uint16Array(1);
    const floats = new Float16!(host.buffer);
    const random = randomBits(7n);
    for (let i = 0; i < 20000; i++) {
      const value = (Number(random() & 0xffffffffffn) / 2 ** 40 - 0.5) * 2 ** (Number(random() % 48n) - 30);
      floats[0] = value;
      expect(fromNumber(value)).toBe(host[0]);
    }
  });

  test.each(["abs", "neg"])("%s changes the sign alone, of NaNs too", (name) => {
    put(A, all);
    program[`f16x8.${name}`]!(2 * COUNT);
    expect(all.filter((bits) => result(bits) !== (name === "abs" ? bits & 0x7fff : bits ^ 0x8000))).toEqual([]);
  });

  const even = (value: number): number => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));
  const rounding: Readonly<Record<string, (value: number) => number>> = {
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    nearest: (value) => (even(value) === 0 ? value * 0 : even(value)),
  };
  test.each(Object.keys(rounding))("%s is right for all 65536", (name) => {
    put(A, all);
    program[`f16x8.${name}`]!(2 * COUNT);
    const expected = (bits: number): number =>
      Number.isFinite(toNumber(bits)) ? fromNumber(rounding[name]!(toNumber(bits))) : bits;
    expect(mistakes(COUNT, expected)).toEqual([]);
  });

  test("square roots of all 65536 are correctly rounded", () => {
    put(A, all);
    program["f16x8.sqrt"]!(2 * COUNT);
    expect(mistakes(COUNT, reference.sqrt)).toEqual([]);
  });

  test("conversions from and to integers are right for all 65536", () => {
    const clamp = (low: number, high: number) => (bits: number) => {
      const value = toNumber(bits);
      return (Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), low), high)) & 0xffff;
    };
    const expected: Readonly<Record<string, (bits: number) => number>> = {
      "i16x8.trunc_sat_f16x8_s": clamp(-32768, 32767),
      "i16x8.trunc_sat_f16x8_u": clamp(0, 65535),
      "f16x8.convert_i16x8_s": (bits) => fromNumber((bits << 16) >> 16),
      "f16x8.convert_i16x8_u": fromNumber,
    };
    put(A, all);
    for (const [name, want] of Object.entries(expected)) {
      program[name]!(2 * COUNT);
      expect(all.filter((bits) => result(bits) !== want(bits)).slice(0, 5), name).toEqual([]);
    }
  });

  test("widening takes the four low lanes", () => {
    put(A, [0x3c00, 0xc000, 1, 0x7c00, 0x4200, 0, 0, 0]);
    program["f32x4.promote_low_f16x8"]!(16);
    expect([0, 4, 8, 12].map((at) => memory.getFloat32(RESULT + at, true))).toEqual([
      1,
      -2,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("lanes: splat, extract, replace", () => {
    program["splat"]!(0.1);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(result)).toEqual(new Array(8).fill(fromNumber(Math.fround(0.1))));
    put(A, [1, 2, 3, 4, 5, 0xbc00, 7, 8]);
    expect(program["extract"]!()).toBe(-1);
    program["replace"]!(2);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(result)).toEqual([1, 2, 3, 0x4000, 5, 0xbc00, 7, 8]);
  });

  const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    lt: (a, b) => a < b,
    gt: (a, b) => a > b,
    le: (a, b) => a <= b,
    ge: (a, b) => a >= b,
  };
  const isNegativeZero = (value: number): boolean => Object.is(value, -0);
  const least = (a: number, b: number): number => Math.min(a, b);
  const greatest = (a: number, b: number): number => Math.max(a, b);
  const selections: Readonly<Record<string, (a: number, b: number) => number>> = {
    min: (a, b) => fromNumber(least(toNumber(a), toNumber(b))),
    max: (a, b) => fromNumber(greatest(toNumber(a), toNumber(b))),
  };
  const takes: Readonly<Record<string, (a: number, b: number) => number>> = {
    pmin: (a, b) => (toNumber(b) < toNumber(a) ? b : a),
    pmax: (a, b) => (toNumber(a) < toNumber(b) ? b : a),
  };

  test("comparisons, minima and maxima are right for all pairs of edges", () => {
    put(
      A,
      pairs.map(([a]) => a),
    );
    put(
      B,
      pairs.map(([, b]) => b),
    );
    for (const [name, compare] of Object.entries(comparisons)) {
      program[`f16x8.${name}`]!(2 * pairs.length);
      const expected = pairs.map(([a, b]) => (compare(toNumber(a), toNumber(b)) ? 0xffff : 0));
      expect(
        pairs.map((_, i) => result(i)),
        name,
      ).toEqual(expected);
    }
    for (const [name, select] of Object.entries(selections)) {
      program[`f16x8.${name}`]!(2 * pairs.length);
      expect(
        mistakes(pairs.length, (i) => select(...pairs[i]!)),
        name,
      ).toEqual([]);
    }
    for (const [name, take] of Object.entries(takes)) {
      program[`f16x8.${name}`]!(2 * pairs.length);
      expect(
        pairs.map((_, i) => result(i)),
        name,
      ).toEqual(pairs.map(([a, b]) => take(a, b)));
    }
    expect(isNegativeZero(toNumber(selections["min"]!(0, 0x8000)))).toBe(true);
  });

  test.each(["add", "sub", "mul", "div"] as const)(
    "%s is correctly rounded for all pairs of edges and 65536 random pairs",
    (name) => {
      for (const [a, b] of [
        [pairs.map(([first]) => first), pairs.map(([, second]) => second)],
        [randomHalves(COUNT, 11n), randomHalves(COUNT, 13n)],
      ] as const) {
        put(A, a);
        put(B, b);
        program[`f16x8.${name}`]!(2 * a.length);
        expect(mistakes(a.length, (i) => reference[name](a[i]!, b[i]!))).toEqual([]);
      }
    },
  );

  test.each(["madd", "nmadd"] as const)(
    "%s rounds once, for random operands and for addends near the middle between two halves",
    (name) => {
      const [a, b, c] = [randomHalves(COUNT, 17n), randomHalves(COUNT, 19n), randomHalves(COUNT, 23n)];
      // Products of which the addend takes all but the last bits.
      for (let i = 0; i < COUNT / 2; i++)
        c[i] = (reference.mul(a[i]!, b[i]!) ^ (i & 1 ? 0x8000 : 0) ^ (i & 2)) & 0xffff;
      put(A, a);
      put(B, b);
      put(C, c);
      program[`f16x8.${name}`]!(2 * COUNT);
      expect(mistakes(COUNT, (i) => reference[name](a[i]!, b[i]!, c[i]!))).toEqual([]);
    },
  );
});
