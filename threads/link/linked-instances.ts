/** The modules and instances that one agent has. */
import { assert } from "../../core/base/assert.ts";
import { type LinkedInstance, type LinkingAgent, type LocalImports, link } from "./link.ts";
import type { InstancePlan, ModulePlan } from "./plans.ts";

export class LinkedInstances {
  readonly #agent: LinkingAgent;
  readonly #modules = new Map<number, ModulePlan>();
  readonly #linked = new Map<number, LinkedInstance>();

  constructor(agent: LinkingAgent) {
    this.#agent = agent;
  }

  hasModule(id: number): boolean {
    return this.#modules.has(id);
  }

  addModule(plan: ModulePlan): void {
    this.#modules.set(plan.id, plan);
    this.#agent.traps.addModule(plan.lowered);
  }

  module(id: number): ModulePlan {
    const module = this.#modules.get(id);
    assert(module !== undefined, "modules are installed before their instances");
    return module;
  }

  /** How many instances are linked here. */
  get size(): number {
    return this.#linked.size;
  }

  has(id: number): boolean {
    return this.#linked.has(id);
  }

  get(id: number): LinkedInstance {
    const instance = this.#linked.get(id);
    assert(instance !== undefined, "instances are installed before they are used");
    return instance;
  }

  [Symbol.iterator](): Iterator<LinkedInstance> {
    return this.#linked.values();
  }

  /** Links an instance here, a replica or the first one. */
  link(plan: InstancePlan, roots: number, local: LocalImports): LinkedInstance {
    const instance = link(this.#agent, this.module(plan.module), plan, roots, local);
    this.#linked.set(plan.id, instance);
    return instance;
  }

  /** The name of the function behind a function index; `wasm-function[INDEX]` where it has none. */
  nameOf(number: number): string {
    for (const { module, plan } of this) {
      const { functions, importedFunctions } = module.lowered;
      const own = number - plan.functions;
      if (own >= 0 && own < functions.length - importedFunctions) {
        return functions[importedFunctions + own]?.name ?? `wasm-function[${importedFunctions + own}]`;
      }
    }
    return `wasm-function[${this.#agent.functions.indexInModule(number)}]`;
  }
}
