/**
 * Refuses types and items of proposals that are switched off. Instructions are refused where they are read; types in a
 * binary too, but a module made from text, or by a program, comes here first.
 */
import type { FeatureName, FeatureSet } from "../base/features.ts";
import { invalidAt } from "../types/invalid.ts";
import type { ElementSegment, ExternType, GlobalType, Limits, MemoryType, ModuleParts } from "../types/module.ts";
import {
  abstractOf,
  type CompositeType,
  FUNCREF,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  isRef,
  type RecGroup,
  type SubType,
  V128,
  type ValType,
} from "../types/types.ts";
import { heapTypeByCode } from "../types/vocabulary.ts";

const STANDARD_PAGE = 16;

/** How messages call the heap types of a proposal. */
const heapPhrases: Readonly<Partial<Record<FeatureName, string>>> = {
  "reference-types": "a reference",
  exceptions: "an exception reference",
  "stack-switching": "a continuation reference",
  "shared-everything-threads": "a wait queue",
};

/** Checks a whole module but its bodies. */
export function checkFeatures(module: ModuleParts, features: FeatureSet): void {
  new FeatureCheck(module, features).check();
}

class FeatureCheck {
  readonly #module: ModuleParts;
  readonly #features: FeatureSet;
  #offset = 0;

  constructor(module: ModuleParts, features: FeatureSet) {
    this.#module = module;
    this.#features = features;
  }

  check(): void {
    const module = this.#module;
    for (const group of module.recGroups) this.#group(group);
    for (const { type, offset } of module.imports) this.#at(offset).#extern(type);
    for (const { type, init, offset } of module.tables) {
      this.#at(offset).#table(type.element, type);
      if (init !== undefined) this.#require("function-references", "a table's initial value");
    }
    for (const { type, offset } of module.memories) this.#at(offset).#memory(type);
    for (const { type, offset } of module.globals) this.#at(offset).#global(type);
    for (const { offset } of module.tags) this.#at(offset).#require("exceptions", "a tag");
    for (const segment of module.elements) this.#at(segment.offset).#element(segment);
    for (const { shared, flags, offset } of module.data) {
      this.#at(offset);
      if (flags !== 0) this.#require("bulk-memory", "a data segment that is passive or of another memory");
      if (shared) this.#require("shared-everything-threads", "a shared segment");
    }
    for (const { locals, body } of module.functions) {
      this.#at(body.offset);
      for (const { type } of locals) this.#value(type);
    }
    this.#counts();
  }

  #at(offset: number): this {
    this.#offset = offset;
    return this;
  }

  #require(feature: FeatureName, what: string, phrase = ""): void {
    if (this.#features.has(feature)) return;
    const message = `${phrase}${what} needs the feature ${feature}, which is off`;
    invalidAt(this.#module, this.#offset, "feature-off", message, `the feature ${feature}`);
  }

  /** The older standard's limits have messages of their own. */
  #counts(): void {
    const { tables, memories, imports } = this.#module;
    const count = (kind: string, own: number): number => own + imports.filter(({ type }) => type.kind === kind).length;
    if (count("table", tables.length) > 1) this.#require("reference-types", "a second table", "multiple tables: ");
    if (count("memory", memories.length) > 1) this.#require("multi-memory", "a second memory", "multiple memories: ");
  }

  #group(group: RecGroup): void {
    this.#at(group.offset);
    if (group.types.length !== 1) this.#require("gc", "a recursion group");
    for (const type of group.types) this.#subType(type);
  }

  #subType(type: SubType): void {
    if (!type.final || type.supertypes.length > 0) this.#require("gc", "a sub type");
    if (type.shared) this.#require("shared-everything-threads", "a shared type");
    if (type.descriptor !== undefined || type.describes !== undefined)
      this.#require("custom-descriptors", "a descriptor");
    this.#composite(type.composite);
  }

  #composite(composite: CompositeType): void {
    switch (composite.kind) {
      case "func":
        if (composite.results.length > 1) this.#require("multi-value", "a second result", "invalid result arity: ");
        for (const type of composite.params) this.#value(type);
        for (const type of composite.results) this.#value(type);
        break;
      case "struct":
        this.#require("gc", "a structure type");
        for (const { storage } of composite.fields) this.#value(storage);
        break;
      case "array":
        this.#require("gc", "an array type");
        this.#value(composite.element.storage);
        break;
      case "cont":
        this.#require("stack-switching", "a continuation type");
    }
  }

  #value(type: ValType): void {
    if (type === V128) this.#require("simd", "v128");
    if (!isRef(type)) return;
    if (isAbstract(type)) this.#abstract(type);
    else this.#require("function-references", "a reference to a defined type");
    if (isExact(type)) this.#require("custom-descriptors", "an exact type");
  }

  #abstract(type: ValType): void {
    if (!isNullable(type)) this.#require("function-references", "a reference that is not nullable");
    if (isAbstractShared(type)) this.#require("shared-everything-threads", "a shared heap type");
    const feature = heapTypeByCode(abstractOf(type))?.feature ?? "gc";
    this.#require(feature, heapPhrases[feature] ?? "this heap type");
  }

  #extern(type: ExternType): void {
    switch (type.kind) {
      case "func":
        if (type.exact) this.#require("custom-descriptors", "an exact function import");
        break;
      case "table":
        this.#table(type.type.element, type.type);
        break;
      case "memory":
        this.#memory(type.type);
        break;
      case "global":
        this.#global(type.type);
        if (type.type.mutable) this.#require("mutable-globals", "the import of a mutable global");
        break;
      case "tag":
        this.#require("exceptions", "a tag");
    }
  }

  #table(element: ValType, limits: Limits): void {
    // The first version of the standard had tables of functions.
    if (element !== FUNCREF) this.#value(element);
    if (limits.is64) this.#require("memory64", "a 64-bit table");
    if (limits.shared) this.#require("shared-everything-threads", "a shared table");
  }

  #element({ type, shared, items, flags }: ElementSegment): void {
    if (flags !== 0)
      this.#require("bulk-memory", "an element segment that is passive, declarative, typed or of another table");
    if (shared) this.#require("shared-everything-threads", "a shared segment");
    if (items.kind === "functions") return;
    this.#require("reference-types", "an element segment of expressions");
    this.#value(type);
  }

  #memory(type: MemoryType): void {
    if (type.is64) this.#require("memory64", "a 64-bit memory");
    if (type.shared) this.#require("threads", "a shared memory");
    if (type.pageSizeLog2 !== STANDARD_PAGE) this.#require("custom-page-sizes", "a page size");
    if (type.virtual === true) this.#require("memory-control", "a virtual memory");
    if (type.protection !== undefined) this.#require("memory-control", "a protected memory");
  }

  #global(type: GlobalType): void {
    this.#value(type.type);
    if (type.shared) this.#require("shared-everything-threads", "a shared global");
    if (type.threadLocal) this.#require("shared-everything-threads", "a thread-local global");
  }
}
