/**
 * What core's own lowering rules must know of the heap: how null looks, where the words are that lowered code reads, how table and type
 * records are laid out. The heap's layout belongs to `gc/layout/layout.ts`; `gc/lower` gives it to core here, since core imports no
 * feature folder.
 */
import { InternalError } from "../../core/base/assert.ts";

export interface HeapModel {
  /** The null reference: an address beyond the memory. */
  readonly nullReference: number;
  /** Address of the word that is not zero while agents are asked to stop. */
  readonly stopRequest: number;
  /** Address of the word that holds the address of the function-type array. */
  readonly functionTypesPointer: number;
  /** Bytes of the largest object that is allocated inline. */
  readonly inlineAllocationMaximum: number;
  /** Byte offsets in a type record. */
  readonly typeRecord: {
    readonly depth: number;
    readonly display: number;
    /** So many display entries exist in every record. */
    readonly displayMinimum: number;
  };
  /** Byte offsets in a table's record, and its size. */
  readonly tableRecord: {
    readonly elements: number;
    readonly length: number;
    readonly bytes: number;
  };
}

let registered: HeapModel | undefined;

/** Called once by `gc/lower`. */
export function registerHeapModel(model: HeapModel): void {
  registered = model;
}

export function heapModel(): HeapModel {
  if (registered === undefined) throw new InternalError("no heap model is registered: import lower/rules/gc/rules.ts");
  return registered;
}
