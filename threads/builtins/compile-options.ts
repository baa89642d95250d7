/**
 * Options of compilation (JS API, `WebAssemblyCompileOptions`): which builtins a module imports from Heddle, and from
 * where strings.
 */
import { CompileError } from "../../core/base/errors.ts";
import type { Import } from "../../core/types/module.ts";
import { isSubtype } from "../../core/types/subtype.ts";
import { AbstractHeap, refAbstract, type ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import { type BuiltinName, findBuiltin, fitsBuiltinType } from "./builtins.ts";

export interface CompileOptions {
  /** Names of builtin sets; unknown ones mean nothing. */
  readonly builtins: readonly string[];
  /** Imported globals from this module are strings: their own names. */
  readonly importedStringConstants: string | undefined;
}

export const noOptions: CompileOptions = { builtins: [], importedStringConstants: undefined };

/** Whether an import is a string constant. */
export function isStringConstant(
  { module }: Pick<Import, "module">,
  { importedStringConstants }: CompileOptions,
): boolean {
  return module === importedStringConstants;
}

/** The builtin that an import names under these options. */
export function importedBuiltin(
  { module, name }: Pick<Import, "module" | "name">,
  { builtins }: CompileOptions,
): BuiltinName | undefined {
  return findBuiltin(module, name, builtins);
}

/** JS API, "validate builtins and imported strings for a WebAssembly module". */
export function checkOptions(valid: ValidModule, options: CompileOptions): void {
  const { builtins } = options;
  if (new Set(builtins).size < builtins.length) {
    throw new CompileError("a set of builtins is named twice", { code: "duplicate-builtins" });
  }
  let globals = 0;
  let functions = 0;
  for (const entry of valid.module.imports) {
    const global = entry.type.kind === "global" ? valid.globals[globals++] : undefined;
    const func = entry.type.kind === "func" ? valid.functions[functions++] : undefined;
    if (isStringConstant(entry, options)) {
      if (global === undefined || global.mutable || !isStringType(valid, global.type)) {
        mismatch(entry, "an immutable global of type externref, (ref extern), or the same with shared externs");
      }
      continue;
    }
    const builtin = importedBuiltin(entry, options);
    if (builtin === undefined) continue;
    if (func === undefined || !fitsBuiltinType(valid.types, builtin, func.type)) {
      mismatch(entry, "a function of the builtin's type");
    }
  }
}

function isStringType({ types }: ValidModule, type: ValType): boolean {
  return [false, true].some((shared) => isSubtype(types, refAbstract(AbstractHeap.extern, false, shared), type));
}

function mismatch({ module, name, offset }: Import, expected: string): never {
  throw new CompileError(`import "${module}" "${name}" must be ${expected}`, {
    code: "builtin-type",
    offset,
    expected,
  });
}
