/**
 * Variable instructions (core 3.4.3 "Variable instructions") and the accesses of shared-everything threads to globals.
 */
import type { GlobalType } from "../../types/module.ts";
import type { ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { globalAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";

/** Core 3.4.3: a local must hold a value; only a non-defaultable one may not. */
function getLocal(body: Body, index: number): void {
  const type = body.local(index);
  if (!body.locals.hasValue(index, type)) body.fail("uninitialized-local", `uninitialized local ${index}`);
  body.push(type);
}

/**
 * Core 3.4.13: a constant expression reads immutable globals only (and none but those before it, which are all that
 * exist yet).
 */
function getGlobal(body: Body, index: number): void {
  const global = globalAt(body, index);
  if (body.constant) requireConstant(body, index, global);
  body.push(global.type);
}

function requireConstant(body: Body, index: number, global: GlobalType): void {
  if (global.mutable)
    body.fail("constant-required", `constant expression required: global ${index} is mutable`, "an immutable global");
  if (index >= body.module.imports.global && !body.module.features.has("gc")) {
    body.fail(
      "constant-required",
      `unknown global ${index}: constant expressions need the feature gc to read globals of the module itself`,
    );
  }
}

/** The type of a global that is about to be written. */
export function mutableGlobal(body: Body, index: number): ValType {
  const global = globalAt(body, index);
  if (!global.mutable)
    body.fail("immutable-global", `immutable global: global is immutable: ${index}`, "a mutable global");
  return global.type;
}

export const variableRules: Rules<"local.get" | "local.set" | "local.tee" | "global.get" | "global.set"> = {
  "local.get": (body, { index }) => getLocal(body, index),
  "local.set": (body, { index }) => {
    const type = body.local(index);
    body.pop(type);
    body.locals.set(index, type);
  },
  "local.tee": (body, { index }) => {
    const type = body.local(index);
    body.pop(type);
    body.locals.set(index, type);
    body.push(type);
  },
  "global.get": (body, { index }) => getGlobal(body, index),
  "global.set": (body, { index }) => {
    body.pop(mutableGlobal(body, index));
  },
};
