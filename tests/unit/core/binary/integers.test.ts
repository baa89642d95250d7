import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { Reader } from "../../../../core/binary/reader.ts";
import { Writer } from "../../../../core/binary/writer.ts";

const read = (bytes: readonly number[]): Reader => new Reader(Uint8Array.from(bytes));
function written(write: (writer: Writer) => void): Reader {
  const writer = new Writer(1);
  write(writer);
  return new Reader(writer.finish());
}
function errorOf(action: () => unknown): CompileError {
  try {
    action();
  } catch (error) {
    if (error instanceof CompileError) return error;
  }
  return expect.fail("no CompileError");
}

/** Values at every edge of a seven-bit group, and at the ends of the range. */
const edges = (bits: number): readonly bigint[] => {
  const values: bigint[] = [];
  for (let bit = 0n; bit < BigInt(bits); bit++)
    for (const near of [-1n, 0n, 1n]) values.push((1n << bit) + near, -(1n << bit) + near);
  return values;
};

describe("LEB128", () => {
  test("what is written is read back, at every edge", () => {
    for (const value of edges(65)) {
      const u32 = Number(BigInt.asUintN(32, value));
      const s32 = Number(BigInt.asIntN(32, value));
      const s33 = Number(BigInt.asIntN(33, value));
      const u64 = BigInt.asUintN(64, value);
      const s64 = BigInt.asIntN(64, value);
      expect(written((w) => w.u32(u32)).u32()).toBe(u32);
      expect(written((w) => w.s32(s32)).s32()).toBe(s32);
      expect(written((w) => w.paddedS32(s32)).s32()).toBe(s32);
      expect(written((w) => w.s33(s33)).s33()).toBe(s33);
      expect(written((w) => w.u64(u64)).u64()).toBe(u64);
      expect(written((w) => w.s64(s64)).s64()).toBe(s64);
    }
  });

  test("a longer form than needed is read", () => {
    expect(read([0x83, 0x80, 0x80, 0x80, 0x00]).u32()).toBe(3);
    expect(read([0xff, 0xff, 0xff, 0xff, 0x7f]).s32()).toBe(-1);
    expect(read([0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]).u64()).toBe(3n);
    expect(read([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).s64()).toBe(-1n);
  });

  test("a form longer than the type's is refused at its first byte", () => {
    const long = [0x00, ...new Array<number>(10).fill(0x80), 0x00];
    for (const kind of ["u32", "s32", "s33", "u64", "s64"] as const) {
      const reader = read(long);
      reader.u8();
      const error = errorOf(() => reader[kind]());
      expect(error.rule).toBe("integer representation too long");
      expect(error.offset).toBe(1);
      expect(error.malformed).toBe(true);
    }
  });

  test("bits beyond the type's are refused", () => {
    const large = (last: number, length: number): Reader => read([...new Array<number>(length - 1).fill(0x80), last]);
    expect(errorOf(() => large(0x10, 5).u32()).rule).toBe("integer too large");
    expect(errorOf(() => large(0x08, 5).s32()).rule).toBe("integer too large");
    expect(errorOf(() => large(0x10, 5).s33()).rule).toBe("integer too large");
    expect(errorOf(() => large(0x02, 10).u64()).rule).toBe("integer too large");
    expect(errorOf(() => large(0x01, 10).s64()).rule).toBe("integer too large");
  });

  test("an integer that ends too early is refused at the end of the bytes", () => {
    for (const kind of ["u32", "s32", "s33", "u64", "s64"] as const) {
      const error = errorOf(() => read([0x80, 0x80])[kind]());
      expect(error.rule).toBe("unexpected end of section or function");
      expect(error.offset).toBe(2);
    }
  });
});

describe("names", () => {
  test("names of every length are read back, byte order marks included", () => {
    for (const name of ["", "a", "\ufeffmark", "grüße", "日本語の長い名前がここにあります", "x".repeat(100), "💡"]) {
      expect(written((w) => w.name(name)).name()).toBe(name);
    }
  });

  test("malformed UTF-8 is refused, short or long", () => {
    expect(errorOf(() => read([1, 0xff]).name()).rule).toBe("malformed UTF-8 encoding");
    expect(errorOf(() => read([30, ...new Array<number>(30).fill(0x80)]).name()).rule).toBe("malformed UTF-8 encoding");
  });

  test("a length beyond the bytes is refused", () => {
    expect(errorOf(() => read([5, 0x61]).name()).rule).toBe("length out of bounds");
  });

  test("a name over the limit is refused", () => {
    expect(errorOf(() => written((w) => w.name("x".repeat(100_001))).name()).code).toBe("implementation-limit");
  });
});
