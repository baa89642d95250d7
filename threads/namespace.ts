/**
 * The WebAssembly namespace of one store: the JS API's functions and classes, with the standard's shape and errors.
 *
 * Beyond the standard: sources may also be texts; `Global` and `Table` descriptors take `shared`; `Memory` is the host's own class, since the
 * memories of lowered modules are the host's.
 */
import { CompileError, LinkError, RuntimeError } from "../core/base/errors.ts";
import type { ExternType } from "../core/module.ts";
import { AbstractHeap, EXTERNREF, F32, F64, FUNCREF, I32, I64, refAbstract, V128, type ValType } from "../core/types.ts";
import { functionNumber } from "./agent.ts";
import { isValid, type ModuleSource } from "./compile.ts";
import { defaultLowered, isOpaqueToJs, toLowered } from "./convert.ts";
import { type CompiledModule, type ImportedItems, type ItemLookup, readImports } from "./imports.ts";
import {
  createGlobal,
  type GlobalItem,
  growTableBy,
  readElement,
  readGlobal,
  type TableItem,
  type TagItem,
  tableLength,
  writeElement,
  writeGlobal,
} from "./items.ts";
import { isHeapAddress } from "./kinds.ts";
import { importKey, type LinkedInstance } from "./link.ts";
import type {
  GlobalDescriptor,
  GlobalObject,
  InstanceObject,
  ModuleExportDescriptor,
  ModuleImportDescriptor,
  ModuleObject,
  Namespace,
  TableDescriptor,
  TableObject,
} from "./namespace-shape.ts";
import type { Store } from "./store.ts";
import { createTableRecord } from "./tables.ts";

/** A namespace, and the store's way from its objects to what they stand for. */
export interface BoundNamespace {
  readonly namespace: Namespace;
  readonly lookup: ItemLookup;
  /** The module behind a `Module` object; a TypeError for anything else. */
  moduleOf(value: unknown): CompiledModule;
  readImports(module: CompiledModule, imports: WebAssembly.Imports | undefined): ImportedItems;
}

const valueTypes: Readonly<Record<string, ValType>> = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
  externref: EXTERNREF,
  anyfunc: FUNCREF,
  funcref: FUNCREF,
  anyref: refAbstract(AbstractHeap.any, true),
  eqref: refAbstract(AbstractHeap.eq, true),
  i31ref: refAbstract(AbstractHeap.i31, true),
  structref: refAbstract(AbstractHeap.struct, true),
  arrayref: refAbstract(AbstractHeap.array, true),
};

function valueType(name: unknown, shared: boolean): ValType {
  const type = valueTypes[String(name)];
  if (type === undefined) throw new TypeError(`${String(name)} is no value type`);
  return shared && type >= 0 ? ((((type | refAbstract(AbstractHeap.any, false, true)) & ~0xfff0) | (type & 0xfff0)) as ValType) : type;
}

/** WebIDL's [EnforceRange] unsigned long. */
function indexOf(value: unknown, what: string): number {
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= 0xffffffff)) throw new TypeError(`${what} must be an integer from 0 to 2^32 - 1`);
  return number;
}

function describeKind(type: ExternType["kind"]): WebAssembly.ImportExportKind {
  return (type === "func" ? "function" : type) as WebAssembly.ImportExportKind;
}

/** The item of a namespace object, or a TypeError where a method is called on something else. */
function itemOf<T>(items: WeakMap<object, T>, value: unknown, what: string): T {
  const item = typeof value === "object" && value !== null ? items.get(value) : undefined;
  if (item === undefined) throw new TypeError(`a ${what} of this store is expected`);
  return item;
}

/** Makes the namespace of a store. */
export function createNamespace(store: Store): BoundNamespace {
  const { agent, kinds, types } = store;
  const modules = new WeakMap<object, CompiledModule>();
  const globals = new WeakMap<object, GlobalItem>();
  const tables = new WeakMap<object, TableItem>();
  const tags = new WeakMap<object, TagItem>();
  const objects = new WeakMap<object, object>();
  const exportsOf = new WeakMap<object, InstanceObject["exports"]>();

  /** The object of an item: the same one each time. */
  function objectOf<T extends object>(item: T, items: WeakMap<object, T>, prototype: object): object {
    let object = objects.get(item);
    if (object === undefined) {
      object = Object.create(prototype) as object;
      objects.set(item, object);
      items.set(object, item);
    }
    return object;
  }

  const lookup: ItemLookup = {
    globalItem: (value) => (typeof value === "object" && value !== null ? globals.get(value) : undefined),
    tableItem: (value) => (typeof value === "object" && value !== null ? tables.get(value) : undefined),
    tagItem: (value) => (typeof value === "object" && value !== null ? tags.get(value) : undefined),
  };

  class Module {
    constructor(source: ModuleSource) {
      modules.set(this, store.compile(source));
    }
    get [Symbol.toStringTag](): string {
      return "WebAssembly.Module";
    }
    static exports(module: ModuleObject): ModuleExportDescriptor[] {
      return itemOf(modules, module, "Module").valid.module.exports.map(({ name, kind }) => ({ name, kind: describeKind(kind) }));
    }
    static imports(module: ModuleObject): ModuleImportDescriptor[] {
      const { imports } = itemOf(modules, module, "Module").valid.module;
      return imports.map(({ module: from, name, type }) => ({ module: from, name, kind: describeKind(type.kind) }));
    }
    static customSections(module: ModuleObject, name: string): ArrayBuffer[] {
      const { customs } = itemOf(modules, module, "Module").valid.module;
      return customs.filter((section) => section.name === name).map(({ bytes }) => new Uint8Array(bytes).buffer);
    }
  }

  class Global implements GlobalObject {
    constructor(descriptor: GlobalDescriptor, ...initial: [unknown?]) {
      const [value] = initial;
      const shared = descriptor.shared === true;
      const type = valueType(descriptor.value, shared);
      const kind = kinds.of(type);
      if (isOpaqueToJs(kind)) throw new TypeError(`a global of type ${descriptor.value} cannot be made in JS`);
      // An explicit undefined is a value of externref; elsewhere it stands for the default.
      const isMissing = value === undefined && !(kind.kind === "ref" && kind.hierarchy === "extern" && initial.length > 0);
      const lowered = isMissing ? defaultLowered(kind) : toLowered(agent, kind, value);
      const item = createGlobal(agent, { type, mutable: descriptor.mutable === true, shared, threadLocal: false }, kind, lowered);
      globals.set(this, item);
      objects.set(item, this);
    }
    get value(): unknown {
      return readGlobal(agent, itemOf(globals, this, "Global"));
    }
    set value(value: unknown) {
      writeGlobal(agent, itemOf(globals, this, "Global"), value);
    }
    valueOf(): unknown {
      return this.value;
    }
    get [Symbol.toStringTag](): string {
      return "WebAssembly.Global";
    }
  }

  class Table implements TableObject {
    constructor(descriptor: TableDescriptor, value?: unknown) {
      const shared = descriptor.shared === true;
      const element = valueType(descriptor.element, shared);
      if (element < 0) throw new TypeError("a table's elements are references");
      const kind = kinds.of(element);
      const minimum = indexOf(descriptor.initial, "initial");
      const maximum = descriptor.maximum === undefined ? undefined : indexOf(descriptor.maximum, "maximum");
      if (maximum !== undefined && maximum < minimum) throw new RangeError("the maximum is below the initial size");
      const record = createTableRecord(agent, isHeapAddress(kind), minimum, maximum ?? 0xffffffff, shared);
      const limits = { minimum: BigInt(minimum), maximum: maximum === undefined ? undefined : BigInt(maximum), shared, is64: false };
      const item: TableItem = { type: { ...limits, element }, kind, record };
      tables.set(this, item);
      objects.set(item, this);
      if (value !== undefined) for (let i = 0; i < minimum; i++) writeElement(agent, item, i, value);
    }
    get length(): number {
      return tableLength(agent, itemOf(tables, this, "Table"));
    }
    get(index: number): unknown {
      return readElement(agent, itemOf(tables, this, "Table"), indexOf(index, "a table index"));
    }
    set(index: number, ...value: [unknown?]): void {
      const item = itemOf(tables, this, "Table");
      writeElement(agent, item, indexOf(index, "a table index"), initialElement(item, value));
    }
    grow(delta: number, ...value: [unknown?]): number {
      const item = itemOf(tables, this, "Table");
      return growTableBy(agent, item, indexOf(delta, "delta"), initialElement(item, value));
    }
    get [Symbol.toStringTag](): string {
      return "WebAssembly.Table";
    }
  }

  /** A missing value is null, or undefined where elements are externs (JS API, DefaultValue). */
  function initialElement({ kind }: TableItem, value: [unknown?]): unknown {
    if (value.length > 0 && value[0] !== undefined) return value[0];
    const isExtern = kind.kind === "ref" && kind.hierarchy === "extern" && !kind.shared;
    if (!isExtern && kind.kind === "ref" && !kind.nullable) throw new TypeError("the table's elements have no default value");
    return isExtern ? undefined : null;
  }

  class Tag {
    constructor(descriptor: { readonly parameters: readonly string[] }) {
      const params = [...descriptor.parameters].map((name) => valueType(name, false));
      const id = store.functionType(params);
      const item: TagItem = { type: id, params: params.map((param) => kinds.of(param)), number: agent.control.reserveTags(1) };
      tags.set(this, item);
      objects.set(item, this);
    }
    get [Symbol.toStringTag](): string {
      return "WebAssembly.Tag";
    }
  }

  class Instance implements InstanceObject {
    constructor(module: ModuleObject, imports?: WebAssembly.Imports) {
      const compiled = itemOf(modules, module, "Module");
      if (imports !== undefined && (imports === null || typeof imports !== "object")) throw new TypeError("imports must be an object");
      const imported = readItems(compiled, imports);
      exportsOf.set(this, makeExports(compiled, store.instantiate(compiled, imported), imported));
    }
    get exports(): InstanceObject["exports"] {
      return itemOf(exportsOf, this, "Instance");
    }
    get [Symbol.toStringTag](): string {
      return "WebAssembly.Instance";
    }
  }

  function readItems(module: CompiledModule, imports: WebAssembly.Imports | undefined): ImportedItems {
    return readImports(agent, types, kinds, lookup, module, imports);
  }

  /** JS API, "create an exports object". */
  function makeExports({ valid, plan }: CompiledModule, instance: LinkedInstance, imported: ImportedItems): InstanceObject["exports"] {
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
          result[name] = objectOf(item, globals, Global.prototype);
          break;
        }
        case "table": {
          const item = tableItems.get(index) ?? { type: valid.tables[index]!, kind: plan.tables[index]!, record: instance.tables[index]! };
          tableItems.set(index, item);
          result[name] = objectOf(item, tables, Table.prototype);
          break;
        }
        case "tag": {
          const number = instance.plan.tags + index - valid.imports.tag;
          const item = tagItems.get(index) ?? { type: valid.tags[index]!, params: plan.tags[index]!, number };
          tagItems.set(index, item);
          result[name] = objectOf(item, tags, Tag.prototype);
        }
      }
    }
    return Object.freeze(result);
  }

  function globalOf(type: GlobalItem["type"], { module, plan, host, roots }: LinkedInstance, index: number): GlobalItem {
    const { place } = module.lowered.globals[index]!;
    const kind = module.globals[index]!;
    if (place.kind === "shared") return { type, kind, host: undefined, cell: plan.shared + place.offset, threadLocal: undefined };
    const root = place.kind === "host" ? place.rootOffset : undefined;
    return {
      type,
      kind,
      host: host.exports[importKey("global", index)] as WebAssembly.Global,
      cell: root === undefined ? undefined : roots + root,
      threadLocal: type.threadLocal ? { instance: plan.id, kind: "global", index } : undefined,
    };
  }

  // The promises below settle after a turn, as a host's do; the work itself is done at once.
  async function compile(source: ModuleSource): Promise<ModuleObject> {
    return new Module(source);
  }
  async function instantiate(source: ModuleSource | ModuleObject, imports?: WebAssembly.Imports): Promise<never> {
    if (source instanceof Module) return new Instance(source, imports) as never;
    const module = new Module(source as ModuleSource);
    return { module, instance: new Instance(module, imports) } as never;
  }

  const namespace: Namespace = {
    validate: (source) => isValid(source, types, store.features),
    compile,
    instantiate,
    Module,
    Instance,
    Global,
    Table,
    Tag,
    Memory: WebAssembly.Memory,
    CompileError,
    LinkError,
    RuntimeError,
  };
  Object.defineProperty(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  return { namespace, lookup, moduleOf: (value) => itemOf(modules, value, "Module"), readImports: readItems };
}
