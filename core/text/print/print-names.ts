/** The identifiers that a printed module uses: names of the name section, made unique in each index space. */
import type { ModuleParts } from "../../types/module.ts";
import { countImports } from "../../types/module.ts";
import { printIdentifier, printName } from "../lex/strings.ts";

/** Identifiers of one index space. */
export class Identifiers {
  readonly #ids = new Map<number, string>();
  /** Names that their identifier does not spell, because another item has it or because it is empty. */
  readonly #others = new Map<number, string>();

  /** `annotated` spaces keep a name that cannot be an identifier in an annotation; in others such an item has no identifier. */
  constructor(names: ReadonlyMap<number, string>, annotated: boolean) {
    const taken = new Set<string>();
    const late: [number, string][] = [];
    for (const [index, name] of names) {
      if (name === "" || taken.has(name)) late.push([index, name]);
      else {
        taken.add(name);
        this.#ids.set(index, printIdentifier(name));
      }
    }
    if (!annotated) return;
    for (const [index, name] of late) {
      let id = `${name}_${index}`;
      while (taken.has(id)) id += "_";
      taken.add(id);
      this.#ids.set(index, printIdentifier(id));
      this.#others.set(index, name);
    }
  }

  /** How the item is referred to: its identifier, or its index. */
  use(index: number): string {
    return this.#ids.get(index) ?? String(index);
  }

  /** The identifier alone, for those who number otherwise. */
  id(index: number): string | undefined {
    return this.#ids.get(index);
  }

  /** What stands behind the keyword of the item's definition: a blank and its identifier, its index as a comment, its other name. */
  define(index: number): string {
    const id = this.#ids.get(index);
    const other = this.#others.get(index);
    return `${id === undefined ? "" : ` ${id}`} (;${index};)${other === undefined ? "" : ` (@name ${printName(other)})`}`;
  }
}

/** The identifiers of a module. */
export class PrintNames {
  readonly types: Identifiers;
  readonly functions: Identifiers;
  readonly tables: Identifiers;
  readonly memories: Identifiers;
  readonly globals: Identifiers;
  readonly tags: Identifiers;
  readonly elements: Identifiers;
  readonly data: Identifiers;
  readonly #module: ModuleParts;
  readonly #fields = new Map<number, Identifiers>();

  constructor(module: ModuleParts) {
    const { names } = module;
    const counts = countImports(module);
    const within = (map: ReadonlyMap<number, string>, count: number): Map<number, string> =>
      new Map([...map].filter(([index]) => index < count));
    this.#module = module;
    this.types = new Identifiers(within(names.types, module.types.length), false);
    this.functions = new Identifiers(within(names.functions, counts.func + module.functions.length), true);
    this.tables = new Identifiers(within(names.tables, counts.table + module.tables.length), true);
    this.memories = new Identifiers(within(names.memories, counts.memory + module.memories.length), true);
    this.globals = new Identifiers(within(names.globals, counts.global + module.globals.length), true);
    this.tags = new Identifiers(within(names.tags, counts.tag + module.tags.length), true);
    this.elements = new Identifiers(within(names.elements, module.elements.length), false);
    this.data = new Identifiers(within(names.data, module.data.length), false);
  }

  /** Identifiers of a structure type's fields. */
  fieldsOf(type: number): Identifiers {
    let fields = this.#fields.get(type);
    if (fields === undefined) {
      const composite = this.#module.types[type]?.composite;
      const names = composite?.kind === "struct" ? this.#module.names.fields.get(type) : undefined;
      const count = composite?.kind === "struct" ? composite.fields.length : 0;
      fields = new Identifiers(new Map([...(names ?? [])].filter(([index]) => index < count)), false);
      this.#fields.set(type, fields);
    }
    return fields;
  }
}
