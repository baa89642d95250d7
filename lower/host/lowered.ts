/**
 * A lowered module: plain WebAssembly for the host, and the plan by which an agent links it.
 *
 * Everything here can be structured-cloned to a Worker. `host-imports.ts` has what the host module imports.
 *
 * It exports `global <k>`, `memory <k>` for each item that the module defines (unshared globals and memories only),
 * `init` (params: sp), which the creating agent runs once, and `initThreadLocals` (params: sp), which the others run.
 * Functions are reached through the function table: `base.functions + i` is function `importedFunctions + i`, put there
 * by an element segment when the host module is instantiated.
 *
 * In a lowered signature an unshared extern is an `externref`, every other reference an i32, and one i32 parameter is
 * added at the end: the shadow-stack pointer.
 */
import type { ExternKind, MemoryType } from "../../core/types/module.ts";
import type { ValType } from "../../core/types/types.ts";
import type { SourcePositions } from "./source-positions.ts";

declare const lowered: unique symbol;

/** Where a five-byte LEB128 of the host module gets a value that the store knows: written by `relocate`. */
export interface Relocation {
  /** Byte offset of the padded five-byte signed LEB128 in `bytes`. */
  readonly offset: number;
  /** Canonical id of the type whose record's address goes there. */
  readonly type: number;
}

/**
 * An instruction of the host module which traps where the module's own meaning is another: an access through a null
 * reference is out of bounds for the host. Hosts tell the trapping instruction's offset in a stack trace
 * (`wasm-function[3]:0x1a5`).
 */
export interface TrapSite {
  /** Byte offset of the instruction in `bytes`. */
  readonly offset: number;
  readonly code: TrapCode;
}

/** A function, global, table, memory or tag that the module imports. */
export interface LoweredImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternKind;
  /** Index in its index space. */
  readonly index: number;
}
interface LoweredExport {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
}

/** A function of the module's index space; `type` is a canonical id. */
interface LoweredFunction {
  readonly type: number;
  readonly shared: boolean;
  readonly imported: boolean;
  readonly name: string | undefined;
}

export type GlobalPlace =
  /**
   * A global of the host module: numbers, vectors, unshared externs; references too, written through to byte
   * `rootOffset` of the root block.
   */
  | { readonly kind: "host"; readonly rootOffset: number | undefined }
  /** A cell of the shared block at byte `offset`. */
  | { readonly kind: "shared"; readonly offset: number }
  | { readonly kind: "imported" };

interface LoweredGlobal {
  readonly type: ValType;
  readonly mutable: boolean;
  readonly shared: boolean;
  readonly threadLocal: boolean;
  readonly place: GlobalPlace;
}

export interface LoweredTable {
  readonly element: ValType;
  readonly minimum: bigint;
  readonly maximum: bigint | undefined;
  readonly is64: boolean;
  readonly shared: boolean;
  readonly imported: boolean;
  /** Byte offset of the table's record: in the shared block where `shared`, else in the root block. */
  readonly recordOffset: number;
}

export interface LoweredMemory {
  readonly minimum: bigint;
  readonly maximum: bigint | undefined;
  readonly is64: boolean;
  readonly shared: boolean;
  readonly pageSizeLog2: number;
  readonly imported: boolean;
  /** The memory's type on the host. */
  readonly host: MemoryType;
  /**
   * Of the module's own memories with pages of a byte: byte offset in the shared block of the length in bytes, an i64.
   */
  readonly lengthOffset: number | undefined;
}

export interface LoweredModuleParts {
  /** The host module, with zeros where relocations go. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly relocations: readonly Relocation[];
  /** In ascending order of offsets. */
  readonly trapSites: readonly TrapSite[];
  readonly positions: SourcePositions;
  /** Canonical ids of all types that need a record: relocated ones, function types, and their supertypes. */
  readonly types: readonly number[];
  readonly imports: readonly LoweredImport[];
  readonly exports: readonly LoweredExport[];
  /** All functions by index, the imported ones first. */
  readonly functions: readonly LoweredFunction[];
  readonly importedFunctions: number;
  readonly globals: readonly LoweredGlobal[];
  readonly tables: readonly LoweredTable[];
  readonly memories: readonly LoweredMemory[];
  readonly tags: readonly { readonly type: number; readonly imported: boolean }[];
  /** Whether code or segments make references to functions that the module defines. */
  readonly refersToFunctions: boolean;
  /** Function index of the start function. */
  readonly start: number | undefined;
  /**
   * Bytes of the shared block, and how many of them, from its start, are words that the collector scans. Behind those
   * lie numeric globals (8- or 16-byte aligned), table records and function references.
   */
  readonly sharedBytes: number;
  readonly sharedScannedBytes: number;
  /**
   * The same for the agent's root block: root cells of reference globals and element segments first, then unshared
   * tables' records.
   */
  readonly rootBytes: number;
  readonly rootScannedBytes: number;
}
export type LoweredModule = LoweredModuleParts & { readonly [lowered]: true };

/** Called by `lowerModule` only. */
export function brandLowered(parts: LoweredModuleParts): LoweredModule {
  return parts as LoweredModule;
}

/** The cell for operands of conversions: a double at 0, a single behind it. */
export const CONVERSION_OPERAND_F32 = 8;
export const CONVERSION_OPERAND_BYTES = 16;

/**
 * Reasons that lowered code gives to `heap.trap`; the text is what the conformance scripts and the host's own traps
 * say.
 */
export const TrapCode = {
  unreachable: 0,
  nullReference: 1,
  arrayOutOfBounds: 2,
  castFailure: 3,
  tableOutOfBounds: 4,
  undefinedElement: 5,
  uninitializedElement: 6,
  indirectCallTypeMismatch: 7,
  allocationTooLarge: 8,
  nullFunctionReference: 9,
  nullI31Reference: 10,
  nullArrayReference: 11,
  nullStructureReference: 12,
  unalignedAtomic: 13,
  memoryOutOfBounds: 14,
  nullExceptionReference: 15,
  shadowStackOverflow: 16,
  expectedSharedMemory: 17,
  nullContinuationReference: 18,
  nullDescriptor: 19,
  blockingForbidden: 20,
  outOfMemory: 21,
  descriptorCastFailure: 22,
  nullWaitQueueReference: 23,
  unsharedWait: 24,
} as const;
export type TrapCode = (typeof TrapCode)[keyof typeof TrapCode];

export const trapMessages: Readonly<Record<TrapCode, string>> = {
  [TrapCode.unreachable]: "unreachable",
  [TrapCode.nullReference]: "null reference",
  [TrapCode.arrayOutOfBounds]: "out of bounds array access",
  [TrapCode.castFailure]: "cast failure",
  [TrapCode.tableOutOfBounds]: "out of bounds table access",
  [TrapCode.undefinedElement]: "undefined element",
  [TrapCode.uninitializedElement]: "uninitialized element",
  [TrapCode.indirectCallTypeMismatch]: "indirect call type mismatch",
  [TrapCode.allocationTooLarge]: "allocation size too large",
  [TrapCode.nullFunctionReference]: "null function reference",
  [TrapCode.nullI31Reference]: "null i31 reference",
  [TrapCode.nullArrayReference]: "null array reference",
  [TrapCode.nullStructureReference]: "null structure reference",
  [TrapCode.unalignedAtomic]: "unaligned atomic",
  [TrapCode.memoryOutOfBounds]: "out of bounds memory access",
  [TrapCode.nullExceptionReference]: "null exception reference",
  [TrapCode.shadowStackOverflow]: "call stack exhausted",
  [TrapCode.expectedSharedMemory]: "expected shared memory",
  [TrapCode.nullContinuationReference]: "null continuation reference",
  [TrapCode.nullDescriptor]: "null descriptor reference",
  [TrapCode.blockingForbidden]: "blocking is not allowed on this agent",
  [TrapCode.outOfMemory]: "out of memory",
  [TrapCode.descriptorCastFailure]: "descriptor cast failure",
  [TrapCode.nullWaitQueueReference]: "null waitqueue reference",
  [TrapCode.unsharedWait]: "wait on an unshared location",
};
