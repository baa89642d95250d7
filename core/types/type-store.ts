/**
 * The types of all modules of one store, each recursion group once.
 *
 * Types are iso-recursive (core 3.1.3 "Rolling and unrolling"): two groups are the same if they look the same after
 * references within a group are written relative to it. So a group is turned into a string of numbers, its key, in
 * which an inner reference is a position in the group and an outer one the canonical id of an earlier type; equal keys
 * are equal groups. A canonical id is the position in this store; equal types have equal ids whatever module they come
 * from, and ids never move.
 */
import { InternalError } from "../base/assert.ts";
import { invalidAt } from "./invalid.ts";
import type { ModuleParts } from "./module.ts";
import { checkDeclarations } from "./type-declarations.ts";
import { GroupKey } from "./type-key.ts";
import { type FieldType, indexOf, isAbstract, type RecGroup, type SubType, type ValType, withIndex } from "./types.ts";

/**
 * WebAssembly JavaScript Interface, "Implementation-defined Limits". Checked before anything else, so that displays
 * stay short.
 */
const MAX_SUBTYPING_DEPTH = 63;

export class TypeStore {
  readonly #firstIdByKey = new Map<string, number>();
  readonly #types: SubType[] = [];
  readonly #displays: (readonly number[])[] = [];
  readonly #key = new GroupKey();

  /** The number of types; ids are below it. */
  get size(): number {
    return this.#types.length;
  }

  /** A type by its id, in which all indices are ids. */
  type(id: number): SubType {
    const type = this.#types[id];
    if (type === undefined) throw new InternalError(`no type has the id ${id}`);
    return type;
  }

  /** The number of declared supertypes above a type. */
  depth(id: number): number {
    return this.display(id).length - 1;
  }

  /** The ids of a type's supertypes from the root of its hierarchy down to the type itself. */
  display(id: number): readonly number[] {
    const display = this.#displays[id];
    if (display === undefined) throw new InternalError(`no type has the id ${id}`);
    return display;
  }

  /**
   * Enters a module's types and returns the id of each by its index. Raises an error for references to types that do
   * not exist and for declarations that break a rule; an invalid group is not entered.
   */
  canonicalize(module: ModuleParts): Int32Array {
    const canonical = new Int32Array(module.types.length);
    for (const group of module.recGroups) {
      checkReferences(module, group);
      const key = this.#key.of(group, canonical);
      let first = this.#firstIdByKey.get(key);
      if (first === undefined) {
        first = this.#add(module, group, canonical);
        this.#firstIdByKey.set(key, first);
      }
      for (let i = 0; i < group.types.length; i++) canonical[group.start + i] = first + i;
    }
    return canonical;
  }

  #add(module: ModuleParts, group: RecGroup, canonical: Int32Array): number {
    const first = this.#types.length;
    const idOf = (index: number): number =>
      index >= group.start ? first + index - group.start : (canonical[index] as number);
    try {
      for (let i = 0; i < group.types.length; i++) {
        const type = rewrite(group.types[i] as SubType, idOf);
        const parent = type.supertypes[0];
        const above = parent === undefined ? [] : this.display(parent);
        if (above.length > MAX_SUBTYPING_DEPTH) {
          invalidAt(
            module,
            group.offset,
            "limit",
            `type ${group.start + i} has ${above.length} supertypes above it`,
            `at most ${MAX_SUBTYPING_DEPTH}`,
          );
        }
        this.#types.push(type);
        this.#displays.push([...above, first + i]);
      }
      checkDeclarations(this, module, group, first);
    } catch (error) {
      this.#types.length = first;
      this.#displays.length = first;
      throw error;
    }
    return first;
  }
}

/**
 * Core 3.2.11: a type may refer to those before its group and to all of its group; a supertype comes before the type
 * itself.
 */
function checkReferences(module: ModuleParts, group: RecGroup): void {
  const end = group.start + group.types.length;
  const unknown = (index: number): never => invalidAt(module, group.offset, "unknown-type", `unknown type ${index}`);
  const checkIndex = (index: number): void => {
    if (index >= end) unknown(index);
  };
  const check = (type: ValType): void => {
    if (type >= 0 && !isAbstract(type)) checkIndex(indexOf(type));
  };
  for (let i = 0; i < group.types.length; i++) {
    const { composite, supertypes } = group.types[i] as SubType;
    for (const supertype of supertypes) if (supertype >= group.start + i) unknown(supertype);
    switch (composite.kind) {
      case "func":
        composite.params.forEach(check);
        composite.results.forEach(check);
        break;
      case "struct":
        for (const field of composite.fields) check(field.storage);
        break;
      case "array":
        check(composite.element.storage);
        break;
      case "cont":
        checkIndex(composite.func);
    }
  }
}

/** A type with its indices replaced. */
function rewrite(type: SubType, idOf: (index: number) => number): SubType {
  const value = (t: ValType): ValType => (t < 0 || isAbstract(t) ? t : withIndex(t, idOf(indexOf(t))));
  const field = ({ storage, mutable }: FieldType): FieldType => ({ storage: value(storage), mutable });
  const optional = (index: number | undefined): number | undefined => (index === undefined ? undefined : idOf(index));
  const { composite } = type;
  const rewritten =
    composite.kind === "func"
      ? ({ kind: "func", params: composite.params.map(value), results: composite.results.map(value) } as const)
      : composite.kind === "struct"
        ? ({ kind: "struct", fields: composite.fields.map(field) } as const)
        : composite.kind === "array"
          ? ({ kind: "array", element: field(composite.element) } as const)
          : ({ kind: "cont", func: idOf(composite.func) } as const);
  return {
    final: type.final,
    supertypes: type.supertypes.map(idOf),
    shared: type.shared,
    descriptor: optional(type.descriptor),
    describes: optional(type.describes),
    composite: rewritten,
  };
}
