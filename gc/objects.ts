/**
 * Objects of the heap as JS looks at them: the third side of the heap, beside what mutators call (api.ts) and what the
 * embedder gives (embedder.ts). Nothing else in JS reads an object's words, so that the layout is known here and to the
 * compiler.
 *
 * Whoever reads an object is a mutator, or keeps the world stopped: in a safe region it could be gone by then.
 *
 * Lowered code hands addresses over as i32, so that those above 2 GB are negative. `addressOf` makes an `Address` of
 * one, and whatever is returned here is an `Address` already. The methods take either.
 */
import { NULL_REFERENCE } from "./layout/memory-map.ts";
import { ARRAY_ELEMENTS, ARRAY_LENGTH, HEADER_FLAGS_MASK } from "./layout/objects.ts";
import { TYPE_DEPTH, TYPE_DISPLAY, TYPE_ID, TYPE_KIND, TYPE_PROTOTYPE, TYPE_RECORD } from "./layout/type-record.ts";

declare const unsigned: unique symbol;
/** The address of an object or a record: not negative, and so the same number wherever it comes from. */
export type Address = number & { readonly [unsigned]: true };

/** The address that a word of the heap, or an i32 of lowered code, holds. */
export function addressOf(word: number): Address {
  return (word >>> 0) as Address;
}

/** The null reference as JS sees it in an i32 result. */
export const NULL: number = NULL_REFERENCE | 0;

/** What objects are read from: the heap's memory, as far as it has grown. */
export interface ObjectMemory {
  readonly words: Int32Array<ArrayBufferLike>;
}

/** How many units are made into a string at once: hosts limit the arguments of a call. */
const CHUNK = 4096;

/** The string of the units from `from` to `to`, which may lie in shared memory. */
export function textOf(units: Uint16Array<ArrayBufferLike>, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += CHUNK) {
    text += String.fromCharCode.apply(null, units.subarray(at, Math.min(at + CHUNK, to)) as unknown as number[]);
  }
  return text;
}

export class HeapObjects {
  readonly #memory: ObjectMemory;
  #words: Int32Array<ArrayBufferLike>;
  #units: Uint16Array<ArrayBufferLike>;
  #view: DataView<ArrayBufferLike>;

  constructor(memory: ObjectMemory) {
    this.#memory = memory;
    this.#words = memory.words;
    this.#units = new Uint16Array(this.#words.buffer);
    this.#view = new DataView(this.#words.buffer);
  }

  #renew(): void {
    this.#words = this.#memory.words;
    this.#units = new Uint16Array(this.#words.buffer);
    this.#view = new DataView(this.#words.buffer);
  }

  /** The word at an address, signed. Atomic: another agent may write it meanwhile. */
  word(address: number): number {
    const index = address >>> 2;
    // To ask for the memory's buffer takes longer than to read from it; the view is too short when the memory has
    // grown.
    if (index >= this.#words.length) this.#renew();
    return Atomics.load(this.#words, index);
  }

  /** Writes a word of an object that no other agent has yet. */
  setWord(address: number, value: number): void {
    const index = address >>> 2;
    if (index >= this.#words.length) this.#renew();
    this.#words[index] = value;
  }

  /** The 64-bit and floating-point values of the memory, as far as `end`, the address behind what is wanted. */
  view(end: number): DataView<ArrayBufferLike> {
    if (end >>> 0 > this.#view.byteLength) this.#renew();
    return this.#view;
  }

  /** What the object's header leads to: its type record, or its custom descriptor. */
  #descriptorOf(object: number): number {
    return this.word(object) & ~HEADER_FLAGS_MASK;
  }

  /** The type record of an object: the header leads to it directly or through a custom descriptor. */
  typeOf(object: number): Address {
    return addressOf(this.word(this.#descriptorOf(object) + TYPE_RECORD));
  }

  /** Whether the object has this type record, of a type without custom descriptors. */
  isOf(object: number, record: number): boolean {
    return this.#descriptorOf(object) === (record | 0);
  }

  /** KIND_... of an object's type (layout/record-kinds.ts). */
  kindOf(object: number): number {
    return this.word(this.typeOf(object) + TYPE_KIND);
  }

  /** The canonical id of a record's type, or NO_TYPE. */
  idOf(record: number): number {
    return this.word(record + TYPE_ID);
  }

  /** Whether the type of `record` is `above`, whose depth is given, or a subtype of it. */
  isSubtype(record: number, above: number, depth: number): boolean {
    return this.word(record + TYPE_DEPTH) >= depth && this.word(record + TYPE_DISPLAY + 4 * depth) === (above | 0);
  }

  /**
   * The reference to an object's prototype in JS, an extern as memory has it: NULL where the object has no custom
   * descriptor, or one whose first field is none.
   */
  prototypeOf(object: number): number {
    const descriptor = this.#descriptorOf(object);
    const offset = this.word(this.word(descriptor + TYPE_RECORD) + TYPE_PROTOTYPE);
    return offset === 0 ? NULL : this.word(descriptor + offset);
  }

  /**
   * The `prototype` word of the record that the object's header leads to: of an exception, whether its tag's type is
   * shared.
   */
  flagsOf(object: number): number {
    return this.word(this.#descriptorOf(object) + TYPE_PROTOTYPE);
  }

  arrayLength(array: number): number {
    return this.word(array + ARRAY_LENGTH) >>> 0;
  }

  /** A copy of an array's elements, which are words. */
  elementWords(array: number): Int32Array {
    const length = this.arrayLength(array);
    const first = (array + ARRAY_ELEMENTS) >>> 2;
    if (first + length > this.#words.length) this.#renew();
    return this.#words.slice(first, first + length) as Int32Array;
  }

  /** A copy of an array's elements, which are bytes. */
  elementBytes(array: number): Uint8Array {
    const length = this.arrayLength(array);
    const first = (array + ARRAY_ELEMENTS) >>> 0;
    if (first + length > this.#words.byteLength) this.#renew();
    return new Uint8Array(this.#words.buffer, first, length).slice();
  }

  /** All 16-bit units of the memory as far as `array` ends: those of its elements begin at `firstUnit(array)`. */
  unitsAround(array: number): Uint16Array<ArrayBufferLike> {
    if (this.firstUnit(array) + this.arrayLength(array) > this.#units.length) this.#renew();
    return this.#units;
  }

  firstUnit(array: number): number {
    return ((array + ARRAY_ELEMENTS) >>> 0) >>> 1;
  }

  /** The string of an array's units, `most` at most. */
  text(array: number, most = Number.POSITIVE_INFINITY): string {
    const first = this.firstUnit(array);
    return textOf(this.unitsAround(array), first, first + Math.min(this.arrayLength(array), most));
  }
}
