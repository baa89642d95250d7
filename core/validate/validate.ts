/**
 * Validation of a module (core 3.5): everything but the bodies is checked here and in the files beside; bodies in
 * `function.ts`.
 */
import { defaultFeatures, type FeatureSet } from "../base/features.ts";
import type { Module } from "../types/module.ts";
import { TypeStore } from "../types/type-store.ts";
import { Body } from "./body/body.ts";
import { brandValid, type ValidModule } from "./body/valid-module.ts";
import { checkExports, checkStart } from "./exports.ts";
import { checkFeatures } from "./features.ts";
import { checkFunction } from "./function.ts";
import { Items } from "./items.ts";
import { checkCounts } from "./limits.ts";
import { checkDataSegments, checkElementSegments } from "./segments.ts";

/**
 * Checks that a module is valid, and returns it with its index spaces in the canonical types of `store`. Raises a
 * `CompileError` that says what rule is broken where; `malformed` is set in it if the bytes of a body break the
 * grammar.
 */
export function validateModule(
  module: Module,
  store: TypeStore = new TypeStore(),
  features: FeatureSet = defaultFeatures,
): ValidModule {
  checkCounts(module);
  checkFeatures(module, features);
  const items = new Items(module, store, features);
  const { parts } = items;
  const body = new Body(parts);
  items.addImports();
  items.addFunctions();
  items.addTags();
  items.addTables(body);
  items.addMemories();
  items.addGlobals(body);
  checkElementSegments(items, body);
  checkDataSegments(items, body);
  checkExports(parts, items.declared);
  checkStart(parts);
  // What may be named by `ref.func` in a body (core 3.5.13): what is named anywhere else in the module.
  for (const index of body.declared) items.declared.add(index);
  for (const func of module.functions) checkFunction(body, func, undefined);
  return brandValid(parts);
}
