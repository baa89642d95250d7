/**
 * A lowered module: plain WebAssembly for the host, and the plan by which an agent links it.
 *
 * Everything here can be structured-cloned to a Worker. The host module imports:
 *
 *     heap       memory                 the store's shared memory; memory 0 of the host module
 *     heap       top, limit             the agent's allocation buffer (mutable i32 globals)
 *     heap       <runtime function>     what lowered code calls (`runtimeImports`): of the heap runtime (gc/api.ts) `allocate`, `poll`, `log`;
 *                                       of the linker those listed below
 *     heap       trap                   (code: i32, a: i32) -> (): throws the standard's RuntimeError (TrapCode)
 *     heap       exception              (param i32): the tag of all exceptions; the value is the exception's address
 *     heap       known                  function indices below are in the agent's function table, if shared (mutable i32 global)
 *     functions  table                  the agent's host function table
 *     base       functions              first function index of this instance's range
 *     base       shared                 address of the instance's shared block: shared globals, shared tables
 *     base       roots                  address of this agent's root block for the instance: unshared references
 *     base       tags                   number of the first tag that this instance defines
 *     base       control                address of the agent's control block
 *     base       spins                  how often a wait looks at its control word before it joins the queue (lower/rules/shared/wait-queue.ts)
 *     base       operand                address of the agent's cell for operands of conversions (`rules/truncate.ts`)
 *     func       <k>                    imported function k, in the lowered signature
 *     funcref    <k>                    function index of imported function k (immutable i32), where `ref.func` or a segment needs it
 *     global     <k>                    imported unshared global k: a host global of the lowered type, always mutable
 *     globalcell <k>                    address of imported global k's cell (immutable i32): shared globals, and root cells of references
 *     table      <k>                    address of imported table k's record (immutable i32)
 *     memory     <k>                    imported memory k, or shared memory k that the module defines
 *     memorylength <k>                  address of the length in bytes of imported memory k, where that has pages of a byte
 *     tag        <k>                    number of imported tag k (immutable i32)
 *
 * and exports `global <k>`, `memory <k>` for each item that the module defines (unshared globals and memories only), `init` (params: sp),
 * which the creating agent runs once, and `initThreadLocals` (params: sp), which the others run. Functions are reached through the function
 * table: `base.functions + i` is function `importedFunctions + i`, put there by an element segment when the host module is instantiated.
 *
 * In a lowered signature an unshared extern is an `externref`, every other reference an i32, and one i32 parameter is added at the end: the
 * shadow-stack pointer.
 *
 * Runtime functions of the linker, under `heap`:
 *
 *     growTable     (record, delta, value, scanned: i32) -> i32     the old length, or -1
 *     internalize   (externref, sp: i32) -> i32                     `any.convert_extern`; may allocate
 *     externalize   (i32) -> externref                              `extern.convert_any`
 *     beginWait     (isEndless, sp: i32)                            around a wait (lower/rules/shared/blocking.ts)
 *     endWait       ()
 *     resolve       (index: i32)                                    has a shared function put into the agent's function table
 *     newQueue      (sp: i32) -> i32                                `waitqueue.new`; may allocate
 *     notifyQueue   (queue, count: i32) -> i32                      `waitqueue.notify`
 *     waitBegin     (queue: i32)                                    around the look at a control word (lower/rules/shared/wait-queue.ts)
 *     waitEnd       (queue, matches: i32, timeout: i64, sp: i32) -> i32
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
 * An instruction of the host module which traps where the module's own meaning is another: an access through a null reference is out of
 * bounds for the host. Hosts tell the trapping instruction's offset in a stack trace (`wasm-function[3]:0x1a5`).
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
export interface LoweredExport {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
}

/** A function of the module's index space; `type` is a canonical id. */
export interface LoweredFunction {
  readonly type: number;
  readonly shared: boolean;
  readonly imported: boolean;
  readonly name: string | undefined;
}

export type GlobalPlace =
  /** A global of the host module: numbers, vectors, unshared externs; references too, written through to byte `rootOffset` of the root block. */
  | { readonly kind: "host"; readonly rootOffset: number | undefined }
  /** A cell of the shared block at byte `offset`. */
  | { readonly kind: "shared"; readonly offset: number }
  | { readonly kind: "imported" };

export interface LoweredGlobal {
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
  /** Of the module's own memories with pages of a byte: byte offset in the shared block of the length in bytes, an i64. */
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
  /** Function index of the start function. */
  readonly start: number | undefined;
  /**
   * Bytes of the shared block, and how many of them, from its start, are words that the collector scans. Behind those lie numeric
   * globals (8- or 16-byte aligned), table records and function references.
   */
  readonly sharedBytes: number;
  readonly sharedScannedBytes: number;
  /** The same for the agent's root block: root cells of reference globals and element segments first, then unshared tables' records. */
  readonly rootBytes: number;
  readonly rootScannedBytes: number;
  /** Runtime functions that the host module imports from `heap`. */
  readonly runtimeImports: readonly string[];
}
export type LoweredModule = LoweredModuleParts & { readonly [lowered]: true };

/** Called by `lowerModule` only. */
export function brandLowered(parts: LoweredModuleParts): LoweredModule {
  return parts as LoweredModule;
}

/** The cell for operands of conversions: a double at 0, a single behind it. */
export const CONVERSION_OPERAND_F32 = 8;
export const CONVERSION_OPERAND_BYTES = 16;

/** Reasons that lowered code gives to `heap.trap`; the text is what the conformance scripts and the host's own traps say. */
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
