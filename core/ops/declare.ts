/** How the family files write a row in one line. */
import { InternalError } from "../base/assert.ts";
import { AbstractHeap, refAbstract, type ValType } from "../types/types.ts";
import { valueTypesByWord } from "../types/vocabulary.ts";
import { type Effects, type MemoryAccess, type RowSpec, type Slot, type Typing, varyings } from "./row.ts";

/** The types of signatures that take more than a word of the text format. */
const otherTypes: ReadonlyMap<string, ValType> = new Map([
  ["i31", refAbstract(AbstractHeap.i31, false)],
  ["shared-i31", refAbstract(AbstractHeap.i31, false, true)],
  ["waitqueue", refAbstract(AbstractHeap.waitqueue, false, true)],
  ["waitqueue-or-null", refAbstract(AbstractHeap.waitqueue, true, true)],
]);

function slotsOf(words: string): Slot[] {
  return words
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const slot =
        word === "any"
          ? word
          : (varyings.find((varying) => varying === word) ?? valueTypesByWord.get(word) ?? otherTypes.get(word));
      if (slot === undefined) throw new InternalError(`no type is called ${word}`);
      return slot;
    });
}

/** What is popped and pushed from its usual notation: `"i32 i32 -> i32"`, `"type* any -> type*"` (`Slot`). */
export function typing(notation: string): Typing {
  const arrow = notation.indexOf("->");
  return { params: slotsOf(notation.slice(0, arrow)), results: slotsOf(notation.slice(arrow + 2)) };
}

/** The fields of a row that differ from its family's. */
export type RowDetail = Omit<RowSpec, "name" | "code" | "typing">;
/** Declares one row. */
export type DeclareRow = (code: number, name: string, notation: string, detail?: RowDetail) => RowSpec;

/** A function that declares the rows of a family with what they have in common. */
export function family(common: RowDetail): DeclareRow {
  return (code, name, notation, detail) => ({ ...common, code, name, typing: typing(notation), ...detail });
}

/** Accesses of memory by how many bytes they touch. */
export const bytes1: MemoryAccess = { sizeLog2: 0, atomic: false };
export const bytes2: MemoryAccess = { sizeLog2: 1, atomic: false };
export const bytes4: MemoryAccess = { sizeLog2: 2, atomic: false };
export const bytes8: MemoryAccess = { sizeLog2: 3, atomic: false };
export const bytes16: MemoryAccess = { sizeLog2: 4, atomic: false };

export const traps: Effects = { trap: true };
export const reads: Effects = { read: true };
export const writes: Effects = { write: true };
export const updates: Effects = { read: true, write: true };
export const readsOrTraps: Effects = { trap: true, read: true };
export const writesOrTraps: Effects = { trap: true, write: true };
export const updatesOrTraps: Effects = { trap: true, read: true, write: true };
export const allocates: Effects = { alloc: true };
export const allocatesOrTraps: Effects = { alloc: true, trap: true };
/** What another function may do, allocation and blocking included, is all in `call`. */
export const calls: Effects = { trap: true, read: true, write: true, call: true, suspend: true };
