/** Imports as text, those of a group together (compact-import-section, "Text format"). */
import type { ExternKind, Import, ImportGroup, ModuleParts } from "../../types/module.ts";
import { printName } from "../lex/strings.ts";
import type { Identifiers, PrintNames } from "./print-names.ts";
import type { TypePrinter } from "./print-types.ts";

/** One line for each import or group. */
export function printImports(module: ModuleParts, names: PrintNames, types: TypePrinter): string[] {
  const printer = new ImportPrinter(module.imports, names, types);
  for (const group of module.importGroups ?? []) printer.group(group);
  return printer.finish();
}

class ImportPrinter {
  readonly #imports: readonly Import[];
  readonly #names: PrintNames;
  readonly #types: TypePrinter;
  readonly #spaces: Readonly<Record<ExternKind, Identifiers>>;
  readonly #counts: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  readonly #lines: string[] = [];
  /** The next import to be printed. */
  #at = 0;

  constructor(imports: readonly Import[], names: PrintNames, types: TypePrinter) {
    this.#imports = imports;
    this.#names = names;
    this.#types = types;
    const { functions, tables, memories, globals, tags } = names;
    this.#spaces = { func: functions, table: tables, memory: memories, global: globals, tag: tags };
  }

  finish(): string[] {
    this.#alone(this.#imports.length);
    return this.#lines;
  }

  /** The imports up to `end`, each on its own. */
  #alone(end: number): void {
    while (this.#at < end) {
      const item = this.#imports[this.#at++] as Import;
      this.#lines.push(`  (import ${printName(item.module)} ${printName(item.name)} ${this.#described(item)})`);
    }
  }

  group({ module, type, first, count }: ImportGroup): void {
    this.#alone(first);
    const items = this.#imports.slice(first, first + count);
    this.#at = first + count;
    // Where one type stands for all, no item can have an identifier: those with names are written with a type each.
    const once = type !== undefined && count > 0 && !this.#anyNamed(items);
    const list = once
      ? [...items.map(({ name }) => `(item ${printName(name)})`), this.#common(type.kind, items)]
      : items.map((item) => `(item ${printName(item.name)} ${this.#described(item)})`);
    this.#lines.push(`  (import ${[printName(module), ...list].join(" ")})`);
  }

  #anyNamed(items: readonly Import[]): boolean {
    const kind = (items[0] as Import).type.kind;
    const first = this.#counts[kind];
    return items.some((_, at) => {
      return (
        this.#spaces[kind].binding(first + at) !== undefined ||
        (kind === "func" && this.#names.localsOf(first + at) !== undefined)
      );
    });
  }

  /** `(kind id? type)`. */
  #described({ type }: Import): string {
    const { kind } = type;
    const index = this.#counts[kind]++;
    const params = kind === "func" ? this.#names.localsOf(index) : undefined;
    return `(${kind}${this.#spaces[kind].define(index)} ${this.#types.extern(type, params)})`;
  }

  /** `(kind type)`, with the indices of these imports in a comment. */
  #common(kind: ExternKind, items: readonly Import[]): string {
    const first = this.#counts[kind];
    this.#counts[kind] += items.length;
    return `(${kind} (;${first} to ${first + items.length - 1};) ${this.#types.extern((items[0] as Import).type, undefined)})`;
  }
}
