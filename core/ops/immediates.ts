/**
 * The kinds of immediates, and the one place that an instruction's immediates are held while it is looked at.
 *
 * A kind has one reader (binary), one writer (binary), one parser (text) and one printer (text); this file names the
 * kinds and says which fields of `Immediates` each fills.
 */
import { type HeapType, I32, type ValType } from "../types/types.ts";

/**
 * Every kind of immediate, with the fields that it fills.
 *
 * | kind | fields |
 * |---|---|
 * | `blocktype` | `block`, `blockKind` |
 * | `label` | `label` |
 * | `labels` | `labels` (the vector), `label` (the default) |
 * | `func`, `type`, `table`, `memory`, `global` | `index` for the row's first, `index2` for its second, as below |
 * | `local`, `tag`, `data`, `elem`, `field` | likewise |
 * | `heaptype` | `heap` |
 * | `castflags` | `label`, and `heap`, `heap2` with their nullability: all that a branch on a cast has |
 * | `reftype` | `heap` with its nullability: casts and tests, whose two codes (null and non-null) are two rows |
 * | `valtypes` | `types` |
 * | `memarg` | `align`, `offset`, `index` (the memory), `order` where flag bit 4 is set |
 * | `lane` | `lane` |
 * | `lanes` | `bytes` (16 lane indices of a shuffle) |
 * | `i32` | `i32` |
 * | `i64` | `i64` |
 * | `f32`, `f64`, `v128` | `bytes` (4, 8 or 16 bytes, little endian) |
 * | `count` | `count` (u32, `array.new_fixed`) |
 * | `order` | `order` (one byte: get and set) |
 * | `orders` | `order` (read and write orders in one byte: read-modify-write) |
 * | `fence` | `order` |
 * | `catches` | `catches` |
 * | `handlers` | `handlers` |
 * | `protection` | `count` (memory.protect: 0 none, 1 read, 2 readwrite) |
 * | `zero` | nothing: one byte that must be zero |
 */
export const immediateKinds = [
  "blocktype",
  "label",
  "labels",
  "func",
  "type",
  "table",
  "memory",
  "global",
  "local",
  "tag",
  "data",
  "elem",
  "field",
  "heaptype",
  "reftype",
  "castflags",
  "valtypes",
  "memarg",
  "lane",
  "lanes",
  "i32",
  "i64",
  "f32",
  "f64",
  "v128",
  "count",
  "order",
  "orders",
  "fence",
  "catches",
  "handlers",
  "protection",
  "zero",
] as const;
export type ImmediateKind = (typeof immediateKinds)[number];

/** The kinds that are an index: a row's first goes to `index`, its second to `index2` (`Row.secondIndex`). */
const indexKinds = [
  "func",
  "type",
  "table",
  "memory",
  "global",
  "local",
  "tag",
  "data",
  "elem",
  "field",
] as const satisfies ImmediateKind[];
export type IndexKind = (typeof indexKinds)[number];
const indices: ReadonlySet<ImmediateKind> = new Set(indexKinds);

export const isIndexKind = (kind: ImmediateKind): kind is IndexKind => indices.has(kind);

/**
 * The index kinds that the text may leave out where they are zero, and that the first version of the binary format had
 * a zero byte for.
 */
export const isOptionalIndex = (kind: ImmediateKind): kind is "memory" | "table" =>
  kind === "memory" || kind === "table";

/** A clause of `try_table` (core 5.4.1). */
export interface CatchClause {
  readonly kind: "catch" | "catch_ref" | "catch_all" | "catch_all_ref";
  /** The tag; undefined in the two `_all` forms. */
  readonly tag: number | undefined;
  readonly label: number;
}
/** A clause of `resume` (stack-switching, "Binary format"). A `switch` clause has no label. */
export interface Handler {
  readonly tag: number;
  readonly label: number | undefined;
}
/** Memory order of an atomic access (shared-everything-threads, relaxed-atomics). */
export type Order = "seqcst" | "acqrel";

const noBytes = new Uint8Array(0);

/**
 * The immediates of one instruction. A reader fills the fields that the row's kinds name and leaves the others as they
 * were; the object is reused from one instruction to the next, so whoever keeps it calls `copy`.
 */
export class Immediates {
  index = 0;
  index2 = 0;
  label = 0;
  labels: readonly number[] = [];
  /** How a block's type is written: none, one result in `block`, or the type index in `block`. */
  blockKind: "empty" | "result" | "type" = "empty";
  /** A value type (`result`) or a type index (`type`). */
  block: number = I32;
  heap: HeapType = I32;
  heap2: HeapType = I32;
  types: readonly ValType[] = [];
  /** Base-2 logarithm of the declared alignment. */
  align = 0;
  /** Byte offset of a memory access; above 2^32 only in a 64-bit memory. */
  offset = 0n;
  lane = 0;
  bytes: Uint8Array = noBytes;
  i32 = 0;
  i64 = 0n;
  count = 0;
  order: Order = "seqcst";
  /** Whether the order was given in the instruction (relaxed-atomics: on plain accesses it must not be). */
  hasOrder = false;
  catches: readonly CatchClause[] = [];
  handlers: readonly Handler[] = [];

  /** A copy that later instructions do not change; `copy` itself where that is given. */
  copy(copy = new Immediates()): Immediates {
    // Field by field: several times as fast as a loop over the names, and lowering makes a copy of one instruction in
    // four.
    copy.index = this.index;
    copy.index2 = this.index2;
    copy.label = this.label;
    copy.labels = this.labels;
    copy.blockKind = this.blockKind;
    copy.block = this.block;
    copy.heap = this.heap;
    copy.heap2 = this.heap2;
    copy.types = this.types;
    copy.align = this.align;
    copy.offset = this.offset;
    copy.lane = this.lane;
    copy.bytes = this.bytes;
    copy.i32 = this.i32;
    copy.i64 = this.i64;
    copy.count = this.count;
    copy.order = this.order;
    copy.hasOrder = this.hasOrder;
    copy.catches = this.catches;
    copy.handlers = this.handlers;
    return copy;
  }
}
