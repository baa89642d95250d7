/** Writes the primitive values of the binary format (core 5.2) into a buffer that grows. */

const encoder = new TextEncoder();
const MAXIMUM_U32 = 0xffffffffn;

export class Writer {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** How many bytes were written. */
  get size(): number {
    return this.#length;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  u8(value: number): void {
    if (this.#length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** An unsigned LEB128 of up to 32 bits. */
  u32(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  s32(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest >= 0x40) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.u8(rest & 0x7f);
  }

  /** A 33-bit signed LEB128: type indices up to 2^32 - 1. */
  s33(value: number): void {
    if (value === (value | 0)) this.s32(value);
    else this.s64(BigInt(value));
  }

  u64(value: bigint): void {
    if (value <= MAXIMUM_U32) {
      // Arithmetic on BigInts allocates.
      this.u32(Number(value));
      return;
    }
    let rest = value;
    while (rest >= 0x80n) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest));
  }

  s64(value: bigint): void {
    const number = Number(value);
    if (number === (number | 0)) {
      this.s32(number);
      return;
    }
    let rest = value;
    while (rest < -0x40n || rest >= 0x40n) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest & 0x7fn));
  }

  /**
   * A signed LEB128 of exactly five bytes, whose value can be replaced in place. Returns the offset of its first byte.
   */
  paddedS32(value: number): number {
    const at = this.#length;
    for (let shift = 0; shift < 28; shift += 7) this.u8(((value >> shift) & 0x7f) | 0x80);
    this.u8((value >> 28) & 0x7f);
    return at;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * The bytes of `source` from `from` to `to`. A few at a time, these are written sooner than a view of them is made.
   */
  slice(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    for (let i = from; i < to; i++) this.#buffer[this.#length++] = source[i] as number;
  }

  /** A vector of bytes: their count, and they. */
  byteVector(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  name(name: string): void {
    this.byteVector(encoder.encode(name));
  }

  /** A vector: the count, and each item by `write`. */
  vector<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.u32(items.length);
    for (const item of items) write(item);
  }

  /** What `write` writes, preceded by its size in bytes. Returns the offset of the first of those bytes. */
  sized(write: (inner: Writer) => void): number {
    const inner = new Writer();
    write(inner);
    this.u32(inner.size);
    const at = this.#length;
    this.bytes(inner.view());
    return at;
  }

  /** A section: id, size, and what `write` writes. Returns the offset of the first byte of its contents. */
  section(id: number, write: (inner: Writer) => void): number {
    this.u8(id);
    return this.sized(write);
  }

  /** What was written, not copied: valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }
}
