/**
 * The type definitions of a module in text: explicit ones, and the function types that type uses add (core 6.4.3,
 * "Abbreviations").
 */
import type { FuncType, RecGroup, SubType, ValType } from "../../types/types.ts";
import type { IndexSpace } from "../lex/names.ts";
import type { SourceMapBuilder } from "../lex/source-map.ts";

export class TypeSpace {
  readonly space: IndexSpace;
  readonly types: SubType[] = [];
  readonly recGroups: RecGroup[] = [];
  /** Indices of fields by name, for each structure type. */
  readonly fields = new Map<number, IndexSpace>();
  readonly #fieldNames: Map<number, Map<number, string>>;
  /** Where the added types come from in the text. */
  readonly #added: { readonly type: SubType; readonly at: number }[] = [];
  /** The smallest index of each plain function type, by its written form. */
  readonly #plain = new Map<string, number>();

  constructor(space: IndexSpace, fieldNames: Map<number, Map<number, string>>) {
    this.space = space;
    this.#fieldNames = fieldNames;
  }

  /** Adds an explicit recursion group. */
  addGroup(types: readonly SubType[], offset: number): void {
    const start = this.types.length;
    this.recGroups.push({ start, types, offset });
    // One by one: a group may have more types than a call can have arguments.
    for (const type of types) this.types.push(type);
    const only = types[0];
    if (types.length === 1 && only !== undefined && isPlain(only)) {
      const key = keyOf(only.composite.params, only.composite.results);
      if (!this.#plain.has(key)) this.#plain.set(key, start);
    }
  }

  /** Keeps the names of a structure type's fields. */
  addFields(type: number, space: IndexSpace): void {
    if (space.names.size === 0) return;
    this.fields.set(type, space);
    this.#fieldNames.set(type, space.names);
  }

  /** The smallest index of this function type; adds it as a group of its own where there is none. */
  indexOf(params: readonly ValType[], results: readonly ValType[], at: number): number {
    const key = keyOf(params, results);
    const known = this.#plain.get(key);
    if (known !== undefined) return known;
    const index = this.types.length;
    const type: SubType = {
      final: true,
      supertypes: [],
      shared: false,
      descriptor: undefined,
      describes: undefined,
      composite: { kind: "func", params: [...params], results: [...results] },
    };
    this.types.push(type);
    this.#added.push({ type, at });
    this.#plain.set(key, index);
    return index;
  }

  /**
   * Adds the groups of the types that type uses added; only now, because no key may be taken while an expression is
   * parsed.
   */
  finish(map: SourceMapBuilder): void {
    let start = this.types.length - this.#added.length;
    for (const { type, at } of this.#added)
      this.recGroups.push({ start: start++, types: [type], offset: map.place(at) });
  }

  /** The function type at this index; undefined where there is none. */
  func(index: number): FuncType | undefined {
    const composite = this.types[index]?.composite;
    return composite?.kind === "func" ? composite : undefined;
  }
}

function keyOf(params: readonly ValType[], results: readonly ValType[]): string {
  return `${params.join(" ")}>${results.join(" ")}`;
}

/** True for a type that a type use without an index can mean: final, without modifiers, a function. */
function isPlain(type: SubType): type is SubType & { composite: FuncType } {
  return (
    type.composite.kind === "func" &&
    type.final &&
    type.supertypes.length === 0 &&
    !type.shared &&
    type.descriptor === undefined &&
    type.describes === undefined
  );
}
