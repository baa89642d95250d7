/**
 * Where a module's globals, tables and element segments live outside of the host module: offsets in the instance's
 * shared block and in the agent's root block.
 *
 *     +--------------------------+--------------------------------------------------------+
 *     | words that are scanned:  | table records, numbers, vectors, function references,  |
 *     | references, segments     | segment lengths                                        |
 *     +--------------------------+--------------------------------------------------------+
 *     0                          scannedBytes                                             bytes
 */

import type { TypeStore } from "../../core/types/type-store.ts";
import { F64, I64, V128, type ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import { isHeapAddress, isHostExtern, isScanned } from "../../gc/layout/reference-types.ts";
import { TABLE_RECORD_BYTES } from "../../gc/layout/tables.ts";
import type { GlobalPlace } from "../host/lowered.ts";

/** A block that grows while things are placed in it: first all scanned words, then the rest. */
class Block {
  #bytes = 0;
  scannedBytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  place(bytes: number, align: number): number {
    const offset = Math.ceil(this.#bytes / align) * align;
    this.#bytes = offset + bytes;
    return offset;
  }

  /** Ends the scanned part. */
  seal(): void {
    this.scannedBytes = this.#bytes;
  }
}

/** The words of an element segment, and the word that has its length: zero once it is dropped. */
export interface SegmentPlace {
  readonly shared: boolean;
  readonly count: number;
  readonly words: number;
  readonly length: number;
}

export interface Placement {
  readonly globals: readonly GlobalPlace[];
  /** Offset of each table's record; 0 for an imported table. */
  readonly tables: readonly number[];
  /** Passive element segments have places; of the others only the length, which is zero, may be asked. */
  readonly segments: readonly SegmentPlace[];
  /** Offset in the shared block of a memory's length in bytes, for the module's own memories with pages of a byte. */
  readonly memoryLengths: readonly (number | undefined)[];
  readonly shared: { readonly bytes: number; readonly scannedBytes: number };
  readonly roots: { readonly bytes: number; readonly scannedBytes: number };
}

const WORD = 4;
const HOST_PAGE_LOG2 = 16;

function numberBytes(type: ValType): number {
  if (type === V128) return 16;
  return type === I64 || type === F64 ? 8 : WORD;
}

export function placeItems(valid: ValidModule): Placement {
  const { types, module, imports } = valid;
  const shared = new Block();
  const roots = new Block();
  const globals: GlobalPlace[] = [];
  const segments: SegmentPlace[] = [];

  // In two rounds, so that scanned words come first.
  for (const round of ["scanned", "rest"] as const) {
    valid.globals.forEach(({ type, shared: isShared }, index) => {
      if (isScanned(types, type) !== (round === "scanned")) return;
      if (index < imports.global) globals[index] = { kind: "imported" };
      else if (isShared)
        globals[index] = { kind: "shared", offset: shared.place(numberBytes(type), numberBytes(type)) };
      else
        globals[index] = { kind: "host", rootOffset: needsRootCell(types, type) ? roots.place(WORD, WORD) : undefined };
    });
    valid.elements.forEach((type, index) => {
      if (isScanned(types, type) !== (round === "scanned")) return;
      const segment = module.elements[index];
      const block = segment?.shared === true ? shared : roots;
      const count =
        segment?.mode.kind === "passive"
          ? (segment.items.kind === "functions" ? segment.items.indices : segment.items.list).length
          : 0;
      segments[index] = { shared: segment?.shared === true, count, words: block.place(count * WORD, WORD), length: 0 };
    });
    if (round === "scanned") {
      shared.seal();
      roots.seal();
    }
  }
  const tables = valid.tables.map((table, index) =>
    index < imports.table ? 0 : (table.shared ? shared : roots).place(TABLE_RECORD_BYTES, 8),
  );
  const withLengths = segments.map((place) => ({
    ...place,
    length: (place.shared ? shared : roots).place(WORD, WORD),
  }));
  const memoryLengths = valid.memories.map(({ pageSizeLog2 }, index) =>
    index < imports.memory || pageSizeLog2 === HOST_PAGE_LOG2
      ? undefined
      : shared.place(numberBytes(I64), numberBytes(I64)),
  );
  return {
    globals,
    tables,
    memoryLengths,
    segments: withLengths,
    shared: { bytes: shared.bytes, scannedBytes: shared.scannedBytes },
    roots: { bytes: roots.bytes, scannedBytes: roots.scannedBytes },
  };
}

/**
 * A host global that holds the address of an object is written through to the root block, where the collector sees it.
 */
export function needsRootCell(types: TypeStore, type: ValType): boolean {
  return isHeapAddress(types, type) && !isHostExtern(types, type);
}
