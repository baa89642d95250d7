/** The shape of the WebAssembly namespace: that of the standard's JS API, and of its Web API for streams. */
import type { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import type { ModuleSource } from "../../threads/modules/compile.ts";
import type { ThreadBoundDataConstructor } from "../../threads/values/thread-bound-data.ts";
import type { WaitQueueConstructor } from "../../threads/wait/wait-queue-object.ts";

export interface ModuleImportDescriptor {
  readonly module: string;
  readonly name: string;
  readonly kind: WebAssembly.ImportExportKind;
}
export interface ModuleExportDescriptor {
  readonly name: string;
  readonly kind: WebAssembly.ImportExportKind;
}
export interface GlobalDescriptor {
  readonly value: string;
  readonly mutable?: boolean;
  /** One global for all agents; references are to shared objects. */
  readonly shared?: boolean;
  /** Each agent has a global of its own, zero or null until it sets it. Goes before `shared`. */
  readonly "thread-local"?: boolean;
}
export interface FunctionDescriptor {
  readonly parameters: Iterable<string>;
  readonly results: Iterable<string>;
  /** All heap types are shared. Without `thread-local` only a function that is shared already can be given. */
  readonly shared?: boolean;
  /** A shared function behind which each agent has a function of its own JS. */
  readonly "thread-local"?: boolean;
}
/** What exported functions have beside what all functions have. */
export interface FunctionObject {
  (...args: unknown[]): unknown;
  /** Whether all agents can have the function. */
  readonly shared: boolean;
  /** Sets this agent's function of a thread-local one. A TypeError where it has been set, or the function is not thread-local. */
  initialize(callee: ((...args: never[]) => unknown) | null): void;
}
export interface TableDescriptor {
  readonly element: string;
  /** What addresses are: numbers, or BigInts with "i64". */
  readonly address?: "i32" | "i64";
  readonly initial: number | bigint;
  /** Required where the table is shared. */
  readonly maximum?: number | bigint;
  readonly shared?: boolean;
}
export interface ModuleObject {
  readonly [Symbol.toStringTag]: string;
}
export interface InstanceObject {
  /** Frozen, without a prototype. */
  // biome-ignore lint/suspicious/noExplicitAny: exports are whatever the module says, as in the standard's own typing
  readonly exports: Record<string, any>;
}
export interface GlobalObject {
  value: unknown;
  /** Whether all agents can have the global, as that of all, or as a thread-local one. */
  readonly shared: boolean;
  valueOf(): unknown;
}
export interface TableObject {
  /** A BigInt where the table's addresses are. The same holds for indices and sizes below. */
  readonly length: number;
  readonly shared: boolean;
  get(index: number | bigint): unknown;
  set(index: number | bigint, value?: unknown): void;
  grow(delta: number | bigint, value?: unknown): number;
}
export interface TagDescriptor {
  readonly parameters: Iterable<string>;
  /** The tag of shared exceptions. */
  readonly shared?: boolean;
}
export interface TagObject {
  readonly shared: boolean;
  readonly [Symbol.toStringTag]: string;
}
export interface ExceptionOptions {
  /** Whether the exception notes the call stack. */
  readonly traceStack?: boolean;
}
export interface ExceptionObject {
  getArg(exceptionTag: TagObject, index: number): unknown;
  is(exceptionTag: TagObject): boolean;
  /** Whether the tag is shared. */
  readonly shared: boolean;
  readonly stack: string | undefined;
}
export interface CompileOptions {
  /** Names of builtin sets: "js-string". */
  readonly builtins?: Iterable<string>;
  /** The module whose imports are strings: their own names. */
  readonly importedStringConstants?: string | null;
}
export interface InstantiatedSource {
  readonly module: ModuleObject;
  readonly instance: InstanceObject;
}

/** The namespace object's shape. */
export interface Namespace {
  validate(source: ModuleSource, options?: CompileOptions): boolean;
  compile(source: ModuleSource, options?: CompileOptions): Promise<ModuleObject>;
  compileStreaming(source: Response | PromiseLike<Response>, options?: CompileOptions): Promise<ModuleObject>;
  instantiate(source: ModuleSource, imports?: WebAssembly.Imports, options?: CompileOptions): Promise<InstantiatedSource>;
  instantiate(module: ModuleObject, imports?: WebAssembly.Imports): Promise<InstanceObject>;
  instantiateStreaming(
    source: Response | PromiseLike<Response>,
    imports?: WebAssembly.Imports,
    options?: CompileOptions,
  ): Promise<InstantiatedSource>;
  readonly Module: {
    new (source: ModuleSource, options?: CompileOptions): ModuleObject;
    exports(module: ModuleObject): ModuleExportDescriptor[];
    imports(module: ModuleObject): ModuleImportDescriptor[];
    customSections(module: ModuleObject, name: string): ArrayBuffer[];
    readonly prototype: ModuleObject;
  };
  readonly Instance: Interface<InstanceObject, [module: ModuleObject, imports?: WebAssembly.Imports]>;
  readonly Memory: typeof WebAssembly.Memory;
  readonly Table: Interface<TableObject, [descriptor: TableDescriptor, value?: unknown]>;
  readonly Global: Interface<GlobalObject, [descriptor: GlobalDescriptor, value?: unknown]>;
  readonly Tag: Interface<TagObject, [descriptor: TagDescriptor]>;
  readonly Exception: Interface<ExceptionObject, [exceptionTag: TagObject, payload: Iterable<unknown>, options?: ExceptionOptions]>;
  /** Exported functions are its instances. */
  readonly Function: Interface<FunctionObject, [descriptor: FunctionDescriptor, callee: ((...args: never[]) => unknown) | null]>;
  /** Shared-everything threads, "Waiter Queue API". */
  readonly WaitQueue: WaitQueueConstructor;
  /** Shared-everything threads, "Thread-Bound Data". */
  readonly ThreadBoundData: ThreadBoundDataConstructor;
  /** The tag of whatever JS throws. */
  readonly JSTag: TagObject;
  readonly CompileError: typeof CompileError;
  readonly LinkError: typeof LinkError;
  readonly RuntimeError: typeof RuntimeError;
}

/** An interface object. */
export interface Interface<Instance, Arguments extends readonly unknown[]> {
  new (...args: Arguments): Instance;
  readonly prototype: Instance;
}
