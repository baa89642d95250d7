/**
 * Linking: makes the host instance of a lowered module on one agent (lower/host/host-imports.ts says what the host
 * module imports).
 *
 * The agent that instantiates a module links with everything that it was given. The others link replicas, so that
 * shared functions can run there: what only the creator has is replaced by stand-ins which validation keeps out of
 * reach of shared functions, and neither segments nor the start function run again.
 */

import { assert, InternalError } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { LinkError } from "../../core/base/errors.ts";
import { NULL } from "../../gc/objects.ts";
import {
  type IndexedImport,
  isIndexedImport,
  type namedImports,
  type ProvidedImports,
} from "../../lower/host/host-imports.ts";
import type { LoweredImport, LoweredMemory } from "../../lower/host/lowered.ts";
import { createBuiltin, type ProvidingAgent } from "../builtins/builtins.ts";
import type { ConversionOperand } from "../traps/conversion-operand.ts";
import type { FunctionOwner, LoweredFunction } from "../values/functions.ts";
import { hostType } from "../values/kinds.ts";
import type { UnlikeMemories } from "./memories.ts";
import type { InstancePlan, ModulePlan, ResolvedImport } from "./plans.ts";

const mutableExtern = { value: "externref", mutable: true } as const;

/** Host values for imports that only the creator has, by `kind index`. */
export type LocalImports = ReadonlyMap<string, WebAssembly.ImportValue>;

/** An instance on one agent. */
export interface LinkedInstance extends FunctionOwner {
  readonly module: ModulePlan;
  readonly plan: InstancePlan;
  /** Address of this agent's root block for the instance. */
  readonly roots: number;
  /** Addresses of table records by index. */
  readonly tables: readonly number[];
  readonly memories: readonly WebAssembly.Memory[];
  /** Objects that keep the instances which its imports are of. */
  readonly owners: readonly object[];
}

/** What linking asks of the agent that it links for. */
export interface LinkingAgent extends ProvidingAgent {
  /** The `heap` namespace of lowered modules. */
  readonly heapImports: ProvidedImports<"heap">;
  readonly conversionOperand: ConversionOperand;
  readonly unlikeMemories: UnlikeMemories;
  /** `spins`: how often a wait looks at its control word before it begins. */
  readonly waitQueues: { readonly spins: number };
  /** Finds the instances that this agent has linked. */
  readonly instances: { get(id: number): LinkedInstance };
}

/** Key of an import among `LocalImports`. */
export const importKey = (kind: string, index: number): string => `${kind} ${index}`;

/** Makes the host instance and puts its functions into the agent's table. Runs no code of the module. */
export function link(
  agent: LinkingAgent,
  module: ModulePlan,
  plan: InstancePlan,
  roots: number,
  local: LocalImports,
  owners: readonly object[],
): LinkedInstance {
  const { lowered } = module;
  const resolved = new Map<string, ResolvedImport>();
  for (const [i, entry] of lowered.imports.entries())
    resolved.set(importKey(entry.kind, entry.index), plan.imports[i]!);
  const tables = lowered.tables.map((table, index) => {
    if (!table.imported) return (table.shared ? plan.shared : roots) + table.recordOffset;
    const entry = resolved.get(importKey("table", index));
    return entry?.kind === "table" ? entry.record : 0;
  });
  agent.functions.register(
    plan.functions,
    module.signatures.slice(lowered.importedFunctions),
    lowered.importedFunctions,
  );
  agent.traps.usesMemories ||= lowered.memories.length > 0;

  const linker = new Linker(agent, module, plan, roots, local, resolved);
  const imports: Record<string, object> = { ...linker.named() };
  for (const { module: from, name } of engine.Module.imports(module.host)) {
    if (!isIndexedImport(from)) continue;
    const items = (imports[from] ?? {}) as Record<string, WebAssembly.ImportValue>;
    imports[from] = items;
    items[name] = linker.item(from, Number(name));
  }
  linker.addBuiltins();
  const host = hostInstance(module.host, imports as WebAssembly.Imports);
  agent.functions.setExports(plan.functions, host.exports);

  const memories = lowered.memories.map((memory, index) =>
    memory.imported || memory.shared
      ? linker.memory(index)
      : (host.exports[importKey("memory", index)] as WebAssembly.Memory),
  );
  for (const [index, memory] of lowered.memories.entries()) {
    if (!memory.imported) agent.unlikeMemories.add(memories[index]!, memory, plan.shared);
  }
  return { module, plan, host, roots, tables, memories, owners, targets: new Map(), objects: new Map() };
}

/**
 * The host's instance of a module. Raises a LinkError where an import is not what only the host can check: the maximum
 * of a memory.
 */
export function hostInstance(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new engine.Instance(module, imports);
  } catch (cause) {
    if (!(cause instanceof engine.LinkError)) throw cause;
    throw new LinkError(`incompatible import type: ${cause.message}`, { code: "incompatible-import-type", cause });
  }
}

/** Finds the host value of each import of one host module. */
class Linker {
  readonly #agent: LinkingAgent;
  readonly #module: ModulePlan;
  readonly #plan: InstancePlan;
  readonly #roots: number;
  readonly #local: LocalImports;
  readonly #resolved: ReadonlyMap<string, ResolvedImport>;

  constructor(
    agent: LinkingAgent,
    module: ModulePlan,
    plan: InstancePlan,
    roots: number,
    local: LocalImports,
    resolved: ReadonlyMap<string, ResolvedImport>,
  ) {
    this.#agent = agent;
    this.#module = module;
    this.#plan = plan;
    this.#roots = roots;
    this.#local = local;
    this.#resolved = resolved;
  }

  /** What all modules import under the same names. */
  named(): { readonly [Namespace in keyof typeof namedImports]: ProvidedImports<Namespace> } {
    return {
      heap: this.#agent.heapImports,
      functions: { table: this.#agent.functions.table },
      base: {
        functions: this.#plan.functions,
        shared: this.#plan.shared | 0,
        roots: this.#roots | 0,
        tags: this.#plan.tags,
        spins: this.#agent.waitQueues.spins,
        operand: this.#agent.conversionOperand.address | 0,
      },
    };
  }

  /** What stands for an item of the module. */
  item(namespace: IndexedImport, index: number): WebAssembly.ImportValue {
    switch (namespace) {
      case "func":
        return this.#function(index);
      case "funcref":
        return this.#functionIndex(index);
      case "global":
        return this.#global(index);
      case "globalcell":
        return this.#globalCell(index) | 0;
      case "table": {
        const entry = this.#resolved.get(importKey("table", index));
        return entry?.kind === "table" ? entry.record | 0 : NULL;
      }
      case "memory":
        return this.memory(index);
      case "memorylength": {
        const entry = this.#resolved.get(importKey("memory", index));
        return entry?.kind === "memory" && entry.length !== undefined ? entry.length | 0 : NULL;
      }
      case "tag":
        return this.#tag(index);
    }
  }

  #function(index: number): WebAssembly.ImportValue {
    const local = this.#local.get(importKey("func", index));
    if (local !== undefined) return local;
    const entry = this.#resolved.get(importKey("func", index));
    if (entry?.kind === "builtin") return this.#builtin(entry, index) as WebAssembly.ImportValue;
    const target =
      entry?.kind === "func" && entry.function !== undefined ? this.#agent.functions.get(entry.function) : undefined;
    return (target as WebAssembly.ImportValue | undefined) ?? outOfReach;
  }

  #functionIndex(index: number): number {
    const entry = this.#resolved.get(importKey("func", index));
    const number = entry?.kind === "func" || entry?.kind === "builtin" ? entry.function : undefined;
    return (number ?? NULL) | 0;
  }

  /** Makes the builtins to which there may be references. */
  addBuiltins(): void {
    for (const { kind, index } of this.#module.lowered.imports) {
      const entry = kind === "func" ? this.#resolved.get(importKey(kind, index)) : undefined;
      if (entry?.kind !== "builtin" || entry.function === undefined) continue;
      this.#agent.functions.set(entry.function, this.#module.signatures[index]!, this.#builtin(entry, index), index);
    }
  }

  #builtin({ builtin, table }: ResolvedImport & { readonly kind: "builtin" }, index: number): LoweredFunction {
    return createBuiltin(this.#agent, builtin, this.#tableRecord(table), this.#module.signatures[index]!);
  }

  #tableRecord(index: number): number {
    const table = this.#module.lowered.tables[index];
    if (table === undefined) return 0;
    if (!table.imported) return (table.shared ? this.#plan.shared : this.#roots) + table.recordOffset;
    const entry = this.#resolved.get(importKey("table", index));
    return entry?.kind === "table" ? entry.record : 0;
  }

  #global(index: number): WebAssembly.ImportValue {
    const local = this.#local.get(importKey("global", index));
    if (local !== undefined) return local;
    const entry = this.#resolved.get(importKey("global", index));
    if (entry?.kind === "string") return new engine.Global(mutableExtern, entry.text);
    if (entry?.kind === "global" && entry.threadLocal !== undefined) {
      const { instance, index: item } = entry.threadLocal;
      return this.#agent.instances.get(instance).host.exports[importKey("global", item)] as WebAssembly.Global;
    }
    const type = hostType(this.#module.globals[index]!);
    const descriptor = { value: type, mutable: true } as WebAssembly.GlobalDescriptor;
    return type === "externref" ? new engine.Global(descriptor, null) : new engine.Global(descriptor);
  }

  /** The cell of an imported global; a stand-in's is an address that traps, should anything ever use it. */
  #globalCell(index: number): number {
    const entry = this.#resolved.get(importKey("global", index));
    if (entry?.kind !== "global") return NULL;
    if (entry.threadLocal === undefined) return entry.cell ?? NULL;
    // This agent's, in its own root block: the other's cell keeps the other's object alive.
    const { module, roots } = this.#agent.instances.get(entry.threadLocal.instance);
    const place = module.lowered.globals[entry.threadLocal.index]?.place;
    return place?.kind === "host" && place.rootOffset !== undefined ? roots + place.rootOffset : NULL;
  }

  memory(index: number): WebAssembly.Memory {
    const local = this.#local.get(importKey("memory", index));
    if (local !== undefined) return local as WebAssembly.Memory;
    const entry = this.#resolved.get(importKey("memory", index));
    if (entry?.kind === "memory" && entry.memory !== undefined) return entry.memory;
    return this.#plan.memories[index] ?? createMemory(this.#module.lowered.memories[index]!);
  }

  /** The number of an imported tag. */
  #tag(index: number): number {
    const entry = this.#resolved.get(importKey("tag", index));
    assert(entry?.kind === "tag", "tags are resolved");
    return entry.tag;
  }
}

function outOfReach(): never {
  throw new InternalError("a function of another agent was called: shared functions cannot name it");
}

/** The shared memories that a module defines: made once, for all agents. */
export function createSharedMemories({ lowered }: ModulePlan): (WebAssembly.Memory | undefined)[] {
  return lowered.memories.map((memory) => (memory.shared && !memory.imported ? createMemory(memory) : undefined));
}

function createMemory({ host: { minimum, maximum, shared, is64 } }: LoweredMemory): WebAssembly.Memory {
  const pages = (value: bigint): number | bigint => (is64 ? value : Number(value));
  const descriptor = {
    initial: pages(minimum),
    ...(maximum === undefined ? {} : { maximum: pages(maximum) }),
    ...(is64 ? { address: "i64" } : {}),
    shared,
  };
  return new engine.Memory(descriptor as unknown as WebAssembly.MemoryDescriptor);
}

/** Where an import of a lowered module comes from, in words, for errors. */
export function importName({ module, name }: Pick<LoweredImport, "module" | "name">): string {
  return `import "${module}" "${name}"`;
}
