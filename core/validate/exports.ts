/** Exports (core 3.5.12) and the start function (core 3.5.10). */
import { invalidAt } from "../types/invalid.ts";
import type { Export } from "../types/module.ts";
import type { FuncType } from "../types/types.ts";
import { typeNames } from "./body/type-names.ts";
import type { ValidModuleParts } from "./body/valid-module.ts";

/** Each export exists, and no two have one name. Enters the functions among them in `declared`. */
export function checkExports(parts: ValidModuleParts, declared: Set<number>): void {
  const { module } = parts;
  const names = new Set<string>();
  for (const item of module.exports) {
    if (names.has(item.name))
      invalidAt(module, item.offset, "duplicate-export", `duplicate export name ${JSON.stringify(item.name)}`);
    names.add(item.name);
    checkExport(parts, item);
    if (item.kind === "func") declared.add(item.index);
  }
}

function checkExport(parts: ValidModuleParts, { kind, index, offset }: Export): void {
  const { module } = parts;
  const spaces = {
    func: parts.functions,
    table: parts.tables,
    memory: parts.memories,
    global: parts.globals,
    tag: parts.tags,
  };
  if (index >= spaces[kind].length) {
    const what = kind === "func" ? "function" : kind;
    invalidAt(module, offset, `unknown-${what}`, `unknown ${what} ${index}`);
  }
  if (kind === "global" && parts.globals[index]?.mutable === true && !parts.features.has("mutable-globals")) {
    invalidAt(
      module,
      offset,
      "feature-off",
      "the export of a mutable global needs the feature mutable-globals, which is off",
    );
  }
}

/** The start function exists, takes nothing and returns nothing. */
export function checkStart(parts: ValidModuleParts): void {
  const { module } = parts;
  const { start, startOffset } = module;
  if (start === undefined) return;
  const entry = parts.functions[start];
  if (entry === undefined) invalidAt(module, startOffset, "unknown-function", `unknown function ${start}`);
  const { params, results } = parts.types.type(entry.type).composite as FuncType;
  if (params.length > 0 || results.length > 0) {
    const found = `${typeNames(parts, params)} -> ${typeNames(parts, results)}`;
    invalidAt(
      module,
      startOffset,
      "start-function",
      `start function must have type [] -> [], not ${found}`,
      "[] -> []",
    );
  }
}
