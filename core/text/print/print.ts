/** Modules as text that parses back to the same binary. */
import { type FeatureSet, featureNames } from "../../base/features.ts";
import {
  countImports,
  type ElementSegment,
  type Expression,
  type Func,
  type ModuleParts,
  type SegmentMode,
} from "../../types/module.ts";
import { customSectionWords } from "../lex/custom.ts";
import { printIdentifier, printName, printString } from "../lex/strings.ts";
import { Arities } from "./print-arity.ts";
import { printFlat } from "./print-flat.ts";
import { FoldedPrinter } from "./print-folded.ts";
import { type HintTexts, takeHints } from "./print-hints.ts";
import { printImports } from "./print-imports.ts";
import { BodyNames, InstructionPrinter } from "./print-instructions.ts";
import { tellsAllNames } from "./print-name-section.ts";
import { Identifiers, PrintNames } from "./print-names.ts";
import { TypePrinter } from "./print-types.ts";

export interface PrintOptions {
  /** Instructions with their operands inside, instead of one a line. */
  readonly fold?: boolean;
}

/** Printing needs no permission: whatever was decoded can be shown. */
const all: FeatureSet = new Set(featureNames);

/** The module in the text format. */
export function printModule(module: ModuleParts, options: PrintOptions = {}): string {
  return new ModulePrinter(module, options.fold === true).print();
}

class ModulePrinter {
  readonly #module: ModuleParts;
  readonly #fold: boolean;
  readonly #names: PrintNames;
  readonly #types: TypePrinter;
  readonly #instructions: InstructionPrinter;
  readonly #folded: FoldedPrinter;
  readonly #hints: HintTexts = new Map();
  /** How many blocks there are in each function whose labels have names. */
  readonly #opened = new Map<number, number>();
  readonly #lines: string[] = [];

  constructor(module: ModuleParts, fold: boolean) {
    this.#module = module;
    this.#fold = fold;
    this.#names = new PrintNames(module);
    this.#types = new TypePrinter(module, this.#names);
    this.#instructions = new InstructionPrinter(this.#names, this.#types);
    this.#folded = new FoldedPrinter(this.#instructions, all, new Arities(module));
  }

  print(): string {
    const module = this.#module;
    const lines = this.#lines;
    const customs = takeHints(module, all, this.#hints);
    lines.push(`(module${this.#moduleName()}`);
    this.#definitions();
    this.#segmentsAndCode();
    for (const custom of customs) {
      const { name, after, bytes } = custom;
      if (name === "name" && tellsAllNames(module, custom, this.#opened)) continue;
      const place = customSectionWords.get(after) ?? "(after last)";
      lines.push(`  (@custom ${printName(name)} ${place} ${printString(bytes)})`);
    }
    return `${lines.join("\n")})\n`;
  }

  #moduleName(): string {
    const { module: name } = this.#module.names;
    if (name === undefined) return "";
    return name === "" ? ' (@name "")' : ` ${printIdentifier(name)}`;
  }

  #definitions(): void {
    const module = this.#module;
    const names = this.#names;
    const types = this.#types;
    const lines = this.#lines;
    for (const { start, types: group } of module.recGroups) {
      const written = group.map((type, at) => types.definition(type, start + at));
      if (written.length === 1) lines.push(`  ${written[0]}`);
      else lines.push(`  (rec${written.map((line) => `\n    ${line}`).join("")})`);
    }
    lines.push(...printImports(module, names, types));
    const spaces = {
      func: names.functions,
      table: names.tables,
      memory: names.memories,
      global: names.globals,
      tag: names.tags,
    };
    const first = countImports(module);
    module.tables.forEach(({ type, init }, at) => {
      const tail = init === undefined ? "" : ` ${this.#constant(init)}`;
      lines.push(`  (table${names.tables.define(first.table + at)} ${types.table(type)}${tail})`);
    });
    module.memories.forEach(({ type }, at) => {
      lines.push(`  (memory${names.memories.define(first.memory + at)} ${types.memory(type)})`);
    });
    module.tags.forEach(({ type }, at) => {
      lines.push(`  (tag${names.tags.define(first.tag + at)} ${types.use(type)})`);
    });
    module.globals.forEach(({ type, init }, at) => {
      lines.push(`  (global${names.globals.define(first.global + at)} ${types.global(type)} ${this.#constant(init)})`);
    });
    for (const { name, kind, index } of module.exports)
      lines.push(`  (export ${printName(name)} (${kind} ${spaces[kind].use(index)}))`);
    if (module.start !== undefined) lines.push(`  (start ${names.functions.use(module.start)})`);
  }

  #segmentsAndCode(): void {
    const module = this.#module;
    const names = this.#names;
    const lines = this.#lines;
    module.elements.forEach((segment, at) => {
      lines.push(`  (elem${names.elements.define(at)}${this.#element(segment)})`);
    });
    const imported = countImports(module).func;
    module.functions.forEach((func, at) => {
      lines.push(this.#function(func, imported + at));
    });
    module.data.forEach(({ mode, shared, bytes }, at) => {
      const place = this.#place(mode, (index) => `(memory ${names.memories.use(index)})`);
      lines.push(`  (data${names.data.define(at)}${shared ? " shared" : ""}${place} ${printString(bytes)})`);
    });
  }

  /** A constant expression, folded, without parentheses of its own. */
  #constant(expression: Expression): string {
    return this.#folded.inline(expression, new BodyNames(noIdentifiers, noNames));
  }

  #place(mode: SegmentMode, home: (index: number) => string): string {
    switch (mode.kind) {
      case "passive":
        return "";
      case "declarative":
        return " declare";
      case "active":
        return `${mode.index === 0 ? "" : ` ${home(mode.index)}`} (offset ${this.#constant(mode.at)})`;
    }
  }

  #element({ type, mode, shared, items }: ElementSegment): string {
    const names = this.#names;
    const types = this.#types;
    const list =
      items.kind === "functions"
        ? ["func", ...items.indices.map((index) => names.functions.use(index))]
        : [types.value(type), ...items.list.map((item) => `(item ${this.#constant(item)})`)];
    return `${shared ? " shared" : ""}${this.#place(mode, (index) => `(table ${names.tables.use(index)})`)} ${list.join(" ")}`;
  }

  #function({ type, locals, body }: Func, index: number): string {
    const names = this.#names;
    const types = this.#types;
    const func = types.func(type);
    const ids = names.localsOf(index) ?? noIdentifiers;
    let text = `  (func${names.functions.define(index)} (type ${names.types.use(type)})`;
    const params = func?.params ?? [];
    if (func !== undefined) text += `${types.params(func, ids)}${types.list("result", func.results)}`;
    const hints = this.#hints.get(index);
    text += ` ${hints?.get(-1) ?? ""}`.trimEnd();
    let local = params.length;
    for (const { count, type: localType } of locals) {
      text += this.#localRun(local, count, types.value(localType), ids);
      local += count;
    }
    const labels = this.#module.names.labels.get(index);
    const bodyNames = new BodyNames(ids, labels ?? noNames);
    const indent = "    ";
    const lines = this.#fold
      ? this.#folded.body(body, func?.results.length ?? 0, bodyNames, hints, indent)
      : printFlat(this.#instructions, body, all, bodyNames, hints, indent);
    if (labels !== undefined) this.#opened.set(index, bodyNames.opened);
    return `${text}${lines})`;
  }

  /** Locals of one type: those with names each on their own, the others together. */
  #localRun(first: number, count: number, type: string, ids: Identifiers): string {
    let text = "";
    let unnamed: string[] = [];
    const flush = (): void => {
      if (unnamed.length > 0) text += `\n    (local ${unnamed.join(" ")})`;
      unnamed = [];
    };
    for (let at = first; at < first + count; at++) {
      const id = ids.binding(at);
      if (id === undefined) unnamed.push(type);
      else {
        flush();
        text += `\n    (local ${id} ${type})`;
      }
    }
    flush();
    return text;
  }
}

const noNames: ReadonlyMap<number, string> = new Map();
const noIdentifiers = new Identifiers(noNames);
