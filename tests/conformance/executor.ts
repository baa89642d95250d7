/**
 * What scripts run on: a namespace of the WebAssembly JavaScript Interface's shape.
 *
 * `heddle` is the runtime of this project. `engine` is the host's own implementation, which has only the standard: with
 * it the scripts, this runner and the binaries that the text parser makes are checked against somebody else's work.
 */
import type { FeatureSet } from "../../core/base/features.ts";

/** An object with exports, made from a module. */
export interface InstanceLike {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The part of the `WebAssembly` namespace that scripts are run with. */
export interface NamespaceLike {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: never, imports: WebAssembly.Imports) => InstanceLike;
  readonly Exception: abstract new (...args: never[]) => object;
}

/** One store, on which one script runs. */
export interface ScriptStore {
  readonly WebAssembly: NamespaceLike;
  close(): Promise<void>;
}

export interface Executor {
  readonly name: RuntimeName;
  /** Whether traps have the messages of the standard. */
  readonly standardMessages: boolean;
  /**
   * `threads`: Workers of the store, where it has any. `stress`: the heap is collected at every safepoint, and verified
   * after each collection.
   */
  open(features: FeatureSet, threads: number, stress: boolean): Promise<ScriptStore>;
}

export const hosts = ["node", "chromium", "firefox", "bun", "deno"] as const;
export type Host = (typeof hosts)[number];
export const runtimes = ["heddle", "engine"] as const;
export type RuntimeName = (typeof runtimes)[number];

const engine: Executor = {
  name: "engine",
  standardMessages: false,
  open: async () => ({ WebAssembly: WebAssembly as NamespaceLike, close: async () => {} }),
};

/** The executor on this host. Loads the runtime only where it is asked for. */
export async function executorOf(name: RuntimeName): Promise<Executor> {
  if (name === "engine") return engine;
  const { createStore } = await import("../../api/heddle.ts");
  return {
    name,
    standardMessages: true,
    open: async (features, threads, stress) => {
      const store = await createStore({
        threads,
        features,
        collectAtSafepoints: stress,
        heap: { maximum: 1 << 28, debug: stress },
      });
      return { WebAssembly: store.WebAssembly as NamespaceLike, close: () => store.close() };
    },
  };
}
