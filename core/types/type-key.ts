/**
 * The key of a recursion group: a string that is equal for equal groups and for no others.
 *
 * It is the group as a sequence of 32-bit numbers, two UTF-16 units each. Every item begins with a number that tells
 * how the rest of it is to be read (a count, a kind, the flags of a type), so that no two groups run together to the
 * same sequence.
 */
import { type FieldType, indexOf, isAbstract, type RecGroup, type SubType, type ValType } from "./types.ts";

const KIND = { func: 0, struct: 1, array: 2, cont: 3 } as const;
/** Units per call of `String.fromCharCode`: its arguments go on the host's stack. */
const CHUNK = 4096;

export class GroupKey {
  #units = new Uint16Array(256);
  #length = 0;
  #start = 0;
  #canonical: Int32Array = new Int32Array(0);

  /** The key of a group, given the canonical ids of all types before it. Its references must have been checked. */
  of(group: RecGroup, canonical: Int32Array): string {
    this.#length = 0;
    this.#start = group.start;
    this.#canonical = canonical;
    for (const type of group.types) this.#subType(type);
    let key = "";
    for (let at = 0; at < this.#length; at += CHUNK) {
      key += String.fromCharCode(...this.#units.subarray(at, Math.min(at + CHUNK, this.#length)));
    }
    return key;
  }

  #subType(type: SubType): void {
    const modifiers =
      (type.final ? 1 : 0) |
      (type.shared ? 2 : 0) |
      (type.describes === undefined ? 0 : 4) |
      (type.descriptor === undefined ? 0 : 8);
    this.#number((type.supertypes.length << 8) | (modifiers << 4) | KIND[type.composite.kind]);
    for (const supertype of type.supertypes) this.#index(supertype);
    if (type.describes !== undefined) this.#index(type.describes);
    if (type.descriptor !== undefined) this.#index(type.descriptor);
    const { composite } = type;
    switch (composite.kind) {
      case "func":
        this.#number(composite.params.length);
        for (const param of composite.params) this.#value(param);
        this.#number(composite.results.length);
        for (const result of composite.results) this.#value(result);
        break;
      case "struct":
        this.#number(composite.fields.length);
        for (const field of composite.fields) this.#field(field);
        break;
      case "array":
        this.#field(composite.element);
        break;
      case "cont":
        this.#index(composite.func);
    }
  }

  #field(field: FieldType): void {
    this.#number(field.mutable ? 1 : 0);
    this.#value(field.storage);
  }

  #value(type: ValType): void {
    if (type < 0 || isAbstract(type)) {
      this.#number(type);
    } else {
      // Flags alone are below 16, and no abstract or numeric type is in that range.
      this.#number(type & 15);
      this.#index(indexOf(type));
    }
  }

  /** A position in the group is written as its complement, which no id is. */
  #index(index: number): void {
    this.#number(index >= this.#start ? ~(index - this.#start) : (this.#canonical[index] as number));
  }

  #number(value: number): void {
    if (this.#length + 2 > this.#units.length) {
      const grown = new Uint16Array(this.#units.length * 2);
      grown.set(this.#units);
      this.#units = grown;
    }
    this.#units[this.#length++] = value & 0xffff;
    this.#units[this.#length++] = value >>> 16;
  }
}
