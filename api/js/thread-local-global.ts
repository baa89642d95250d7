/**
 * `new WebAssembly.Global({ "thread-local": true, ... })` (shared-everything threads, "Shared Annotations"): on each
 * agent a global of its own, which is zero or null at first, as declared ones are; the value given is that of the agent
 * which makes the global. It is the global of a small module, which all agents have like any other.
 */
import { abstractOf, isRef, type ValType } from "../../core/types/types.ts";
import { heapTypeByCode, wordOf } from "../../core/types/vocabulary.ts";
import { noOptions } from "../../threads/builtins/compile-options.ts";
import type { CompiledModule } from "../../threads/link/imports.ts";
import { type GlobalItem, initializeGlobal } from "../../threads/link/items.ts";
import type { Creator } from "./context.ts";
import { globalOf } from "./instance.ts";

/** A type in the text format: of a number, or a reference to a shared abstract heap type. */
function textOf(type: ValType): string {
  if (!isRef(type)) return wordOf(type) as string;
  return `(ref null (shared ${heapOf(type)}))`;
}

function heapOf(type: ValType): string {
  return heapTypeByCode(abstractOf(type))?.name as string;
}

const modules = new WeakMap<Creator, Map<string, CompiledModule>>();

function moduleFor(store: Creator, type: ValType, mutable: boolean): CompiledModule {
  const known = modules.get(store) ?? new Map<string, CompiledModule>();
  modules.set(store, known);
  const name = textOf(type);
  const initial = isRef(type) ? `(ref.null (shared ${heapOf(type)}))` : `(${name}.const 0)`;
  const text = `(module (global (export "local") (thread_local ${mutable ? "mut" : ""} ${name}) ${initial}))`;
  const module = known.get(text) ?? store.compile(text, noOptions);
  known.set(text, module);
  return module;
}

/** Makes the global; `value`, this agent's, is lowered and kept alive by the caller. */
export function createThreadLocalGlobal(store: Creator, type: ValType, mutable: boolean, value: unknown): GlobalItem {
  const module = moduleFor(store, type, mutable);
  const instance = store.instantiate(module, {
    resolved: [],
    local: new Map(),
    globals: [],
    tables: [],
    tags: [],
    owners: [],
    refersToLocal: false,
  });
  const item = globalOf(module.valid.globals[0]!, instance, 0);
  initializeGlobal(store.agent, item, value);
  return item;
}
