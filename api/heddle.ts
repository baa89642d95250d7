/**
 * Heddle's entry: the composition root, where the lowering rules of all features are registered, and what the package
 * exports.
 *
 *     import { createStore, WebAssembly } from "heddle";
 *     const store = await createStore({ threads: 4, heap: { maximum: 1 << 30 } });
 *     const { instance } = await store.WebAssembly.instantiate(bytes, imports);
 *     const result = await store.spawn(instance.exports.work, 42);
 *     await store.close();
 */
import { explainIsolation, IsolationError } from "../threads/host/isolation.ts";
import type { StoreOptions } from "../threads/store/store-options.ts";
import { openStore, storeWithoutWorkers } from "./composed-store.ts";
import type { Namespace } from "./js/shape.ts";
import type { Store } from "./store.ts";

export { CompileError, type ErrorCode, errorCodes, HeddleError, LinkError, RuntimeError } from "../core/base/errors.ts";
export type { FeatureName, FeatureSet } from "../core/base/features.ts";
export type { HeapStatistics } from "../gc/heap/heap.ts";
export type { HeapReport } from "../gc/inspect/heap-report.ts";
export type { AgentJob, AgentState, AgentWait } from "../threads/agents/agent-states.ts";
export type { Deadlock, DeadlockMode } from "../threads/agents/deadlocks.ts";
export type { AgentStatistics } from "../threads/agents/protocol.ts";
export { StoreClosedError, UncaughtExceptionError, WorkerLostError } from "../threads/agents/store-errors.ts";
export type { EmbeddersWorker } from "../threads/host/host.ts";
export { IsolationError, type IsolationHeader } from "../threads/host/isolation.ts";
export type { ModuleSource } from "../threads/modules/compile.ts";
export type { StoreOptions } from "../threads/store/store-options.ts";
export type { StoreStatistics } from "../threads/store/store-statistics.ts";
export type { ThreadBoundDataObject } from "../threads/values/thread-bound-data.ts";
export type { AsyncWait, WaitOutcome, WaitQueueObject } from "../threads/wait/wait-queue-object.ts";
export { type JoinedStore, joinStore } from "./join.ts";
export type { JoinedNamespace } from "./js/joined-namespace.ts";
export type {
  CompileOptions,
  ExceptionObject,
  ExceptionOptions,
  FunctionDescriptor,
  FunctionObject,
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
  TagDescriptor,
  TagObject,
} from "./js/shape.ts";
export type { Handle, Posting, TransferHandler } from "./messages.ts";
export type { Store } from "./store.ts";

/**
 * Makes a store and starts its Workers. Rejects with an `IsolationError` where the host has no shared memory for them:
 * in browsers a page needs the headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy:
 * require-corp`, and the error says which is missing. A store of one agent, with `threads: 0`, needs no headers.
 * Rejects with a `RangeError` for sizes and numbers of threads that cannot be, and with a `WorkerLostError` where its
 * Workers cannot be started.
 */
export async function createStore(options: StoreOptions = {}): Promise<Store> {
  try {
    return await openStore(options);
  } catch (error) {
    throw error instanceof IsolationError ? await explainIsolation(error) : error;
  }
}

let defaultStore: Store | undefined;
function defaultNamespace(): Namespace {
  defaultStore ??= storeWithoutWorkers();
  return defaultStore.WebAssembly;
}

const operations = ["validate", "compile", "instantiate", "compileStreaming", "instantiateStreaming", "JSTag"] as const;
const interfaces = [
  ...(["Module", "Instance", "Memory", "Table", "Global", "Tag", "Exception"] as const),
  ...(["CompileError", "LinkError", "RuntimeError"] as const),
];

/** The standard's namespace on a store that is made when it is first used. That store has no Workers. */
export const WebAssembly: Namespace = Object.defineProperties(
  {},
  Object.fromEntries([
    ...[...operations, ...interfaces].map((name) => [name, lazily(name)] as const),
    [Symbol.toStringTag, { value: "WebAssembly", configurable: true }],
  ]),
) as Namespace;

/** A member of the default store's namespace, which replaces itself when it is first used. */
function lazily(name: keyof Namespace): PropertyDescriptor & ThisType<unknown> {
  return {
    get: () => {
      const namespace = defaultNamespace();
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(namespace))) {
        Object.defineProperty(WebAssembly, key, property);
      }
      return namespace[name];
    },
    enumerable: operations.includes(name as (typeof operations)[number]),
    configurable: true,
  };
}
