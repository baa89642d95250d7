/**
 * Reading the imports of a module from what JS gives (JS API, "read the imports of a module", and core 4.5.4 "External
 * typing").
 */
import { engine } from "../../core/base/engine.ts";
import { LinkError } from "../../core/base/errors.ts";
import type { ExternType, GlobalType, Import, TableType } from "../../core/types/module.ts";
import { isSubtype, isSubtypeId } from "../../core/types/subtype.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import { indexOf, isAbstract, isRef } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { BuiltinName } from "../builtins/builtins.ts";
import { type CompileOptions, importedBuiltin, isStringConstant } from "../builtins/compile-options.ts";
import { builtinNamed, fitsBuiltin, threadModule } from "../builtins/spawn.ts";
import { isOpaqueToJs, toLowered } from "../values/convert.ts";
import { type LoweredFunction, reserveFunctions } from "../values/functions.ts";
import { isHostReference, type Kinds, type Signature } from "../values/kinds.ts";
import { functionFits, importedValue, mismatch } from "./import-checks.ts";
import {
  createGlobal,
  type GlobalItem,
  type ItemAgent,
  type TableItem,
  type TagItem,
  tableLength,
  tableMaximum,
} from "./items.ts";
import { importKey, importName } from "./link.ts";
import type { UnlikeMemories } from "./memories.ts";
import type { ModulePlan, ResolvedImport } from "./plans.ts";

/** A module of a store: checked, lowered, compiled by the host. */
export interface CompiledModule {
  readonly valid: ValidModule;
  readonly options: CompileOptions;
  readonly plan: ModulePlan;
  /** What the host compiled. */
  readonly code: Uint8Array<ArrayBuffer>;
}

/** What the imports of one instantiation are. Items come in the order of their index spaces. */
export interface ImportedItems {
  readonly resolved: readonly ResolvedImport[];
  readonly local: ReadonlyMap<string, WebAssembly.ImportValue>;
  readonly globals: readonly GlobalItem[];
  readonly tables: readonly TableItem[];
  readonly tags: readonly TagItem[];
  /** Objects that keep the instances which imports are of. */
  readonly owners: readonly object[];
  /** Whether there are references to the imports that only this instance leads to: functions of JS, builtins. */
  readonly refersToLocal: boolean;
}

/** What reading imports asks of the agent that instantiates. */
export interface ImportingAgent extends ItemAgent {
  readonly unlikeMemories: UnlikeMemories;
  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: (...args: unknown[]) => unknown): LoweredFunction;
}

/** Finds what the objects of a store's namespace stand for. */
export interface ItemLookup {
  globalItem(value: unknown): GlobalItem | undefined;
  tableItem(value: unknown): TableItem | undefined;
  tagItem(value: unknown): TagItem | undefined;
}

/** Raises TypeError and LinkError as the JS API says. */
export function readImports(
  agent: ImportingAgent,
  types: TypeStore,
  kinds: Kinds,
  lookup: ItemLookup,
  module: CompiledModule,
  importObject: WebAssembly.Imports | undefined,
): ImportedItems {
  return new ImportReader(agent, types, kinds, lookup, module).read(importObject);
}

class ImportReader {
  readonly #agent: ImportingAgent;
  readonly #types: TypeStore;
  readonly #kinds: Kinds;
  readonly #lookup: ItemLookup;
  readonly #module: CompiledModule;
  /** Imported functions that need a function index: referenced, or exported again. */
  readonly #referenced: ReadonlySet<number>;
  readonly #local = new Map<string, WebAssembly.ImportValue>();
  readonly #globals: GlobalItem[] = [];
  readonly #tables: TableItem[] = [];
  readonly #tags: TagItem[] = [];
  /** Imported functions to which the module makes references. */
  readonly #taken = new Set<number>();
  readonly #owners: object[] = [];
  #refersToLocal = false;
  #functions = 0;
  #memories = 0;

  constructor(agent: ImportingAgent, types: TypeStore, kinds: Kinds, lookup: ItemLookup, module: CompiledModule) {
    this.#agent = agent;
    this.#types = types;
    this.#kinds = kinds;
    this.#lookup = lookup;
    this.#module = module;
    const { plan } = module;
    for (const entry of engine.Module.imports(plan.host))
      if (entry.module === "funcref") this.#taken.add(Number(entry.name));
    const referenced = new Set(this.#taken);
    for (const entry of plan.lowered.exports) if (entry.kind === "func") referenced.add(entry.index);
    if (plan.lowered.start !== undefined) referenced.add(plan.lowered.start);
    this.#referenced = referenced;
  }

  read(importObject: WebAssembly.Imports | undefined): ImportedItems {
    const { imports } = this.#module.valid.module;
    if (importObject === undefined && imports.some((entry) => !this.#isProvided(entry))) {
      throw new TypeError("the module has imports: an object with them is expected");
    }
    const resolved = imports.map((entry) => this.#import(entry, importObject));
    return {
      resolved,
      local: this.#local,
      globals: this.#globals,
      tables: this.#tables,
      tags: this.#tags,
      owners: [...this.#owners, ...this.#globals, ...this.#tables],
      refersToLocal: this.#refersToLocal,
    };
  }

  /** Whether Heddle provides an import. */
  #isProvided(entry: Import): boolean {
    const { options } = this.#module;
    return (
      entry.module === threadModule || isStringConstant(entry, options) || importedBuiltin(entry, options) !== undefined
    );
  }

  #import(entry: Import, importObject: WebAssembly.Imports | undefined): ResolvedImport {
    const { options } = this.#module;
    if (isStringConstant(entry, options)) return this.#stringConstant(entry.name);
    const builtin = importedBuiltin(entry, options);
    if (builtin !== undefined) return this.#builtin(builtin);
    const from: unknown = importObject?.[entry.module];
    if (from === undefined && entry.module === threadModule) return this.#threadBuiltin(entry);
    const value = importedValue(from, entry);
    switch (entry.type.kind) {
      case "func":
        return this.#function(entry, entry.type, value);
      case "global":
        return this.#global(entry, value);
      case "table":
        return this.#table(entry, value);
      case "memory":
        return this.#memory(entry, value);
      case "tag":
        return this.#tag(entry, value);
    }
  }

  #threadBuiltin(entry: Import): ResolvedImport {
    const named = builtinNamed(entry.name);
    if (named === undefined || entry.type.kind !== "func")
      mismatch(entry, undefined, "a function that Heddle provides");
    const index = this.#functions++;
    const signature = this.#module.plan.signatures[index]!;
    if (!fitsBuiltin(named.builtin, signature, this.#startOf(index))) mismatch(entry, named, "of the builtin's type");
    const table = this.#module.valid.tables[named.table];
    if (
      named.builtin === "spawn_indirect" &&
      (table === undefined || !isRef(table.element) || this.#kinds.of(table.element).kind !== "ref")
    ) {
      mismatch(entry, named, `bound to a table; the module has no table ${named.table}`);
    }
    return { kind: "builtin", builtin: named.builtin, table: named.table, function: this.#reserve(index, signature) };
  }

  #builtin(builtin: BuiltinName): ResolvedImport {
    const index = this.#functions++;
    const signature = this.#module.plan.signatures[index]!;
    return { kind: "builtin", builtin, table: 0, function: this.#reserve(index, signature) };
  }

  /** A number for an imported function that no other instance knows, if it needs one. */
  #reserve(index: number, signature: Signature): number | undefined {
    if (!this.#referenced.has(index)) return undefined;
    this.#refersToLocal = true;
    return reserveFunctions(this.#agent.heap, [signature]);
  }

  #stringConstant(text: string): ResolvedImport {
    const index = this.#globals.length;
    const declared = this.#module.valid.globals[index]!;
    const kind = this.#kinds.of(declared.type);
    const item = this.#agent.withTemporaries(() =>
      createGlobal(this.#agent, declared, kind, toLowered(this.#agent, kind, text)),
    );
    this.#addGlobal(item);
    return isHostReference(kind)
      ? { kind: "string", text }
      : { kind: "global", cell: item.cell, threadLocal: undefined };
  }

  #addGlobal(item: GlobalItem): void {
    if (item.host !== undefined) this.#local.set(importKey("global", this.#globals.length), item.host);
    this.#globals.push(item);
  }

  /** The function type that the first parameter of an imported function refers to. */
  #startOf(index: number): ReturnType<Kinds["signature"]> | undefined {
    const id = this.#module.valid.functions[index]!.type;
    const { composite } = this.#types.type(id);
    const first = composite.kind === "func" ? composite.params[0] : undefined;
    if (first === undefined || !isRef(first) || isAbstract(first)) return undefined;
    const start = indexOf(first);
    return this.#types.type(start).composite.kind === "func" ? this.#kinds.signature(start) : undefined;
  }

  #function(entry: Import, type: ExternType & { kind: "func" }, value: unknown): ResolvedImport {
    const index = this.#functions++;
    const declared = this.#module.valid.functions[index]!.type;
    const number = this.#agent.functionIndex(value);
    if (number !== undefined) {
      if (!functionFits(this.#agent, this.#types, number, declared, type.exact))
        mismatch(entry, value, "a function of the declared type");
      if (this.#taken.has(index)) this.#agent.functions.refer(number);
      this.#owners.push(value as object);
      return { kind: "func", function: number };
    }
    const signature = this.#module.plan.signatures[index]!;
    if (typeof value !== "function") mismatch(entry, value, "a function");
    // A function of JS belongs to one agent, so no shared function can stand for it (shared-everything-threads, "JS
    // API").
    if (signature.shared) mismatch(entry, value, "a shared function");
    const target = this.#agent.hostFunction(signature, value as (...args: unknown[]) => unknown);
    this.#local.set(importKey("func", index), target as unknown as WebAssembly.ImportValue);
    const own = this.#reserve(index, signature);
    if (own !== undefined) this.#agent.functions.set(own, signature, target, index);
    return { kind: "func", function: own };
  }

  #global(entry: Import, value: unknown): ResolvedImport {
    const index = this.#globals.length;
    const declared = this.#module.valid.globals[index]!;
    const item = this.#lookup.globalItem(value) ?? this.#globalOfValue(entry, declared, value);
    if (!this.#globalFits(item.type, declared)) mismatch(entry, value, "a global of the declared type");
    this.#addGlobal(item);
    return { kind: "global", cell: item.cell, threadLocal: item.threadLocal };
  }

  #globalFits(actual: GlobalType, declared: GlobalType): boolean {
    if (
      actual.mutable !== declared.mutable ||
      actual.shared !== declared.shared ||
      actual.threadLocal !== declared.threadLocal
    )
      return false;
    const below = isSubtype(this.#types, actual.type, declared.type);
    return declared.mutable ? below && isSubtype(this.#types, declared.type, actual.type) : below;
  }

  /** JS API: a number, BigInt or reference stands for an immutable global. */
  #globalOfValue(entry: Import, declared: GlobalType, value: unknown): GlobalItem {
    const kind = this.#kinds.of(declared.type);
    const wants = kind.kind === "i64" ? "bigint" : "number";
    const fits = kind.kind === "ref" ? value !== undefined || kind.hierarchy === "extern" : typeof value === wants;
    if (declared.mutable || declared.threadLocal || isOpaqueToJs(kind) || !fits) mismatch(entry, value, "a global");
    try {
      return this.#agent.withTemporaries(() =>
        createGlobal(this.#agent, declared, kind, toLowered(this.#agent, kind, value)),
      );
    } catch (cause) {
      throw new LinkError(`incompatible import type: ${importName(entry)}: ${String(cause)}`, {
        code: "incompatible-import-type",
        cause,
      });
    }
  }

  #table(entry: Import, value: unknown): ResolvedImport {
    const declared = this.#module.valid.tables[this.#tables.length]!;
    const item = this.#lookup.tableItem(value);
    if (item === undefined || !this.#tableFits(item, declared)) mismatch(entry, value, "a table of the declared type");
    this.#tables.push(item);
    return { kind: "table", record: item.record };
  }

  #tableFits(item: TableItem, declared: TableType): boolean {
    const { type } = item;
    if (type.shared !== declared.shared || type.is64 !== declared.is64) return false;
    if (
      !isSubtype(this.#types, type.element, declared.element) ||
      !isSubtype(this.#types, declared.element, type.element)
    )
      return false;
    if (BigInt(tableLength(this.#agent, item)) < declared.minimum) return false;
    if (declared.maximum === undefined) return true;
    return type.maximum !== undefined && BigInt(tableMaximum(this.#agent, item)) <= declared.maximum;
  }

  #memory(entry: Import, value: unknown): ResolvedImport {
    const index = this.#memories++;
    const declared = this.#module.plan.lowered.memories[index]!;
    const { unlikeMemories } = this.#agent;
    const fits = isMemory(value) && unlikeMemories.fits(this.#agent, value, declared);
    if (!fits) mismatch(entry, value, "a memory of the declared type");
    this.#local.set(importKey("memory", index), value);
    return { kind: "memory", memory: declared.shared ? value : undefined, length: unlikeMemories.lengthOf(value) };
  }

  #tag(entry: Import, value: unknown): ResolvedImport {
    const declared = this.#module.valid.tags[this.#tags.length]!;
    const item = this.#lookup.tagItem(value);
    const fits =
      item !== undefined &&
      isSubtypeId(this.#types, item.type, declared) &&
      isSubtypeId(this.#types, declared, item.type);
    if (!fits) mismatch(entry, value, "a tag of the declared type");
    this.#tags.push(item);
    return { kind: "tag", tag: item.number };
  }
}

const memoryBuffer = Object.getOwnPropertyDescriptor(engine.Memory.prototype, "buffer")?.get as () => ArrayBufferLike;

/** Whether a value is a memory, and not just an object with its prototype. */
function isMemory(value: unknown): value is WebAssembly.Memory {
  if (!(value instanceof engine.Memory)) return false;
  try {
    memoryBuffer.call(value);
    return true;
  } catch {
    return false;
  }
}
