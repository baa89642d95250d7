/** What `Store.run` instantiates: modules with their imports, each known to all agents under a number. */
import { engine } from "../core/base/engine.ts";
import type { CompiledModule, ImportedItems } from "./imports.ts";
import { importKey } from "./link.ts";
import type { ResolvedImport } from "./protocol.ts";

/** What templates ask of their store. */
export interface TemplateStore {
  /** Reads a module's imports; raises what instantiation raises. */
  readImports(module: CompiledModule, imports: WebAssembly.Imports): ImportedItems;
  /** Tells all agents of a new template. */
  announce(id: number, module: CompiledModule, imports: readonly ResolvedImport[]): void;
}

const noImports: WebAssembly.Imports = {};

export class Templates {
  readonly #store: TemplateStore;
  readonly #known = new WeakMap<WebAssembly.Imports, WeakMap<CompiledModule, number>>();
  readonly #modules: CompiledModule[] = [];

  constructor(store: TemplateStore) {
    this.#store = store;
  }

  /** The number of a module with these imports. Raises a `TypeError` where another thread cannot have them. */
  find(module: CompiledModule, imports: WebAssembly.Imports = noImports): number {
    const known = this.#known.get(imports) ?? new WeakMap<CompiledModule, number>();
    this.#known.set(imports, known);
    let id = known.get(module);
    if (id === undefined) {
      const { resolved, local } = this.#store.readImports(module, imports);
      const strings = stringConstants(module, resolved);
      const unshared = [...local.keys()].filter((key) => !isShared(local.get(key)) && !strings.has(key));
      if (unshared.length > 0)
        throw new TypeError(`another thread cannot have these imports, which are not shared: ${unshared.join(", ")}`);
      id = this.#modules.push(module) - 1;
      known.set(module, id);
      this.#store.announce(id, module, resolved);
    }
    return id;
  }

  /** The module of a template. */
  moduleOf(id: number): CompiledModule | undefined {
    return this.#modules[id];
  }
}

/** Keys of the imports that are string constants, which each agent makes for itself. */
function stringConstants({ valid }: CompiledModule, resolved: readonly ResolvedImport[]): ReadonlySet<string> {
  const keys = new Set<string>();
  let globals = 0;
  for (const [i, { type }] of valid.module.imports.entries()) {
    if (type.kind !== "global") continue;
    if (resolved[i]?.kind === "string") keys.add(importKey("global", globals));
    globals++;
  }
  return keys;
}

/** Of the creator's own host values, only shared memories exist for the other agents too. */
function isShared(value: WebAssembly.ImportValue | undefined): boolean {
  return value instanceof engine.Memory && !(value.buffer instanceof ArrayBuffer);
}
