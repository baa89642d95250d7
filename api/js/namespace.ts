/**
 * The WebAssembly namespace of one store: the JS API's functions and interfaces, with the standard's shape and errors.
 *
 * `Memory` is the host's own class, since the memories of lowered modules are the host's.
 */
import { engine } from "../../core/base/engine.ts";
import { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import type { CompileOptions } from "../../threads/builtins/compile-options.ts";
import type { CompiledModule, ImportedItems } from "../../threads/link/imports.ts";
import { isValid, type StableSource } from "../../threads/modules/compile.ts";
import { type ApiContext, type Creator, createContext } from "./context.ts";
import { createExceptionClass, createJsTag, createTagClass } from "./exception.ts";
import { createFunctionClass } from "./function.ts";
import { createGlobalClass } from "./global.ts";
import { createInstanceClass, toImportObject } from "./instance.ts";
import { createModuleClass, toCompileOptions, toSource } from "./module.ts";
import type { InstanceObject, InstantiatedSource, ModuleObject, Namespace } from "./shape.ts";
import { responseBytes } from "./streaming.ts";
import { createTableClass } from "./table.ts";

/** A namespace, and the store's way from its objects to what they stand for. */
export interface BoundNamespace {
  readonly namespace: Namespace;
  /** The module behind a `Module` object; a TypeError for anything else. */
  moduleOf(value: unknown): CompiledModule;
  /** Reads a module's imports; raises what instantiation raises. */
  readImports(module: CompiledModule, imports: WebAssembly.Imports | undefined): ImportedItems;
  /** The objects of the namespace. */
  readonly context: ApiContext;
}

/** Makes the namespace of a store, on its creator. */
export function createNamespace(store: Creator): BoundNamespace {
  const context = createContext(store.agent, store.kinds, store);
  const { modules } = context;
  const Module = createModuleClass(context, store);
  const Global = createGlobalClass(context);
  const Table = createTableClass(context);
  const Tag = createTagClass(context);
  const Exception = createExceptionClass(context);
  const instances = createInstanceClass(context, store, { Global, Table, Tag });
  const interfaces = {
    Module,
    Instance: instances.Instance,
    Memory: engine.Memory,
    Table,
    Global,
    Tag,
    Exception,
  };
  const errors = { CompileError, LinkError, RuntimeError };
  const beyond = {
    Function: createFunctionClass(context),
    WaitQueue: store.agent.waitQueueClass,
    ThreadBoundData: store.agent.threadBound.dataClass,
  };
  let jsTag: object | undefined;

  async function compileSource(source: StableSource, options: CompileOptions): Promise<ModuleObject> {
    return modules.objectOf(await store.compileLater(source, options), Module.prototype) as ModuleObject;
  }

  async function compileResponse(source: unknown, options: unknown): Promise<ModuleObject> {
    const converted = toCompileOptions(options);
    return compileSource(new Uint8Array(await responseBytes(source)), converted);
  }

  async function instantiateModule(module: CompiledModule, imports: unknown): Promise<InstanceObject> {
    const create = instances.prepare(module, imports);
    // What the start function does, it does in a later turn (JS API, "asynchronously instantiate a WebAssembly
    // module").
    await undefined;
    return create();
  }

  async function instantiateSource(promise: Promise<ModuleObject>, imports: unknown): Promise<InstantiatedSource> {
    const module = await promise;
    return { module, instance: await instantiateModule(modules.itemOf(module), imports) };
  }

  const operations = {
    validate(source: unknown, ...[options]: [unknown?]): boolean {
      return isValid(toSource(source), store.types, store.features, toCompileOptions(options));
    },
    async compile(source: unknown, ...[options]: [unknown?]): Promise<ModuleObject> {
      return compileSource(toSource(source), toCompileOptions(options));
    },
    async instantiate(
      source: unknown,
      ...[imports, options]: [unknown?, unknown?]
    ): Promise<InstantiatedSource | InstanceObject> {
      const module = modules.find(source);
      if (module !== undefined) return instantiateModule(module, imports);
      const stable = toSource(source);
      toImportObject(imports);
      return instantiateSource(compileSource(stable, toCompileOptions(options)), imports);
    },
    async compileStreaming(source: unknown, ...[options]: [unknown?]): Promise<ModuleObject> {
      return compileResponse(source, options);
    },
    async instantiateStreaming(
      source: unknown,
      ...[imports, options]: [unknown?, unknown?]
    ): Promise<InstantiatedSource> {
      toImportObject(imports);
      return instantiateSource(compileResponse(source, options), imports);
    },
  };
  const attributes = {
    get JSTag(): object {
      jsTag ??= createJsTag(context, store, Tag);
      return jsTag;
    },
  };

  const namespace = operations as unknown as Namespace;
  const defineClasses = (classes: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(classes)) {
      Object.defineProperty(namespace, name, { value, writable: true, enumerable: false, configurable: true });
    }
  };
  defineClasses(interfaces);
  Object.defineProperties(namespace, Object.getOwnPropertyDescriptors(attributes));
  defineClasses(errors);
  defineClasses(beyond);
  Object.defineProperty(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  return {
    namespace,
    moduleOf: (value) => modules.itemOf(value),
    readImports: instances.readImports,
    context,
  };
}
