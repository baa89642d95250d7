/**
 * Instances of a store, and its thread-local functions: made on the creator, and told to all agents that shared code
 * may reach.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import type { Agent } from "../agents/agent.ts";
import { InstancePlaces } from "../link/collectable.ts";
import type { CompiledModule, ImportedItems } from "../link/imports.ts";
import { initialize } from "../link/initialization.ts";
import { InstallLog } from "../link/install-log.ts";
import { createSharedMemories, type LinkedInstance } from "../link/link.ts";
import type { Install, InstancePlan } from "../link/plans.ts";
import { reserveFunctions } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";

export class Instances {
  readonly #agent: Agent;
  readonly #heap: Heap;
  /** Tells all agents, also those to come. */
  readonly #announce: (step: Install) => void;
  readonly #installLog: InstallLog;
  readonly #announced = new Set<number>();
  readonly #memoryNumbers = new WeakMap<WebAssembly.Memory, number>();
  readonly #places: InstancePlaces;
  #memoryCount = 0;
  #count = 0;

  /** `announce` tells all agents of a step, also those to come. */
  constructor(agent: Agent, announce: (step: Install) => void) {
    this.#agent = agent;
    this.#heap = agent.heap;
    this.#announce = announce;
    this.#places = new InstancePlaces(agent);
    this.#installLog = new InstallLog(agent.heap, agent.control.installLog, (memory) => this.#memoryNumber(memory));
  }

  /** Instantiates on the creator, and on all other agents what shared code may reach. */
  instantiate(module: CompiledModule, imported: ImportedItems): LinkedInstance {
    if (!module.plan.replicated) return this.#instantiate(module, imported);
    const { control } = this.#agent;
    control.installingFrom = this.#heap.functionCount;
    try {
      return this.#instantiate(module, imported);
    } finally {
      control.installingFrom = -1;
    }
  }

  #instantiate(module: CompiledModule, imported: ImportedItems): LinkedInstance {
    this.#heap.needMuchStack();
    const { plan } = module;
    const agent = this.#agent;
    const place = this.#places.take(plan);
    const instancePlan = {
      id: this.#count++,
      module: plan.id,
      functions: place.functions,
      shared: place.shared,
      tags: agent.control.reserveTags(plan.lowered.tags.filter(({ imported }) => !imported).length),
      memories: createSharedMemories(plan),
      imports: imported.resolved,
    };
    const instance = agent.instances.link(instancePlan, place.roots, imported.local, imported.owners);
    // Before segments run, which may put functions where wasm code that runs on other agents finds them; what they have
    // put there stays where a later one traps (core 4.7.2). The others' copies depend on nothing that runs from here
    // on.
    if (plan.replicated) this.#announceInstance(module, instancePlan);
    try {
      initialize(agent, instance);
    } finally {
      if (plan.collectable && !imported.refersToLocal) this.#places.letGo(instance, place);
    }
    return instance;
  }

  #announceInstance(module: CompiledModule, plan: InstancePlan): void {
    const { signatures, lowered } = module.plan;
    this.announceModule(module);
    this.#installLog.instance(plan, signatures.length - lowered.importedFunctions);
    this.#agent.control.installingFrom = -1;
    this.#announce({ kind: "instance", plan });
  }

  /** Makes a thread-local function that no agent has initialized; returns its index. */
  createLocalFunction(signature: Signature): number {
    const { control, localFunctions } = this.#agent;
    control.installingFrom = this.#heap.functionCount;
    try {
      const plan = { number: reserveFunctions(this.#heap, [signature]), signature };
      localFunctions.install(plan);
      this.#installLog.localFunction(plan);
      this.#announce({ kind: "function", plan });
      return plan.number;
    } finally {
      control.installingFrom = -1;
    }
  }

  /** Tells all agents of a module, the first time. */
  announceModule({ plan, code }: CompiledModule): void {
    if (this.#announced.has(plan.id)) return;
    this.#announced.add(plan.id);
    if (plan.replicated) this.#installLog.module(plan, code);
    this.#announce({ kind: "module", plan });
  }

  /** A memory's number; the first time, all agents are told. */
  #memoryNumber(memory: WebAssembly.Memory): number {
    let number = this.#memoryNumbers.get(memory);
    if (number === undefined) {
      number = this.#memoryCount++;
      this.#memoryNumbers.set(memory, number);
      this.#announce({ kind: "memory", number, memory });
    }
    return number;
  }
}
