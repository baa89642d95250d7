/** The shape of the WebAssembly namespace: that of the standard, where this slice has it. */
import type { CompileError, LinkError, RuntimeError } from "../core/base/errors.ts";
import type { ModuleSource } from "./compile.ts";

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
  readonly initial: number;
  readonly maximum?: number;
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
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value?: unknown): void;
  grow(delta: number, value?: unknown): number;
}
export interface InstantiatedSource {
  readonly module: ModuleObject;
  readonly instance: InstanceObject;
}

/** The namespace object's shape. */
export interface Namespace {
  validate(source: ModuleSource): boolean;
  compile(source: ModuleSource): Promise<ModuleObject>;
  instantiate(source: ModuleSource, imports?: WebAssembly.Imports): Promise<InstantiatedSource>;
  instantiate(module: ModuleObject, imports?: WebAssembly.Imports): Promise<InstanceObject>;
  readonly Module: {
    new (source: ModuleSource): ModuleObject;
    exports(module: ModuleObject): ModuleExportDescriptor[];
    imports(module: ModuleObject): ModuleImportDescriptor[];
    customSections(module: ModuleObject, name: string): ArrayBuffer[];
  };
  readonly Instance: new (module: ModuleObject, imports?: WebAssembly.Imports) => InstanceObject;
  readonly Global: new (descriptor: GlobalDescriptor, value?: unknown) => GlobalObject;
  readonly Table: new (descriptor: TableDescriptor, value?: unknown) => TableObject;
  readonly Tag: new (descriptor: { readonly parameters: readonly string[] }) => object;
  readonly Memory: typeof WebAssembly.Memory;
  readonly CompileError: typeof CompileError;
  readonly LinkError: typeof LinkError;
  readonly RuntimeError: typeof RuntimeError;
}
