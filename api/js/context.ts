/** What the interfaces of one namespace have in common, and what they ask of the store that they are bound to. */
import type { FeatureSet } from "../../core/base/features.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { CompileOptions } from "../../threads/builtins/compile-options.ts";
import type { FunctionObjects } from "../../threads/functions/function-objects.ts";
import type { LocalFunctions } from "../../threads/functions/local-functions.ts";
import type { CompiledModule, ImportedItems, ImportingAgent } from "../../threads/link/imports.ts";
import type { GlobalItem, TableItem, TagItem } from "../../threads/link/items.ts";
import type { LinkedInstance } from "../../threads/link/link.ts";
import type { StableSource } from "../../threads/modules/compile.ts";
import type { PassingAgent } from "../../threads/modules/passed-modules.ts";
import type { Exceptions } from "../../threads/values/exceptions.ts";
import type { LoweredFunction } from "../../threads/values/functions.ts";
import type { Kinds, Signature } from "../../threads/values/kinds.ts";
import type { ThreadBound } from "../../threads/values/thread-bound-data.ts";
import type { WaitQueueConstructor } from "../../threads/wait/wait-queue-object.ts";
import { Registry } from "./registry.ts";

/** An agent, as the interfaces of its namespace ask it: for conversions, items, functions and exceptions. */
export interface ApiAgent extends ImportingAgent, PassingAgent {
  readonly control: ImportingAgent["control"] & { reserveTags(count: number): number };
  readonly exceptions: Exceptions;
  readonly functionObjects: FunctionObjects;
  readonly localFunctions: LocalFunctions;
  readonly threadBound: ThreadBound;
  readonly waitQueueClass: WaitQueueConstructor;
  /** Runs `body`, to whose end the objects live that conversions make in it. */
  withTemporaries<T>(body: () => T): T;
  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: (...args: unknown[]) => unknown): LoweredFunction;
}

/** A store, as the namespace of its creator asks it to make types, modules, instances and functions. */
export interface Creator {
  /** The creator's agent. */
  readonly agent: ApiAgent;
  readonly types: TypeStore;
  readonly kinds: Kinds;
  /** The features that modules may use. */
  readonly features: FeatureSet;
  /** Decodes or parses, validates, lowers and compiles a module. Raises `CompileError`. */
  compile(source: StableSource, options: CompileOptions): CompiledModule;
  /** The same; the host compiles on threads of its own. */
  compileLater(source: StableSource, options: CompileOptions): Promise<CompiledModule>;
  /**
   * Instantiates a module and runs its start function. Raises `RuntimeError`, and whatever the start function throws.
   */
  instantiate(module: CompiledModule, imported: ImportedItems): LinkedInstance;
  /** Makes a thread-local function that no agent has initialized; returns its index. */
  createLocalFunction(signature: Signature): number;
}

/** One agent's objects of the JS API, and what they stand for. */
export interface ApiContext {
  readonly agent: ApiAgent;
  /** On a Worker, of abstract types only. */
  readonly kinds: Kinds;
  /** The store, on its creator: only there are types, modules and functions made. */
  readonly store: Creator | undefined;
  readonly modules: Registry<CompiledModule>;
  readonly globals: Registry<GlobalItem>;
  readonly tables: Registry<TableItem>;
  readonly tags: Registry<TagItem>;
}

/** A context without objects. `store` is given on its creator only. */
export function createContext(agent: ApiAgent, kinds: Kinds, store: Creator | undefined): ApiContext {
  return {
    agent,
    kinds,
    store,
    modules: new Registry("Module"),
    globals: new Registry("Global"),
    tables: new Registry("Table"),
    tags: new Registry("Tag"),
  };
}

/** The store; a TypeError on an agent that did not create it. */
export function creatorOf({ store }: ApiContext, what: string): Creator {
  if (store === undefined) throw new TypeError(`${what} can only be made on the thread that created the store`);
  return store;
}
