/** What the interfaces of one namespace have in common. */
import type { Agent } from "../../threads/agents/agent.ts";
import type { CompiledModule } from "../../threads/link/imports.ts";
import type { GlobalItem, TableItem, TagItem } from "../../threads/link/items.ts";
import type { Store } from "../../threads/store/store.ts";
import type { Kinds } from "../../threads/values/kinds.ts";
import { Registry } from "./registry.ts";

export interface ApiContext {
  readonly agent: Agent;
  /** On a Worker, of abstract types only. */
  readonly kinds: Kinds;
  /** The store, on its creator: only there are types, modules and functions made. */
  readonly store: Store | undefined;
  readonly modules: Registry<CompiledModule>;
  readonly globals: Registry<GlobalItem>;
  readonly tables: Registry<TableItem>;
  readonly tags: Registry<TagItem>;
}

export function createContext(agent: Agent, kinds: Kinds, store: Store | undefined): ApiContext {
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
export function creatorOf({ store }: ApiContext, what: string): Store {
  if (store === undefined) throw new TypeError(`${what} can only be made on the thread that created the store`);
  return store;
}
