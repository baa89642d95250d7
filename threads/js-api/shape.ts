/** The shape of the WebAssembly namespace: that of the standard's JS API, and of its Web API for streams. */
import type { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import type { ModuleSource } from "../compile.ts";
import type { ThreadBoundDataConstructor } from "../thread-bound-data.ts";
import type { WaitQueueConstructor } from "../wait-queue-object.ts";

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
  readonly shared?: boolean;
}
export interface TableDescriptor {
  readonly element: string;
  /** What addresses are: numbers, or BigInts with "i64". */
  readonly address?: "i32" | "i64";
  readonly initial: number | bigint;
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
  valueOf(): unknown;
}
export interface TableObject {
  /** A BigInt where the table's addresses are. The same holds for indices and sizes below. */
  readonly length: number;
  get(index: number | bigint): unknown;
  set(index: number | bigint, value?: unknown): void;
  grow(delta: number | bigint, value?: unknown): number;
}
export interface TagDescriptor {
  readonly parameters: Iterable<string>;
}
export interface TagObject {
  readonly [Symbol.toStringTag]: string;
}
export interface ExceptionOptions {
  /** Whether the exception notes the call stack. */
  readonly traceStack?: boolean;
}
export interface ExceptionObject {
  getArg(exceptionTag: TagObject, index: number): unknown;
  is(exceptionTag: TagObject): boolean;
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
