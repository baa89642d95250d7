/** The identifiers that a printed module uses: names of the name section, made unique in each index space. */
import type { ModuleParts } from "../../types/module.ts";
import { countImports } from "../../types/module.ts";
import { printIdentifier, printName } from "../lex/strings.ts";

/** Identifiers of one index space. */
export class Identifiers {
  readonly #ids = new Map<number, string>();
  /** Names that their identifier does not spell, because another item has it or because it is empty. */
  readonly #others = new Map<number, string>();

  constructor(names: ReadonlyMap<number, string>) {
    const taken = new Set<string>();
    const late: [number, string][] = [];
    for (const [index, name] of names) {
      if (name === "" || taken.has(name)) late.push([index, name]);
      else {
        taken.add(name);
        this.#ids.set(index, printIdentifier(name));
      }
    }
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

  /**
   * What stands behind the keyword where the item is declared: its identifier, and its name where that is another; no
   * blank before it.
   */
  binding(index: number): string | undefined {
    const id = this.#ids.get(index);
    const other = this.#others.get(index);
    return other === undefined ? id : `${id} (@name ${printName(other)})`;
  }

  /**
   * What stands behind the keyword of the item's definition: a blank and its identifier, its index as a comment, its
   * other name.
   */
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
    this.types = new Identifiers(within(names.types, module.types.length));
    this.functions = new Identifiers(within(names.functions, counts.func + module.functions.length));
    this.tables = new Identifiers(within(names.tables, counts.table + module.tables.length));
    this.memories = new Identifiers(within(names.memories, counts.memory + module.memories.length));
    this.globals = new Identifiers(within(names.globals, counts.global + module.globals.length));
    this.tags = new Identifiers(within(names.tags, counts.tag + module.tags.length));
    this.elements = new Identifiers(within(names.elements, module.elements.length));
    this.data = new Identifiers(within(names.data, module.data.length));
  }

  /** Identifiers of a function's parameters and locals; undefined where none has a name. */
  localsOf(func: number): Identifiers | undefined {
    const names = this.#module.names.locals.get(func);
    return names === undefined || names.size === 0 ? undefined : new Identifiers(names);
  }

  /** Identifiers of a structure type's fields. */
  fieldsOf(type: number): Identifiers {
    let fields = this.#fields.get(type);
    if (fields === undefined) {
      const composite = this.#module.types[type]?.composite;
      const names = composite?.kind === "struct" ? this.#module.names.fields.get(type) : undefined;
      const count = composite?.kind === "struct" ? composite.fields.length : 0;
      fields = new Identifiers(new Map([...(names ?? [])].filter(([index]) => index < count)));
      this.#fields.set(type, fields);
    }
    return fields;
  }
}
