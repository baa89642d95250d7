import { describe, expect, test } from "vitest";
import { formatF16, formatF32, formatF64, parseFloatBits } from "../../../../../core/text/lex/floats.ts";
import { parseI32, parseInteger, parseNatural } from "../../../../../core/text/lex/integers.ts";
import { printF32, printF64 } from "../../../../../core/text/print/print-numbers.ts";

const integer = (text: string): bigint | undefined => parseInteger(text, 0, text.length);
const natural = (text: string): bigint | undefined => parseNatural(text, 0, text.length);
const f32 = (text: string): bigint | string => parseFloatBits(text, formatF32);
const f64 = (text: string): bigint | string => parseFloatBits(text, formatF64);

const view = new DataView(new ArrayBuffer(8));
function bitsOfF32(value: number): bigint {
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}
function bitsOfF64(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

describe("integers", () => {
  test("underscores stand between digits only", () => {
    expect(integer("1_000")).toBe(1000n);
    expect(integer("0xAB_cd")).toBe(0xabcdn);
    for (const text of ["_1", "1_", "1__0", "0x", "0x_1", "0X1", "", "+", "-", "--1", "1a"])
      expect(integer(text), text).toBeUndefined();
  });
  test("a sign makes a literal signed, and unsigned readers refuse it", () => {
    expect(integer("-0x10")).toBe(-16n);
    expect(integer("+7")).toBe(7n);
    expect(natural("+7")).toBeUndefined();
  });
  test("i32 takes both the signed and the unsigned range", () => {
    const i32 = (text: string): number | null | undefined => parseI32(text, 0, text.length);
    expect(i32("4294967295")).toBe(-1);
    expect(i32("-2147483648")).toBe(-2147483648);
    expect(i32("4294967296")).toBeNull();
    expect(i32("-2147483649")).toBeNull();
  });
});

describe("floating-point literals", () => {
  test("f32 is rounded once: a decimal beside the middle of two values goes to its own side", () => {
    // 1 + 2^-24 lies in the middle between 1 and its successor; rounding to f64 first would lose the last digit.
    expect(f32("1.000000059604644775390625")).toBe(bitsOfF32(1));
    expect(f32("1.0000000596046447753906250000000001")).toBe(0x3f800001n);
    expect(f32("1.0000000596046447753906249999999999")).toBe(bitsOfF32(1));
    expect(f32("1.000000178813934326171875")).toBe(0x3f800002n);
  });
  test("f32 overflows from the middle between the largest value and the next power of two", () => {
    expect(f32("340282356779733661637539395458142568447.9999")).toBe(0x7f7fffffn);
    expect(f32("340282356779733661637539395458142568448")).toBe("out-of-range");
    expect(f32("1e39")).toBe("out-of-range");
  });
  test("f32 subnormals and the underflow to zero", () => {
    expect(f32("1e-45")).toBe(1n);
    expect(f32("0x1p-149")).toBe(1n);
    expect(f32("0x1p-150")).toBe(0n);
    expect(f32("0x1.000001p-150")).toBe(1n);
    expect(f32("1e-400")).toBe(0n);
  });
  test("hexadecimal literals round to nearest, ties to even", () => {
    expect(f64("0x1.8p3")).toBe(bitsOfF64(12));
    expect(f64("0x1.00000000000008p0")).toBe(bitsOfF64(1));
    expect(f64("0x1.000000000000080000000001p0")).toBe(bitsOfF64(1) + 1n);
    expect(f64("0x1.fffffffffffff8p1023")).toBe("out-of-range");
    expect(f64("0x1p-1074")).toBe(1n);
    expect(f64("0xABC.deF_0p-1_0")).toBe(bitsOfF64(0xabcdef / 4096 / 1024));
  });
  test("exponents far out of range cost nothing", () => {
    expect(f64("0x1p99999999999999999999")).toBe("out-of-range");
    expect(f64("0x1p-99999999999999999999")).toBe(0n);
    expect(f32("0e99999999999")).toBe(0n);
    expect(f32("1e-99999999999")).toBe(0n);
  });
  test("NaN payloads are one to the width of the significand", () => {
    expect(f32("nan")).toBe(0x7fc00000n);
    expect(f32("-nan:0x1")).toBe(0xff800001n);
    expect(f32("nan:0x0")).toBe("out-of-range");
    expect(f32("nan:0x80_0000")).toBe("out-of-range");
    expect(f64("nan:0xf_ffff_ffff_ffff")).toBe(0x7fffffffffffffffn);
    expect(f32("nan:1")).toBe("no-literal");
  });
  test("what is no literal is told from what is out of range", () => {
    for (const text of ["1e", "1.e+", "0x1.p", "1._0", "1_.0", ".5", "1.5e_3", "0x1.8p0x1", "e1", "infinity"])
      expect(f64(text), text).toBe("no-literal");
    for (const text of ["1.", "0x1.", "1.e3", "-0", "+inf"]) expect(typeof f64(text), text).toBe("bigint");
  });
  test("half precision", () => {
    expect(parseFloatBits("65504", formatF16)).toBe(0x7bffn);
    expect(parseFloatBits("65520", formatF16)).toBe("out-of-range");
    expect(parseFloatBits("0x1p-24", formatF16)).toBe(1n);
  });
  test("printed values read back as the same bits", () => {
    let seed = 12345;
    const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
    for (let i = 0; i < 2000; i++) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, next());
      new DataView(bytes.buffer).setUint32(4, next());
      const single = bytes.slice(0, 4);
      expect(f32(printF32(single))).toBe(BigInt(new DataView(single.buffer).getUint32(0, true)));
      expect(f64(printF64(bytes))).toBe(new DataView(bytes.buffer).getBigUint64(0, true));
    }
  });
});
