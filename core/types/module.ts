/**
 * A module as decoding and parsing leave it: every index is the module's own, nothing is checked beyond the grammar.
 *
 * Expressions stay as bytes. Text is assembled to the same bytes while it is parsed, so the binary format is the only
 * form of code: one reader serves validation, lowering, interpretation and printing, and a module is never built as a
 * tree of objects.
 */
import type { RecGroup, SubType, ValType } from "./types.ts";

declare const decoded: unique symbol;

/** An expression: the bytes up to and including its `end`. */
export interface Expression {
  readonly bytes: Uint8Array;
  /**
   * Byte offset of `bytes[0]` in the module's binary, or, in a module parsed from text, a key for `Module.sourceMap`.
   */
  readonly offset: number;
}

export interface Limits {
  readonly minimum: bigint;
  readonly maximum: bigint | undefined;
  readonly shared: boolean;
  /** Index type: true for i64 (memory64). */
  readonly is64: boolean;
}
/**
 * Pages at a memory's start that can never be accessed, and behind them pages that can only be read (memory-control).
 */
export interface StaticProtection {
  readonly noAccess: number;
  readonly readOnly: number;
}
export interface MemoryType extends Limits {
  /** Base-2 logarithm of the page size: 16 unless custom page sizes say otherwise. */
  readonly pageSizeLog2: number;
  /** memory-control: pages are there only where something was mapped. */
  readonly virtual?: boolean;
  readonly protection?: StaticProtection;
}
export interface TableType extends Limits {
  readonly element: ValType;
}
export interface GlobalType {
  readonly type: ValType;
  readonly mutable: boolean;
  readonly shared: boolean;
  readonly threadLocal: boolean;
}

export type ExternType =
  | { readonly kind: "func"; readonly type: number; readonly exact: boolean }
  | { readonly kind: "table"; readonly type: TableType }
  | { readonly kind: "memory"; readonly type: MemoryType }
  | { readonly kind: "global"; readonly type: GlobalType }
  | { readonly kind: "tag"; readonly type: number };
export type ExternKind = ExternType["kind"];

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly type: ExternType;
  readonly offset: number;
}
/**
 * Imports of one module that are written together (compact-import-section); it only matters to those who write them
 * again.
 */
export interface ImportGroup {
  readonly module: string;
  /** The type that all of them have, where it is written once. */
  readonly type: ExternType | undefined;
  /** Position in the list of imports, and how many belong to the group: none, too. */
  readonly first: number;
  readonly count: number;
}
export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
  readonly offset: number;
}
/** A run of locals of one type, as the binary format groups them. */
export interface LocalRun {
  readonly count: number;
  readonly type: ValType;
}
/** A function that the module defines. `type` is a type index. */
export interface Func {
  readonly type: number;
  readonly locals: readonly LocalRun[];
  readonly body: Expression;
  /** Byte offset of the function's entry in the code section (of its size field), for stack traces. */
  readonly offset: number;
}
export interface Table {
  readonly type: TableType;
  readonly init: Expression | undefined;
  readonly offset: number;
}
export interface Memory {
  readonly type: MemoryType;
  readonly offset: number;
}
export interface Global {
  readonly type: GlobalType;
  readonly init: Expression;
  readonly offset: number;
}
export interface Tag {
  readonly type: number;
  readonly offset: number;
}
export type SegmentMode =
  | { readonly kind: "passive" }
  | { readonly kind: "declarative" }
  | { readonly kind: "active"; readonly index: number; readonly at: Expression };
export interface ElementSegment {
  readonly type: ValType;
  readonly mode: SegmentMode;
  readonly shared: boolean;
  /** Function indices where the segment was written as such; otherwise expressions. */
  readonly items:
    | { readonly kind: "functions"; readonly indices: readonly number[] }
    | { readonly kind: "expressions"; readonly list: readonly Expression[] };
  /** The flags field as written, so that encoding keeps the form. */
  readonly flags: number;
  readonly offset: number;
}
export interface DataSegment {
  readonly mode: SegmentMode;
  readonly shared: boolean;
  readonly bytes: Uint8Array;
  readonly flags: number;
  readonly offset: number;
}
export interface CustomSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Id of the last standard section before it (0 where there is none): where an encoder puts it back. */
  readonly after: number;
  readonly offset: number;
}

/** Names of the name section, by index; only for diagnostics and printing. */
export interface Names {
  module: string | undefined;
  readonly functions: Map<number, string>;
  readonly locals: Map<number, Map<number, string>>;
  readonly labels: Map<number, Map<number, string>>;
  readonly types: Map<number, string>;
  readonly tables: Map<number, string>;
  readonly memories: Map<number, string>;
  readonly globals: Map<number, string>;
  readonly elements: Map<number, string>;
  readonly data: Map<number, string>;
  readonly fields: Map<number, Map<number, string>>;
  readonly tags: Map<number, string>;
}

/** What the decoder and the text parser produce; `Module` adds the brand. */
export interface ModuleParts {
  readonly recGroups: readonly RecGroup[];
  /** All type definitions in order of their indices: the concatenation of `recGroups`. */
  readonly types: readonly SubType[];
  readonly imports: readonly Import[];
  /** In order of their imports; all other imports are written on their own. */
  readonly importGroups?: readonly ImportGroup[];
  /** The module's own functions; their indices follow the imported ones. The same holds for the four lists below. */
  readonly functions: readonly Func[];
  readonly tables: readonly Table[];
  readonly memories: readonly Memory[];
  readonly tags: readonly Tag[];
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  readonly start: number | undefined;
  readonly startOffset: number;
  readonly elements: readonly ElementSegment[];
  readonly dataCount: number | undefined;
  readonly data: readonly DataSegment[];
  readonly customs: readonly CustomSection[];
  readonly names: Names;
  /** For a module parsed from text: offsets in ascending order, each with the place in the text that it stands for. */
  readonly sourceMap: SourceMap | undefined;
}

export interface SourceMap {
  /** The place in the text of the last entry at or before `offset`. */
  positionOf(offset: number): { line: number; column: number };
}

/** A decoded or parsed module: grammatical, not yet valid. Made by `brandModule` alone. */
export type Module = ModuleParts & { readonly [decoded]: true };

/** Called by the binary decoder and the text parser only. */
export function brandModule(parts: ModuleParts): Module {
  return parts as Module;
}

/** Counts of the imported items, which come first in each index space. */
export interface ImportCounts {
  readonly func: number;
  readonly table: number;
  readonly memory: number;
  readonly global: number;
  readonly tag: number;
}

/** Counts a module's imports by kind. */
export function countImports(module: ModuleParts): ImportCounts {
  const counts = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  for (const { type } of module.imports) counts[type.kind]++;
  return counts;
}

/** Empty name maps. */
export function noNames(): Names {
  return {
    module: undefined,
    functions: new Map(),
    locals: new Map(),
    labels: new Map(),
    types: new Map(),
    tables: new Map(),
    memories: new Map(),
    globals: new Map(),
    elements: new Map(),
    data: new Map(),
    fields: new Map(),
    tags: new Map(),
  };
}
