/** `WebAssembly.Module`. Beyond the standard, a source may be a text. */
import { typeError } from "../../core/base/errors.ts";
import type { ExternKind } from "../../core/types/module.ts";
import { type CompileOptions, importedBuiltin, isStringConstant } from "../../threads/builtins/compile-options.ts";
import { type StableSource, stableSource } from "../../threads/modules/compile.ts";
import type { ApiContext, Creator } from "./context.ts";
import type { ModuleExportDescriptor, ModuleImportDescriptor, ModuleObject, Namespace } from "./shape.ts";
import { defineInterface, toDictionary, toDomString, toSequence, toUsvString } from "./webidl.ts";

/** A module's text begins with a parenthesis or a comment; other strings are no sources. */
const textStart = /^\s*(?:\(|;;)/;

/** Copies a module's source. Raises a TypeError for what is none. */
export function toSource(value: unknown): StableSource {
  if (typeof value === "string" && !textStart.test(value))
    throw typeError("not-a-module-text", "the string is not the text of a module");
  return stableSource(value);
}

/** Converts to `WebAssemblyCompileOptions`. Raises a TypeError for what cannot be. */
export function toCompileOptions(value: unknown): CompileOptions {
  const { builtins, importedStringConstants } = toDictionary(value, "compile options");
  return {
    builtins: builtins === undefined ? [] : toSequence(builtins, "builtins").map(toUsvString),
    importedStringConstants:
      importedStringConstants === undefined || importedStringConstants === null
        ? undefined
        : toUsvString(importedStringConstants),
  };
}

/** `ImportExportKind` of the JS API. */
function kindOf(kind: ExternKind): WebAssembly.ImportExportKind {
  return (kind === "func" ? "function" : kind) as WebAssembly.ImportExportKind;
}

/** The class, on the creator only. Members: `Namespace` in shape.ts. */
export function createModuleClass({ modules }: ApiContext, store: Creator): Namespace["Module"] {
  class Module {
    constructor(source: unknown, ...[options]: [unknown?]) {
      modules.bind(this, store.compile(toSource(source), toCompileOptions(options)));
    }

    static exports(module: ModuleObject): ModuleExportDescriptor[] {
      const { exports } = modules.itemOf(module).valid.module;
      return exports.map(({ name, kind }) => ({ name, kind: kindOf(kind) }));
    }

    static imports(module: ModuleObject): ModuleImportDescriptor[] {
      const { valid, options } = modules.itemOf(module);
      return valid.module.imports
        .filter((entry) => !isStringConstant(entry, options) && importedBuiltin(entry, options) === undefined)
        .map(({ module: from, name, type }) => ({ module: from, name, kind: kindOf(type.kind) }));
    }

    static customSections(module: ModuleObject, sectionName: string): ArrayBuffer[] {
      const { customs } = modules.itemOf(module).valid.module;
      // biome-ignore lint/complexity/noArguments: undefined is a name, a missing argument is none; `length` is 2
      if (arguments.length < 2) throw new TypeError("the name of the custom sections is missing");
      const wanted = toDomString(sectionName);
      return customs.filter(({ name }) => name === wanted).map(({ bytes }) => new Uint8Array(bytes).buffer);
    }
  }
  defineInterface(Module, "Module");
  return Module as unknown as Namespace["Module"];
}
