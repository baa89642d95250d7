/** What `Store.run` instantiates: modules with their imports, each known to all agents under a number. */

import { engine } from "../../core/base/engine.ts";
import { typeError } from "../../core/base/errors.ts";
import { JS_TAG } from "../../gc/heap/exception-objects.ts";
import type { CompiledModule, ImportedItems } from "./imports.ts";
import type { TagItem } from "./items.ts";
import { importKey } from "./link.ts";
import type { ResolvedImport } from "./plans.ts";

/** Reads a module's imports from what JS gives; raises what instantiation raises. */
export type ReadImports = (module: CompiledModule, imports: WebAssembly.Imports) => ImportedItems;

/** Tells all agents of a new template. */
export type AnnounceTemplate = (id: number, module: CompiledModule, imports: readonly ResolvedImport[]) => void;

const noImports: WebAssembly.Imports = {};

export class Templates {
  readonly #announce: AnnounceTemplate;
  readonly #known = new WeakMap<WebAssembly.Imports, WeakMap<CompiledModule, number>>();
  readonly #modules: CompiledModule[] = [];

  constructor(announce: AnnounceTemplate) {
    this.#announce = announce;
  }

  /** The number of a module with these imports. Raises a `TypeError` where another thread cannot have them. */
  find(module: CompiledModule, readImports: ReadImports, imports: WebAssembly.Imports = noImports): number {
    const known = this.#known.get(imports) ?? new WeakMap<CompiledModule, number>();
    this.#known.set(imports, known);
    let id = known.get(module);
    if (id === undefined) {
      const imported = readImports(module, imports);
      const { resolved } = imported;
      const unshared = unsharedImports(module, imported);
      if (unshared.length > 0)
        throw typeError(
          "not-shared",
          `another thread cannot have these imports, which are not shared: ${unshared.join(", ")}`,
        );
      id = this.#modules.push(module) - 1;
      known.set(module, id);
      this.#announce(id, module, resolved);
    }
    return id;
  }

  /** The module of a template. */
  moduleOf(id: number): CompiledModule | undefined {
    return this.#modules[id];
  }
}

/** Keys of the imports that only the creator has. String constants each agent makes for itself. */
function unsharedImports({ valid, plan }: CompiledModule, { resolved, local, tables, tags }: ImportedItems): string[] {
  const counts = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  const keys: string[] = [];
  for (const [i, { type }] of valid.module.imports.entries()) {
    const index = counts[type.kind]++;
    const key = importKey(type.kind, index);
    const kind = resolved[i]?.kind;
    const isOwn =
      (kind === "func" && plan.signatures[index]?.shared === false) ||
      (kind === "table" && tables[index]?.type.shared === false) ||
      (kind === "tag" && isBound(tags[index] as TagItem)) ||
      (kind !== "string" && local.has(key) && !isShared(local.get(key)));
    if (isOwn) keys.push(key);
  }
  return keys;
}

/**
 * Whether the exceptions of a tag have values that their thread keeps. Values that JS threw are told apart from the
 * host's own by nobody else.
 */
function isBound({ number, shared, params }: TagItem): boolean {
  return !shared && number !== JS_TAG && params.some((kind) => kind.kind === "ref" && !kind.shared);
}

/** Of the creator's own host values, only shared memories exist for the other agents too. */
function isShared(value: WebAssembly.ImportValue | undefined): boolean {
  return value instanceof engine.Memory && !(value.buffer instanceof ArrayBuffer);
}
