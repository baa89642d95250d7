/**
 * Heddle's entry: the composition root, where the lowering rules of all features are registered, and what the package exports.
 *
 *     import { createStore, WebAssembly } from "heddle";
 *     const store = await createStore({ threads: 4, heap: { maximum: 1 << 30 } });
 *     const { instance } = await store.WebAssembly.instantiate(bytes, imports);
 *     const result = await store.spawn(instance.exports.work, 42);
 *     await store.close();
 */
import "../gc/lower/rules.ts";
import "./lower/rules.ts";
import type { Namespace } from "./namespace-shape.ts";
import { Store } from "./store.ts";
import type { StoreOptions } from "./store-options.ts";

export { CompileError, LinkError, RuntimeError } from "../core/base/errors.ts";
export type { HeapStatistics } from "../gc/heap.ts";
export type { HeapReport } from "../gc/heap-report.ts";
export type { ModuleSource } from "./compile.ts";
export { IsolationError } from "./host.ts";
export type {
  GlobalDescriptor,
  GlobalObject,
  InstanceObject,
  InstantiatedSource,
  ModuleExportDescriptor,
  ModuleImportDescriptor,
  ModuleObject,
  Namespace,
  TableDescriptor,
  TableObject,
} from "./namespace-shape.ts";
export { WorkerLostError } from "./pool.ts";
export type { AgentStatistics } from "./protocol.ts";
export type { Store, StoreStatistics } from "./store.ts";
export type { StoreOptions } from "./store-options.ts";

/**
 * Makes a store and starts its Workers. Rejects with an `IsolationError` where the host has no shared memory: in browsers a page needs the
 * headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.
 */
export async function createStore(options: StoreOptions = {}): Promise<Store> {
  return new Store(options).open();
}

let defaultStore: Store | undefined;
function defaultNamespace(): Namespace {
  defaultStore ??= new Store({ threads: 0 });
  return defaultStore.WebAssembly;
}

/** The standard namespace's shape on a store that is made when it is first used. That store has no Workers. */
export const WebAssembly: Namespace = Object.defineProperties(
  {},
  Object.fromEntries(
    (
      [
        "validate",
        "compile",
        "instantiate",
        "Module",
        "Instance",
        "Global",
        "Table",
        "Tag",
        "Memory",
        "CompileError",
        "LinkError",
        "RuntimeError",
      ] as const
    ).map((name) => [name, { get: () => defaultNamespace()[name], enumerable: false, configurable: true }]),
  ),
) as Namespace;
