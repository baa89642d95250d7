/**
 * Type records in the heap: what the collector and lowered casts know of a type. The layout is drawn in
 * gc/layout/type-record.ts.
 *
 * Records are permanent, because objects point to them. One agent per store writes them, when it prepares a module; the
 * others get addresses.
 */

import type { TypeStore } from "../../core/types/type-store.ts";
import { exceptionLayout } from "../layout/exception-layout.ts";
import { arrayLayout, structLayout } from "../layout/object-layout.ts";
import { ARRAY_ELEMENTS } from "../layout/objects.ts";
import { KIND_ARRAY, KIND_CONT, KIND_FUNC, KIND_STRUCT } from "../layout/record-kinds.ts";
import { isHostExtern } from "../layout/reference-types.ts";
import {
  DISPLAY_MINIMUM,
  FUNC_SHARED,
  TYPE_DEPTH,
  TYPE_DISPLAY,
  TYPE_ID,
  TYPE_KIND,
  TYPE_PROTOTYPE,
  TYPE_RECORD,
  TYPE_REFMAP,
  TYPE_REFMAP_MORE,
  TYPE_SIZE,
} from "../layout/type-record.ts";

/** What records are written into. */
export interface RecordMemory {
  readonly words: Int32Array<ArrayBufferLike>;
  allocatePermanent(bytes: number): number;
}

/** What a record says beside its place in the type hierarchy. */
export interface RecordContents {
  readonly kind: number;
  /** Bytes of a struct, or log2 of an array element's bytes. */
  readonly size: number;
  /** Byte offsets of a struct's references, ascending; for an array of references, anything. */
  readonly references: readonly number[];
  /** Canonical id of the type; NO_TYPE where no module has it. */
  readonly id: number;
  /** Addresses of the supertypes' records, the root first. */
  readonly supertypes: readonly number[];
  /** Byte offset of the prototype in custom descriptors, where they have one; of a function type `FUNC_SHARED` or 0. */
  readonly prototype?: number;
}

/** Words of an object that the record's bit map covers. */
const MAPPED_WORDS = 32;

/** Writes a record and returns its address. */
export function writeRecord(heap: RecordMemory, contents: RecordContents): number {
  const depth = contents.supertypes.length;
  const entries = Math.max(DISPLAY_MINIMUM, depth + 1);
  const address = heap.allocatePermanent(TYPE_DISPLAY + 4 * entries);
  const more = contents.references.filter((offset) => offset >= 4 * MAPPED_WORDS);
  const moreAddress = more.length === 0 ? 0 : writeMore(heap, more);
  const words = heap.words;
  const put = (offset: number, value: number): void => {
    words[(address + offset) >>> 2] = value;
  };
  put(TYPE_KIND, contents.kind);
  put(TYPE_RECORD, address);
  put(TYPE_SIZE, contents.size);
  put(TYPE_REFMAP, refmap(contents));
  put(TYPE_REFMAP_MORE, moreAddress);
  put(TYPE_ID, contents.id);
  put(TYPE_DEPTH, depth);
  put(TYPE_PROTOTYPE, contents.prototype ?? 0);
  for (const [i, supertype] of [...contents.supertypes, address].entries()) put(TYPE_DISPLAY + 4 * i, supertype);
  return address;
}

function refmap({ kind, references }: RecordContents): number {
  if (kind === KIND_ARRAY) return references.length === 0 ? 0 : 1;
  let map = 0;
  for (const offset of references) if (offset < 4 * MAPPED_WORDS) map |= 1 << (offset >>> 2);
  return map;
}

/** The list of references that the bit map does not reach. */
function writeMore(heap: RecordMemory, offsets: readonly number[]): number {
  const address = heap.allocatePermanent(4 + 4 * offsets.length);
  heap.words.set([offsets.length, ...offsets], address >>> 2);
  return address;
}

/**
 * Where the custom descriptors of a type have the prototype that JS sees (custom descriptors, "JS Prototypes"): their
 * first field, if it is an immutable externref. 0 where there is none.
 */
function prototypeOffset(types: TypeStore, id: number): number {
  const { descriptor } = types.type(id);
  if (descriptor === undefined) return 0;
  const { composite } = types.type(descriptor);
  const first = composite.kind === "struct" ? composite.fields[0] : undefined;
  if (first === undefined || first.mutable || !isHostExtern(types, first.storage)) return 0;
  return structLayout(types, descriptor).offsets[0] as number;
}

/** The records of a store's types. */
export class TypeRecords {
  readonly #heap: RecordMemory;
  readonly #types: TypeStore;
  readonly #addresses = new Map<number, number>();

  constructor(heap: RecordMemory, types: TypeStore) {
    this.#heap = heap;
    this.#types = types;
  }

  /** Address of a type's record, written on first use, after its supertypes' records. */
  addressOf(id: number): number {
    const known = this.#addresses.get(id);
    if (known !== undefined) return known;
    const supertypes: number[] = [];
    let address = 0;
    // From the root down, so that a long chain of supertypes needs no recursion.
    for (const each of this.#types.display(id)) {
      address = this.#addresses.get(each) ?? writeRecord(this.#heap, this.#contents(each, supertypes));
      this.#addresses.set(each, address);
      supertypes.push(address);
    }
    return address;
  }

  #contents(id: number, supertypes: readonly number[]): RecordContents {
    const place = { id, supertypes: [...supertypes], prototype: prototypeOffset(this.#types, id) };
    switch (this.#types.type(id).composite.kind) {
      case "struct": {
        const { size, references } = structLayout(this.#types, id);
        return { ...place, kind: KIND_STRUCT, size, references };
      }
      case "array": {
        const { elementLog2, references } = arrayLayout(this.#types, id);
        return { ...place, kind: KIND_ARRAY, size: elementLog2, references: references ? [ARRAY_ELEMENTS] : [] };
      }
      case "func": {
        // What it says of objects is about the exceptions whose tag has this type.
        const { size, references } = exceptionLayout(this.#types, id);
        const prototype = this.#types.type(id).shared ? FUNC_SHARED : 0;
        return { ...place, kind: KIND_FUNC, size, references, prototype };
      }
      case "cont":
        return { ...place, kind: KIND_CONT, size: 0, references: [] };
    }
  }
}
