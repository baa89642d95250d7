/**
 * The index spaces of a module, filled in the order in which items may refer to each other (core 3.5.13 "Modules"):
 * imports, functions, tags, tables, memories, globals. A constant expression that is checked on the way sees what is
 * there so far.
 */
import type { FeatureSet } from "../base/features.ts";
import { invalidAt } from "../types/invalid.ts";
import {
  countImports,
  type Expression,
  type ExternType,
  type GlobalType,
  type MemoryType,
  type Module,
  type TableType,
} from "../types/module.ts";
import { isDefaultable, isSharedValue } from "../types/subtype.ts";
import type { TypeStore } from "../types/type-store.ts";
import { indexOf, isAbstract, type ValType, withIndex } from "../types/types.ts";
import type { Body } from "./body/body.ts";
import { typeName } from "./body/type-names.ts";
import type { FunctionEntry, ValidModuleParts } from "./body/valid-module.ts";
import { isDefaultConstant } from "./default-constant.ts";
import { checkConstant } from "./function.ts";
import { checkMemory, checkTableSize } from "./limits.ts";

export class Items {
  readonly module: Module;
  readonly store: TypeStore;
  readonly canonical: Int32Array;
  readonly features: FeatureSet;
  readonly functions: FunctionEntry[] = [];
  readonly tables: TableType[] = [];
  readonly memories: MemoryType[] = [];
  readonly globals: GlobalType[] = [];
  readonly tags: number[] = [];
  readonly elements: ValType[] = [];
  readonly declared = new Set<number>();
  /** The valid module that these lists become. */
  readonly parts: ValidModuleParts;

  constructor(module: Module, store: TypeStore, features: FeatureSet) {
    this.module = module;
    this.store = store;
    this.features = features;
    this.canonical = store.canonicalize(module);
    this.parts = {
      module,
      types: store,
      canonical: this.canonical,
      features,
      imports: countImports(module),
      functions: this.functions,
      tables: this.tables,
      memories: this.memories,
      globals: this.globals,
      tags: this.tags,
      elements: this.elements,
      declaredFunctions: this.declared,
    };
  }

  fail(offset: number, code: string, message: string, expected?: string): never {
    return invalidAt(this.module, offset, code, message, expected);
  }

  name(type: ValType): string {
    return typeName(this.parts, type);
  }

  /** The canonical id of a type index. */
  id(index: number, offset: number): number {
    const id = this.canonical[index];
    return id === undefined ? this.fail(offset, "unknown-type", `unknown type ${index}`) : id;
  }

  /** A type with its index made canonical. */
  resolve(type: ValType, offset: number): ValType {
    return type < 0 || isAbstract(type) ? type : withIndex(type, this.id(indexOf(type), offset));
  }

  /** The canonical id of a function type. */
  funcId(index: number, offset: number): number {
    const id = this.id(index, offset);
    const { kind } = this.store.type(id).composite;
    if (kind !== "func")
      this.fail(
        offset,
        "non-function-type",
        `non-function type ${index}: unknown type of a function`,
        "a function type",
      );
    return id;
  }

  // Imports (core 3.5.11)

  addImports(): void {
    for (const { type, offset } of this.module.imports) this.#addImport(type, offset);
  }

  #addImport(type: ExternType, offset: number): void {
    switch (type.kind) {
      case "func":
        this.functions.push({ type: this.funcId(type.type, offset), imported: true, exact: type.exact });
        break;
      case "table":
        this.tables.push(this.#table(type.type, offset));
        break;
      case "memory":
        this.#addMemory(type.type, offset);
        break;
      case "global":
        this.globals.push(this.#global(type.type, offset));
        break;
      case "tag":
        this.#addTag(type.type, offset);
    }
  }

  // Functions (core 3.5.6) and tags (core 3.5.2)

  addFunctions(): void {
    for (const { type, offset } of this.module.functions) {
      this.functions.push({ type: this.funcId(type, offset), imported: false, exact: true });
    }
  }

  addTags(): void {
    for (const { type, offset } of this.module.tags) this.#addTag(type, offset);
  }

  /** Core 3.2.13 "Tag types"; stack switching, "Tags": with it a tag may have results. */
  #addTag(type: number, offset: number): void {
    const id = this.funcId(type, offset);
    const { composite } = this.store.type(id);
    if (composite.kind === "func" && composite.results.length > 0 && !this.features.has("stack-switching")) {
      this.fail(
        offset,
        "tag-results",
        "non-empty tag result type: needs the feature stack-switching, which is off",
        "a type without results",
      );
    }
    this.tags.push(id);
  }

  // Tables (core 3.5.5): an initializer sees imported globals only, since no other is there yet.

  addTables(body: Body): void {
    for (const { type, init, offset } of this.module.tables) {
      const table = this.#table(type, offset);
      this.tables.push(table);
      if (init !== undefined) {
        checkConstant(body, init, table.element, table.shared);
      } else if (!isDefaultable(table.element)) {
        this.fail(
          offset,
          "type-mismatch",
          `type mismatch: a table of ${this.name(table.element)} needs an initializer`,
          "a nullable type",
        );
      }
    }
  }

  #table(type: TableType, offset: number): TableType {
    checkTableSize(this.module, offset, type);
    const element = this.resolve(type.element, offset);
    if (type.shared && !isSharedValue(this.store, element)) {
      this.fail(
        offset,
        "shared-type",
        `shared tables must have a shared element type, not ${this.name(element)}`,
        "a shared type",
      );
    }
    return { ...type, element };
  }

  // Memories (core 3.5.4)

  addMemories(): void {
    for (const { type, offset } of this.module.memories) this.#addMemory(type, offset);
  }

  #addMemory(type: MemoryType, offset: number): void {
    checkMemory(this.module, offset, type);
    this.memories.push(type);
  }

  // Globals (core 3.5.3): each sees those before it.

  addGlobals(body: Body): void {
    for (const { type, init, offset } of this.module.globals) {
      const global = this.#global(type, offset);
      checkConstant(body, init, global.type, global.shared || global.threadLocal);
      if (global.threadLocal) this.#checkDefaultInitializer(init);
      this.globals.push(global);
    }
  }

  #global(type: GlobalType, offset: number): GlobalType {
    const resolved = this.resolve(type.type, offset);
    if (type.shared && !isSharedValue(this.store, resolved)) {
      this.fail(
        offset,
        "shared-type",
        `shared globals must have a shared value type, not ${this.name(resolved)}`,
        "a shared type",
      );
    }
    if (type.threadLocal) this.#checkThreadLocal(resolved, offset);
    return { ...type, type: resolved };
  }

  /** Shared-everything threads, "Thread-local storage": the type is shared and defaultable. */
  #checkThreadLocal(type: ValType, offset: number): void {
    if (!isSharedValue(this.store, type)) {
      this.fail(
        offset,
        "shared-type",
        `thread-local globals must have a shared value type, not ${this.name(type)}`,
        "a shared type",
      );
    }
    if (!isDefaultable(type)) {
      this.fail(
        offset,
        "not-defaultable",
        `thread-local globals must have a defaultable type, not ${this.name(type)}`,
        "a nullable type",
      );
    }
  }

  /** The same: "Declared thread-local globals must be initialized to the default value for their types." */
  #checkDefaultInitializer(init: Expression): void {
    if (!isDefaultConstant(init, this.features)) {
      this.fail(
        init.offset,
        "thread-local-initializer",
        "thread-local globals must be initialized to the default value",
        "zero or null",
      );
    }
  }
}
