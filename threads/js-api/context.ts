/** What the interfaces of one namespace have in common. */
import type { CompiledModule } from "../imports.ts";
import type { GlobalItem, TableItem, TagItem } from "../items.ts";
import type { Store } from "../store.ts";
import { Registry } from "./registry.ts";

export interface ApiContext {
  readonly store: Store;
  readonly modules: Registry<CompiledModule>;
  readonly globals: Registry<GlobalItem>;
  readonly tables: Registry<TableItem>;
  readonly tags: Registry<TagItem>;
}

export function createContext(store: Store): ApiContext {
  return {
    store,
    modules: new Registry("Module"),
    globals: new Registry("Global"),
    tables: new Registry("Table"),
    tags: new Registry("Tag"),
  };
}
