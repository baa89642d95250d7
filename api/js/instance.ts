/** `WebAssembly.Instance`, and the objects of what instances export. */
import { engine } from "../../core/base/engine.ts";
import { type CompiledModule, type ImportedItems, readImports } from "../../threads/link/imports.ts";
import { functionNumber } from "../../threads/link/initialization.ts";
import type { GlobalItem, TableItem, TagItem } from "../../threads/link/items.ts";
import { importKey, type LinkedInstance } from "../../threads/link/link.ts";
import { instantiatePassed, PassedModule, readPassedImports } from "../../threads/modules/passed-modules.ts";
import type { ApiContext, Creator } from "./context.ts";
import type { InstanceObject, ModuleObject, Namespace } from "./shape.ts";
import { defineInterface } from "./webidl.ts";

/** Prototypes of the objects that exports make. */
export type ItemClasses = Pick<Namespace, "Global" | "Table" | "Tag">;

/** The class, and its way around the constructor, which reads imports first and instantiates later. */
export interface InstanceInterface {
  readonly Instance: Namespace["Instance"];
  /** Reads imports (JS API, "read the imports of a module"). Raises TypeErrors and LinkErrors. */
  readImports(module: CompiledModule, imports: unknown): ImportedItems;
  /** Reads imports; the result instantiates the module with them. */
  prepare(module: CompiledModule, imports: unknown): () => InstanceObject;
}

/** Converts to an `optional object`. Raises a TypeError for other values than objects and undefined. */
export function toImportObject(value: unknown): WebAssembly.Imports | undefined {
  if (value === undefined || (typeof value === "object" && value !== null) || typeof value === "function") {
    return value as WebAssembly.Imports | undefined;
  }
  throw new TypeError("the imports must be an object");
}

/** Makes the class, on the creator only. `classes` are those of the objects that stand for exports. */
export function createInstanceClass(context: ApiContext, store: Creator, classes: ItemClasses): InstanceInterface {
  const { modules, globals, tables, tags } = context;
  const { agent, kinds, types } = store;
  const exportsObjects = new WeakMap<object, InstanceObject["exports"]>();
  const lookup = {
    globalItem: (value: unknown) => globals.find(value),
    tableItem: (value: unknown) => tables.find(value),
    tagItem: (value: unknown) => tags.find(value),
  };

  class Instance {
    constructor(module: ModuleObject, ...[imports]: [unknown?]) {
      exportsObjects.set(this, prepare(modules.itemOf(module), imports)());
    }

    get exports(): InstanceObject["exports"] {
      const exports = exportsObjects.get(this);
      if (exports === undefined) throw new TypeError("a WebAssembly.Instance of this store expected");
      return exports;
    }
  }
  defineInterface(Instance, "Instance");

  function read(module: CompiledModule, imports: unknown): ImportedItems {
    return readImports(agent, types, kinds, lookup, module, toImportObject(imports));
  }

  /** Reads imports; the result instantiates and returns the exports. */
  function prepare(module: CompiledModule, imports: unknown): () => InstanceObject["exports"] {
    if (module instanceof PassedModule) {
      const passed = readPassedImports(agent, module, toImportObject(imports));
      return () => instantiatePassed(agent, kinds, module, passed) as InstanceObject["exports"];
    }
    const imported = read(module, imports);
    return () => createExports(module, store.instantiate(module, imported), imported);
  }

  /** JS API, "create an exports object". */
  function createExports(
    { valid, plan }: CompiledModule,
    instance: LinkedInstance,
    imported: ImportedItems,
  ): InstanceObject["exports"] {
    const result = Object.create(null) as InstanceObject["exports"];
    const globalItems = new Map<number, GlobalItem>(imported.globals.entries());
    const tableItems = new Map<number, TableItem>(imported.tables.entries());
    const tagItems = new Map<number, TagItem>(imported.tags.entries());
    for (const { name, kind, index } of plan.lowered.exports) {
      switch (kind) {
        case "func":
          result[name] = agent.functionObject(functionNumber(instance, index)!);
          break;
        case "memory":
          result[name] = instance.memories[index];
          break;
        case "global": {
          const item = globalItems.get(index) ?? globalOf(valid.globals[index]!, instance, index);
          globalItems.set(index, item);
          result[name] = globals.objectOf(item, classes.Global.prototype);
          break;
        }
        case "table": {
          const item = tableItems.get(index) ?? tableOf(valid.tables[index]!, instance, index);
          tableItems.set(index, item);
          result[name] = tables.objectOf(item, classes.Table.prototype);
          break;
        }
        case "tag": {
          const item = tagItems.get(index) ?? tagOf(valid.tags[index]!, instance.plan.tags + index - valid.imports.tag);
          tagItems.set(index, item);
          result[name] = tags.objectOf(item, classes.Tag.prototype);
        }
      }
    }
    return Object.freeze(result);
  }

  function tagOf(type: number, number: number): TagItem {
    const { params, record, shared } = kinds.signature(type);
    return { type, params, record, number, shared };
  }

  return {
    Instance,
    readImports: read,
    prepare: (module, imports) => {
      const instantiate = prepare(module, imports);
      return () => {
        const object = Object.create(Instance.prototype) as InstanceObject;
        exportsObjects.set(object, instantiate());
        return object;
      };
    },
  };
}

/** Global `index` that an instance defines, of type `type`. */
export function globalOf(type: GlobalItem["type"], instance: LinkedInstance, index: number): GlobalItem {
  const { module, plan, host, roots } = instance;
  const { place } = module.lowered.globals[index]!;
  const kind = module.globals[index]!;
  if (place.kind === "shared")
    return { type, kind, host: undefined, cell: plan.shared + place.offset, threadLocal: undefined };
  const root = place.kind === "host" ? place.rootOffset : undefined;
  const global = host.exports[importKey("global", index)];
  return {
    type,
    kind,
    host: global instanceof engine.Global ? global : undefined,
    cell: root === undefined ? undefined : roots + root,
    threadLocal: type.threadLocal ? { instance: plan.id, kind: "global", index } : undefined,
    owner: instance,
  };
}

/** Table `index` that an instance defines. */
function tableOf(type: TableItem["type"], instance: LinkedInstance, index: number): TableItem {
  return { type, kind: instance.module.tables[index]!, record: instance.tables[index]!, owner: instance };
}
