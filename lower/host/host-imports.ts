/**
 * All that the host module of a lowered module imports: the one table from which lowering imports, for which the linker
 * (threads/link/link.ts) provides, and of which docs/host-imports.md is made.
 *
 * `namedImports` are the same for all modules; each item is imported only where code uses it. `indexedImports` stand
 * for items of the module: the name of each is its index.
 */

type HostValue = "i32" | "i64" | "externref";

interface FunctionImport {
  readonly kind: "func";
  readonly params: readonly HostValue[];
  readonly results: readonly HostValue[];
  readonly what: string;
}
interface GlobalImport {
  readonly kind: "global";
  readonly type: HostValue;
  readonly mutable: boolean;
  readonly what: string;
}
interface MemoryImport {
  readonly kind: "memory";
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly shared: boolean;
  readonly what: string;
}
/** A table of functions. */
interface TableImport {
  readonly kind: "table";
  readonly what: string;
}
interface TagImport {
  readonly kind: "tag";
  readonly params: readonly HostValue[];
  readonly what: string;
}
export type NamedImport = FunctionImport | GlobalImport | MemoryImport | TableImport | TagImport;

export const namedImports = {
  heap: {
    /** An import of any heap declares the largest 32-bit memory. */
    memory: {
      kind: "memory",
      minimum: 1n,
      maximum: 65536n,
      shared: true,
      what: "the store's shared memory; memory 0 of the host module",
    },
    top: { kind: "global", type: "i32", mutable: true, what: "where the agent's allocation buffer is free" },
    limit: { kind: "global", type: "i32", mutable: true, what: "where the agent's allocation buffer ends" },
    known: {
      kind: "global",
      type: "i32",
      mutable: true,
      what: "function indices below are in the agent's function table, if shared",
    },
    exception: {
      kind: "tag",
      params: ["i32"],
      what: "the tag of all exceptions; the value is the exception's address",
    },
    trap: {
      kind: "func",
      params: ["i32", "i32"],
      results: [],
      what: "(code, detail): throws the standard's RuntimeError (`TrapCode`)",
    },
    allocate: {
      kind: "func",
      params: ["i32", "i32"],
      results: ["i32"],
      what: "(bytes, sp): the slow path of allocation; 0 if there is no room",
    },
    poll: { kind: "func", params: ["i32"], results: [], what: "(sp): takes part in a collection that is asked for" },
    log: { kind: "func", params: ["i32"], results: [], what: "(object): the slow half of the write barrier" },
    resolve: {
      kind: "func",
      params: ["i32"],
      results: [],
      what: "(index): has a shared function put into the agent's function table",
    },
    growTable: {
      kind: "func",
      params: ["i32", "i32", "i32", "i32"],
      results: ["i32"],
      what: "(record, delta, value, scanned): the old length, or -1",
    },
    internalize: {
      kind: "func",
      params: ["externref", "i32"],
      results: ["i32"],
      what: "(value, sp): `any.convert_extern`; may allocate",
    },
    externalize: { kind: "func", params: ["i32"], results: ["externref"], what: "(reference): `extern.convert_any`" },
    beginWait: {
      kind: "func",
      params: ["i32", "i32"],
      results: [],
      what: "(isEndless, sp): before a wait on a linear memory",
    },
    endWait: { kind: "func", params: [], results: [], what: "after it" },
    newQueue: { kind: "func", params: ["i32"], results: ["i32"], what: "(sp): `waitqueue.new`; may allocate" },
    notifyQueue: { kind: "func", params: ["i32", "i32"], results: ["i32"], what: "(queue, count): `waitqueue.notify`" },
    waitBegin: { kind: "func", params: ["i32"], results: [], what: "(queue): before the last look at a control word" },
    waitEnd: {
      kind: "func",
      params: ["i32", "i32", "i64", "i32"],
      results: ["i32"],
      what: "(queue, matches, timeout, sp): after it; waits where the word was the expected one",
    },
  },
  functions: {
    table: { kind: "table", what: "the agent's host function table" },
  },
  base: {
    functions: { kind: "global", type: "i32", mutable: false, what: "first function index of this instance's range" },
    shared: {
      kind: "global",
      type: "i32",
      mutable: false,
      what: "address of the instance's shared block: shared globals, shared tables",
    },
    roots: {
      kind: "global",
      type: "i32",
      mutable: false,
      what: "address of this agent's root block for the instance: unshared references",
    },
    tags: { kind: "global", type: "i32", mutable: false, what: "number of the first tag that this instance defines" },
    spins: {
      kind: "global",
      type: "i32",
      mutable: false,
      what: "how often a wait looks at its control word before it joins the queue",
    },
    operand: {
      kind: "global",
      type: "i32",
      mutable: false,
      what: "address of the agent's cell for operands of conversions",
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, NamedImport>>>>;

export const indexedImports = {
  func: { kind: "func", what: "imported function k, in the lowered signature" },
  funcref: {
    kind: "global",
    what: "function index of imported function k (immutable i32), where `ref.func` or a segment needs it",
  },
  global: { kind: "global", what: "imported unshared global k: a host global of the lowered type, always mutable" },
  globalcell: {
    kind: "global",
    what: "address of imported global k's cell (immutable i32): shared globals, and root cells of references",
  },
  table: { kind: "global", what: "address of imported table k's record (immutable i32)" },
  memory: { kind: "memory", what: "imported memory k, or shared memory k that the module defines" },
  memorylength: {
    kind: "global",
    what: "address of the length in bytes of imported memory k (immutable i32), where that has pages of a byte",
  },
  tag: { kind: "global", what: "number of imported tag k (immutable i32)" },
} as const satisfies Readonly<Record<string, { readonly kind: NamedImport["kind"]; readonly what: string }>>;

export type HeapImport = keyof typeof namedImports.heap;
export type BaseImport = keyof typeof namedImports.base;
/** What lowered code calls of the heap runtime and of the linker. */
export type RuntimeFunction = {
  [N in HeapImport]: (typeof namedImports.heap)[N]["kind"] extends "func" ? N : never;
}[HeapImport];
export type IndexedImport = keyof typeof indexedImports;
/** Imports that are a number of the store or an address: immutable i32 globals. */
export type NumberImport = "funcref" | "globalcell" | "table" | "memorylength" | "tag";

export function isIndexedImport(namespace: string): namespace is IndexedImport {
  return Object.hasOwn(indexedImports, namespace);
}

// What JS provides

interface JsValues {
  readonly i32: number;
  readonly i64: bigint;
  readonly externref: unknown;
}
type JsOperands<Types extends readonly HostValue[]> = { -readonly [I in keyof Types]: JsValues[Types[I]] };

/** What JS gives for an import. */
type Provided<Import extends NamedImport> = Import extends {
  readonly kind: "func";
  readonly params: infer Params extends readonly HostValue[];
  readonly results: infer Results extends readonly HostValue[];
}
  ? Results extends readonly [infer Result extends HostValue]
    ? (...operands: JsOperands<Params>) => JsValues[Result]
    : (...operands: JsOperands<Params>) => void
  : Import extends { readonly kind: "global"; readonly mutable: infer Mutable }
    ? Mutable extends true
      ? WebAssembly.Global
      : number
    : Import extends MemoryImport
      ? WebAssembly.Memory
      : Import extends TableImport
        ? WebAssembly.Table
        : WebAssembly.Tag;

/** The values of a namespace. */
export type ProvidedImports<Namespace extends keyof typeof namedImports> = {
  readonly [N in keyof (typeof namedImports)[Namespace]]: (typeof namedImports)[Namespace][N] extends infer Import extends
    NamedImport
    ? Provided<Import>
    : never;
};
