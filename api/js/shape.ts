/**
 * The shape of the WebAssembly namespace: that of the standard's JS API (https://webassembly.github.io/spec/js-api/),
 * and of its Web API for streams. What goes beyond them says so, and where it comes from.
 */
import type { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import type { ModuleSource } from "../../threads/modules/compile.ts";
import type { ThreadBoundDataConstructor } from "../../threads/values/thread-bound-data.ts";
import type { WaitQueueConstructor } from "../../threads/wait/wait-queue-object.ts";

/** An import that a module declares (JS API, `ModuleImportDescriptor`). */
export interface ModuleImportDescriptor {
  readonly module: string;
  readonly name: string;
  readonly kind: WebAssembly.ImportExportKind;
}

/** An export of a module (JS API, `ModuleExportDescriptor`). */
export interface ModuleExportDescriptor {
  readonly name: string;
  readonly kind: WebAssembly.ImportExportKind;
}

/**
 * What a `Global` is made with (JS API, `GlobalDescriptor`; `shared` and `thread-local`: shared-everything threads,
 * "Shared Annotations").
 */
export interface GlobalDescriptor {
  /**
   * The type of its values: "i32", "i64", "f32", "f64", "v128", "externref" or "anyfunc"; beyond the standard also
   * "funcref", "anyref", "eqref", "i31ref", "structref", "arrayref" and "exnref". Reference types are nullable.
   */
  readonly value: string;
  /** Whether its value can be set; default false. */
  readonly mutable?: boolean;
  /** One global for all agents; references are to shared objects. Default false. */
  readonly shared?: boolean;
  /** Each agent has a global of its own, zero or null until it sets it. Goes before `shared`. Default false. */
  readonly "thread-local"?: boolean;
}

/**
 * The type of a `Function` (JS API proposal "type reflection"; `shared` and `thread-local`: shared-everything threads,
 * "JS API").
 */
export interface FunctionDescriptor {
  /** Value types, as in `GlobalDescriptor`. */
  readonly parameters: Iterable<string>;
  readonly results: Iterable<string>;
  /**
   * All heap types are shared. Without `thread-local` only a function that is shared already can be given. Default
   * false.
   */
  readonly shared?: boolean;
  /** A shared function behind which each agent has a function of its own JS. Default false. */
  readonly "thread-local"?: boolean;
}

/** What exported functions have beside what all functions have. */
export interface FunctionObject {
  /**
   * Calls the function. Arguments are converted to its parameters' types; several results come as an array. Raises a
   * `TypeError` for arguments that cannot be converted and for values that JS cannot have, a `RuntimeError` where it
   * traps, a `RangeError` where the stack is exhausted, and whatever it throws.
   */
  (...args: unknown[]): unknown;
  /** Whether all agents can have the function. */
  readonly shared: boolean;
  /**
   * Sets this agent's function of a thread-local one. A `TypeError` where it has been set, or the function is not
   * thread-local.
   */
  initialize(callee: ((...args: never[]) => unknown) | null): void;
}

/** What a `Table` is made with (JS API, `TableDescriptor`). */
export interface TableDescriptor {
  /** A reference type: "anyfunc", "externref", or another of those in `GlobalDescriptor`. */
  readonly element: string;
  /** What addresses are: numbers, or BigInts with "i64". Default "i32". */
  readonly address?: "i32" | "i64";
  /** Elements at first: 0 to 10,000,000; beyond, a `RangeError`. */
  readonly initial: number | bigint;
  /**
   * Elements at most, no fewer than `initial`. Required where the table is shared; by default there is no limit but
   * that one.
   */
  readonly maximum?: number | bigint;
  /** One table for all agents; references are to shared objects. Default false. */
  readonly shared?: boolean;
}

/** A compiled module. It can be instantiated any number of times, and by `Store.run` on other threads. */
export interface ModuleObject {
  readonly [Symbol.toStringTag]: string;
}

/** An instance of a module. */
export interface InstanceObject {
  /** Frozen, without a prototype. */
  // biome-ignore lint/suspicious/noExplicitAny: exports are whatever the module says, as in the standard's own typing
  readonly exports: Record<string, any>;
}

/** A global (JS API, `Global`). */
export interface GlobalObject {
  /**
   * Its value on this agent. Read or set, a `TypeError` for types whose values JS cannot have ("v128", "exnref"); set,
   * also where the global is not mutable or the value cannot be converted to its type.
   */
  value: unknown;
  /** Whether all agents can have the global, as that of all, or as a thread-local one. */
  readonly shared: boolean;
  /** The same as `value`. */
  valueOf(): unknown;
}

/** A table (JS API, `Table`). Indices and sizes are numbers, or BigInts where its addresses are. */
export interface TableObject {
  /** Elements at present. A BigInt where the table's addresses are, as what `grow` returns. */
  readonly length: number;
  /** Whether all agents can have the table. */
  readonly shared: boolean;
  /** An element. A `RangeError` for an index that is not below `length`. */
  get(index: number | bigint): unknown;
  /**
   * Sets an element, to null or undefined where no value is given. A `RangeError` as above; a `TypeError` for a value
   * of another type.
   */
  set(index: number | bigint, value?: unknown): void;
  /**
   * Adds `delta` elements; returns how many there were. A `RangeError` beyond the maximum; a `RuntimeError` where the
   * heap has no room.
   */
  grow(delta: number | bigint, value?: unknown): number;
}

/** What a `Tag` is made with (JS API, `TagType`). */
export interface TagDescriptor {
  /** Value types, as in `GlobalDescriptor`. */
  readonly parameters: Iterable<string>;
  /** The tag of shared exceptions, whose values are shared (shared-everything threads). Default false. */
  readonly shared?: boolean;
}

/** A tag (JS API, `Tag`). */
export interface TagObject {
  /** Whether its exceptions are shared. */
  readonly shared: boolean;
  readonly [Symbol.toStringTag]: string;
}

/** How an `Exception` is made (JS API, `ExceptionOptions`). */
export interface ExceptionOptions {
  /** Whether the exception notes the call stack; default false. */
  readonly traceStack?: boolean;
}

/** An exception that wasm code threw, or may be given (JS API, `Exception`). */
export interface ExceptionObject {
  /**
   * Argument `index` of the exception. A `TypeError` where `exceptionTag` is not its tag, or JS cannot have the
   * argument; a `RangeError` for an index that is not below the number of arguments.
   */
  getArg(exceptionTag: TagObject, index: number): unknown;
  /** Whether the exception has this tag. */
  is(exceptionTag: TagObject): boolean;
  /** Whether the tag is shared. */
  readonly shared: boolean;
  /** Where it was made, with `traceStack`; else undefined. */
  readonly stack: string | undefined;
}

/** How a module is compiled (JS API, `WebAssemblyCompileOptions`). */
export interface CompileOptions {
  /**
   * Names of builtin sets: "js-string", and "js-prototypes" (custom descriptors). Unknown ones are ignored. Default:
   * none.
   */
  readonly builtins?: Iterable<string>;
  /** The module whose imports are strings: their own names. Default: none is. */
  readonly importedStringConstants?: string | null;
}

/** What `instantiate` makes of a source. */
export interface InstantiatedSource {
  readonly module: ModuleObject;
  readonly instance: InstanceObject;
}

/**
 * The namespace object's shape. A source is the bytes of a binary module or, beyond the standard, a text that begins
 * with `(` or `;;`; it is copied before anything else happens. Whatever is given that is of the wrong type raises a
 * `TypeError`.
 */
export interface Namespace {
  /** Whether a source is a valid module, whose builtins' imports have the right types. */
  validate(source: ModuleSource, options?: CompileOptions): boolean;
  /** Compiles a source. Rejects with a `CompileError` where it is malformed, invalid, or beyond the host's limits. */
  compile(source: ModuleSource, options?: CompileOptions): Promise<ModuleObject>;
  /**
   * Compiles a response of type `application/wasm`; rejects also where there is none (Web API). The whole response is
   * read first.
   */
  compileStreaming(source: Response | PromiseLike<Response>, options?: CompileOptions): Promise<ModuleObject>;
  /** Compiles and instantiates a source. Rejects as `compile` and as the instantiation of a module does. */
  instantiate(
    source: ModuleSource,
    imports?: WebAssembly.Imports,
    options?: CompileOptions,
  ): Promise<InstantiatedSource>;
  /**
   * Instantiates a module. Rejects with a `LinkError` for an import that is missing or does not fit, a `TypeError`
   * where `imports` has no object for an import's module, a `RuntimeError` where initialisation or the start function
   * traps, and with what the start function throws.
   */
  instantiate(module: ModuleObject, imports?: WebAssembly.Imports): Promise<InstanceObject>;
  /** Compiles and instantiates a response (Web API). */
  instantiateStreaming(
    source: Response | PromiseLike<Response>,
    imports?: WebAssembly.Imports,
    options?: CompileOptions,
  ): Promise<InstantiatedSource>;
  readonly Module: {
    /** Compiles a source on this thread. Raises what `compile` rejects with. */
    new (source: ModuleSource, options?: CompileOptions): ModuleObject;
    /** The exports of a module, in its order. */
    exports(module: ModuleObject): ModuleExportDescriptor[];
    /** The imports that a module is to be given, in its order: without builtins and string constants. */
    imports(module: ModuleObject): ModuleImportDescriptor[];
    /** Copies of the contents of all custom sections with a name. */
    customSections(module: ModuleObject, name: string): ArrayBuffer[];
    readonly prototype: ModuleObject;
  };
  /** Instantiates a module at once. Raises what `instantiate` rejects with. */
  readonly Instance: Interface<InstanceObject, [module: ModuleObject, imports?: WebAssembly.Imports]>;
  /** The host's own class: the memories of lowered modules are the host's. */
  readonly Memory: typeof WebAssembly.Memory;
  /**
   * Raises a `TypeError` for a descriptor or a value that does not fit, a `RangeError` for sizes, a `RuntimeError`
   * where the heap has no room.
   */
  readonly Table: Interface<TableObject, [descriptor: TableDescriptor, value?: unknown]>;
  /**
   * Raises a `TypeError` for a descriptor or a value that does not fit, a `RuntimeError` where the heap has no room.
   */
  readonly Global: Interface<GlobalObject, [descriptor: GlobalDescriptor, value?: unknown]>;
  /** Raises a `TypeError` for a descriptor that does not fit. */
  readonly Tag: Interface<TagObject, [descriptor: TagDescriptor]>;
  /** Raises a `TypeError` for `JSTag`, and for values that do not fit the tag, in number or in type. */
  readonly Exception: Interface<
    ExceptionObject,
    [exceptionTag: TagObject, payload: Iterable<unknown>, options?: ExceptionOptions]
  >;
  /** Exported functions are its instances. Raises a `TypeError` for a descriptor or a callee that does not fit. */
  readonly Function: Interface<
    FunctionObject,
    [descriptor: FunctionDescriptor, callee: ((...args: never[]) => unknown) | null]
  >;
  /** Shared-everything threads, "Waiter Queue API". */
  readonly WaitQueue: WaitQueueConstructor;
  /** Shared-everything threads, "Thread-Bound Data". */
  readonly ThreadBoundData: ThreadBoundDataConstructor;
  /** The tag of whatever JS throws. */
  readonly JSTag: TagObject;
  /** A module is malformed or invalid; `offset` or `position` says where, `code` which rule. */
  readonly CompileError: typeof CompileError;
  /** An import does not fit. */
  readonly LinkError: typeof LinkError;
  /** Wasm code trapped; `code` says why. */
  readonly RuntimeError: typeof RuntimeError;
}

/** An interface object. */
interface Interface<Instance, Arguments extends readonly unknown[]> {
  new (...args: Arguments): Instance;
  readonly prototype: Instance;
}
