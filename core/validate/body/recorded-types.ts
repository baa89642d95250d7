/**
 * Types that an instruction pops or pushes, collected one by one and handed out as lists.
 *
 * Most instructions have one of a few lists, and so the lists are shared: nobody changes one. A list that is found
 * neither among those of one type nor where its hash says is made anew.
 */
import type { ValType } from "../../types/types.ts";

const SLOTS = 1024;
const HASH_FACTOR = 31;

const noTypes: readonly ValType[] = [];
const single = new Map<ValType, readonly ValType[]>();
const longer: (readonly ValType[] | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);

export class RecordedTypes {
  /** Where `#count` types are; the rest is of instructions before. */
  readonly #types: ValType[] = [];
  #count = 0;

  clear(): void {
    // Setting an array's length to zero would make the host allocate its elements anew.
    this.#count = 0;
  }

  add(type: ValType): void {
    this.#types[this.#count++] = type;
  }

  /** The types in the order in which they were added, or in reverse order. */
  list(reversed: boolean): readonly ValType[] {
    const first = this.#types[0] as ValType;
    if (this.#count === 0) return noTypes;
    if (this.#count > 1) return this.#longer(reversed);
    let list = single.get(first);
    if (list === undefined) {
      list = [first];
      single.set(first, list);
    }
    return list;
  }

  #longer(reversed: boolean): readonly ValType[] {
    if (reversed) this.#reverse();
    let hash = 0;
    for (let i = 0; i < this.#count; i++) hash = (Math.imul(hash, HASH_FACTOR) + (this.#types[i] as ValType)) | 0;
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const known = longer[slot];
    if (known !== undefined && this.#equals(known)) return known;
    const list = this.#types.slice(0, this.#count);
    longer[slot] = list;
    return list;
  }

  #reverse(): void {
    const types = this.#types;
    for (let low = 0, high = this.#count - 1; low < high; low++, high--) {
      const type = types[low] as ValType;
      types[low] = types[high] as ValType;
      types[high] = type;
    }
  }

  #equals(list: readonly ValType[]): boolean {
    if (list.length !== this.#count) return false;
    for (let i = 0; i < list.length; i++) if (list[i] !== this.#types[i]) return false;
    return true;
  }
}
