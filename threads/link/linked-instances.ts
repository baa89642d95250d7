/** The modules and instances that one agent has. */
import { assert } from "../../core/base/assert.ts";
import { type LinkedInstance, type LinkingAgent, type LocalImports, link } from "./link.ts";
import type { InstancePlan, ModulePlan } from "./plans.ts";

/** An instance that stays, or a weak reference to one that goes with the JS objects which stand for it. */
interface Held {
  deref(): LinkedInstance | undefined;
}

export class LinkedInstances {
  readonly #agent: LinkingAgent;
  readonly #modules = new Map<number, ModulePlan>();
  readonly #linked = new Map<number, Held>();

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
    const instance = this.#linked.get(id)?.deref();
    assert(instance !== undefined, "instances are installed before they are used");
    return instance;
  }

  *[Symbol.iterator](): Generator<LinkedInstance> {
    for (const held of this.#linked.values()) {
      const instance = held.deref();
      if (instance !== undefined) yield instance;
    }
  }

  /** Links an instance here, a replica or the first one. */
  link(plan: InstancePlan, roots: number, local: LocalImports, owners: readonly object[]): LinkedInstance {
    const instance = link(this.#agent, this.module(plan.module), plan, roots, local, owners);
    this.#linked.set(plan.id, { deref: () => instance });
    return instance;
  }

  /** Leaves an instance to the JS objects that stand for it. */
  letGo(instance: LinkedInstance): void {
    this.#linked.set(instance.plan.id, new WeakRef(instance));
  }

  /** Forgets an instance that is gone. */
  delete(id: number): void {
    this.#linked.delete(id);
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
