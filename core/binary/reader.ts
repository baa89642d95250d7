/**
 * Reads the primitive values of the binary format (core 5.2) from a stretch of bytes.
 *
 * Sections and function bodies are read without a bound of their own, as the reference interpreter does: where a
 * section's contents run past its size, that is found at its end ("section size mismatch"), and errors before that name
 * what was really read.
 *
 * Positions are indices into `bytes`; errors carry `base + position`, the offset in the module. One- and two-byte
 * LEB128 values, nearly all of them, are read without a loop; the rest goes through the `...Slow` methods.
 */
import { malformed } from "../base/errors.ts";
import { defaultFeatures, type FeatureSet } from "../base/features.ts";
import { limits } from "./sections.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The BigInts of values of up to eleven bits: most offsets and many constants, and no allocation for them. */
const SMALL = 0x400;
const smallIntegers: readonly bigint[] = Array.from({ length: 2 * SMALL }, (_, index) => BigInt(index - SMALL));

/** The BigInt of a small or of any other safe integer. */
function bigintOf(value: number): bigint {
  return value >= -SMALL && value < SMALL ? (smallIntegers[value + SMALL] as bigint) : BigInt(value);
}

export class Reader {
  readonly bytes: Uint8Array;
  /** Index of the next byte. */
  pos: number;
  /** Index behind the last byte that may be read. */
  end: number;
  /** Offset of `bytes[0]` in the module. */
  readonly base: number;
  /** Which proposals' types and immediates are taken. */
  readonly features: FeatureSet;

  constructor(bytes: Uint8Array, features: FeatureSet = defaultFeatures, base = 0, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.features = features;
    this.base = base;
    this.pos = pos;
    this.end = end;
  }

  /** Offset of the next byte in the module. */
  get offset(): number {
    return this.base + this.pos;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  /** Raises the error that the input breaks the grammar at `at`, an index into `bytes`. */
  fail(message: string, code: string, at = this.pos, expected?: string): never {
    return malformed(message, code, this.base + at, expected);
  }

  /** Raises the error that the bytes end too early. */
  failAtEnd(): never {
    return this.fail("unexpected end of section or function", "unexpected-end", this.end);
  }

  u8(): number {
    if (this.pos >= this.end) this.failAtEnd();
    return this.bytes[this.pos++] as number;
  }

  /** The next byte without taking it, or -1 at the end. */
  peek(): number {
    return this.pos < this.end ? (this.bytes[this.pos] as number) : -1;
  }

  u32(): number {
    const pos = this.pos;
    if (pos + 1 < this.end) {
      const first = this.bytes[pos] as number;
      if (first < 0x80) {
        this.pos = pos + 1;
        return first;
      }
      const second = this.bytes[pos + 1] as number;
      if (second < 0x80) {
        this.pos = pos + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    return this.#u32Slow();
  }

  #u32Slow(): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      if (shift === 28) {
        if (byte >= 0x80) this.fail("integer representation too long", "leb-too-long", start);
        if (byte > 0x0f) this.fail("integer too large", "leb-too-large", start);
        return (value | (byte << 28)) >>> 0;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  s32(): number {
    const pos = this.pos;
    if (pos + 1 < this.end) {
      const first = this.bytes[pos] as number;
      if (first < 0x80) {
        this.pos = pos + 1;
        return (first << 25) >> 25;
      }
      const second = this.bytes[pos + 1] as number;
      if (second < 0x80) {
        this.pos = pos + 2;
        return (((first & 0x7f) | (second << 7)) << 18) >> 18;
      }
    }
    return this.#s32Slow();
  }

  #s32Slow(): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      if (shift === 28) {
        if (byte >= 0x80) this.fail("integer representation too long", "leb-too-long", start);
        // Bits 3 to 6 must all equal the sign.
        const high = byte & 0x78;
        if (high !== 0 && high !== 0x78) this.fail("integer too large", "leb-too-large", start);
        return value | (byte << 28);
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift + 7 < 32 ? (value << (25 - shift)) >> (25 - shift) : value;
    }
  }

  /** A 33-bit signed integer: a type index where it is not negative. */
  s33(): number {
    const start = this.pos;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      if (shift === 28) {
        if (byte >= 0x80) this.fail("integer representation too long", "leb-too-long", start);
        const high = byte & 0x70;
        if (high !== 0 && high !== 0x70) this.fail("integer too large", "leb-too-large", start);
        const unsigned = (value | ((byte & 0x0f) << 28)) >>> 0;
        return high === 0 ? unsigned : unsigned - 0x1_0000_0000;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
  }

  u64(): bigint {
    const { pos } = this;
    // Up to four bytes: an exact u32, and the bounds of that are checked already.
    if (pos + 3 < this.end && this.#isShort(pos)) return bigintOf(this.u32());
    return this.#long(0x01, 0x00);
  }

  s64(): bigint {
    const { pos } = this;
    if (pos + 3 < this.end && this.#isShort(pos)) return bigintOf(this.s32());
    return BigInt.asIntN(64, this.#long(0x7f, 0x7f));
  }

  /** Whether one of the four bytes from `pos` ends a LEB128. */
  #isShort(pos: number): boolean {
    const { bytes } = this;
    const first = bytes[pos] as number;
    if (first < 0x80) return true;
    return ((bytes[pos + 1] as number) & (bytes[pos + 2] as number) & (bytes[pos + 3] as number)) < 0x80;
  }

  /** Up to ten bytes; the tenth must be at most one bit: `0` or `1` where unsigned, `0x00` or `0x7F` where signed. */
  #long(highest: number, sign: number): bigint {
    const start = this.pos;
    let low = 0;
    let high = 0;
    // 28 bits in `low`, 35 bits in `high`: both are exact doubles, so that one BigInt operation joins them.
    for (let index = 0; ; index++) {
      const byte = this.u8();
      if (index === 9) {
        if (byte >= 0x80) this.fail("integer representation too long", "leb-too-long", start);
        if (byte !== 0 && byte !== highest) this.fail("integer too large", "leb-too-large", start);
        return (BigInt(byte & 1) << 63n) | (BigInt(high) << 28n) | BigInt(low);
      }
      if (index < 4) low |= (byte & 0x7f) << (index * 7);
      else high += (byte & 0x7f) * 2 ** ((index - 4) * 7);
      if (byte < 0x80) {
        const value = (BigInt(high) << 28n) | BigInt(low);
        return sign !== 0 && (byte & 0x40) !== 0 ? BigInt.asIntN((index + 1) * 7, value) : value;
      }
    }
  }

  /** `length` bytes, not copied. */
  take(length: number): Uint8Array {
    if (length > this.end - this.pos) this.failAtEnd();
    this.pos += length;
    return this.bytes.subarray(this.pos - length, this.pos);
  }

  /** A length, which what follows can have: a bound on what input can make us allocate. */
  length(): number {
    const at = this.pos;
    const length = this.u32();
    // Measured from the length itself, as the reference interpreter does: off by its own size, it is "unexpected end"
    // later.
    if (length > this.end - at) this.fail("length out of bounds", "length-out-of-bounds", at);
    return length;
  }

  /** A vector of bytes: a length and that many bytes, not copied. */
  byteVector(): Uint8Array {
    return this.take(this.length());
  }

  /** The length of a vector of items that take at least a byte each. */
  count(what: string, limit: number): number {
    const at = this.pos;
    const count = this.u32();
    if (count > limit)
      this.fail(`too many ${what}: ${count}, the limit is ${limit}`, "implementation-limit", at, `at most ${limit}`);
    if (count > this.end - at) this.fail("length out of bounds", "length-out-of-bounds", at);
    return count;
  }

  name(limit: number = limits.nameBytes): string {
    const at = this.pos;
    const bytes = this.byteVector();
    if (bytes.length > limit)
      this.fail(`name too long: the limit is ${limit} bytes`, "implementation-limit", at, `at most ${limit} bytes`);
    return this.#utf8(bytes, at);
  }

  #utf8(bytes: Uint8Array, at: number): string {
    let ascii = "";
    if (bytes.length <= 24) {
      for (const byte of bytes) {
        if (byte >= 0x80) return this.#utf8Slow(bytes, at);
        ascii += String.fromCharCode(byte);
      }
      return ascii;
    }
    return this.#utf8Slow(bytes, at);
  }

  #utf8Slow(bytes: Uint8Array, at: number): string {
    try {
      // A copy: browsers' decoders refuse views of shared memory.
      return decoder.decode(bytes.slice());
    } catch {
      return this.fail("malformed UTF-8 encoding", "malformed-utf8", at);
    }
  }

  /** A reader of the next `length` bytes, which this one skips. */
  sub(length: number): Reader {
    const start = this.pos;
    if (length > this.end - start) this.failAtEnd();
    this.pos = start + length;
    return new Reader(this.bytes, this.features, this.base, start, start + length);
  }
}
