/**
 * Instances that go with the JS objects which stand for them: of modules that no other agent and no reference in the
 * heap leads to (`ModulePlan.collectable`). Loading a module again and again then takes no more room than it has
 * instances that are in use.
 *
 *     exported functions, globals, tables  ──>  LinkedInstance  ──>  the instances of its imports
 *                                                     :
 *     FunctionTable, LinkedInstances  ······ weakly ··'
 *
 * Once the host's collector has taken the `LinkedInstance`, its place in the heap memory (function indices and blocks)
 * serves the next instance of the module. No frame of the instance is on the stack then: only its own agent runs it,
 * and a host says what it has collected in an event of its own, when no code runs there.
 *
 * A function to which there is to be a reference in the heap makes its instance stay (`FunctionTable.refer`).
 *
 * Known deviation: instances of all other modules stay as long as the store.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import type { FunctionTable } from "../values/functions.ts";
import { reserveFunctions } from "../values/functions.ts";
import { createRootBlock, createSharedBlock, resetBlocks } from "./blocks.ts";
import { functionNumber } from "./initialization.ts";
import type { LinkedInstance } from "./link.ts";
import type { LinkedInstances } from "./linked-instances.ts";
import type { ModulePlan } from "./plans.ts";
import type { TableAgent } from "./tables.ts";

/** What this asks of the agent that instantiates. */
export interface CollectingAgent extends TableAgent {
  readonly heap: Heap;
  readonly functions: FunctionTable;
  readonly instances: LinkedInstances;
}

/** Where an instance lies in the heap memory. */
export interface InstancePlace {
  /** First function index of the functions that the module defines. */
  readonly functions: number;
  readonly shared: number;
  readonly roots: number;
}
/** An instance that may be gone. */
interface Collectable {
  readonly id: number;
  readonly module: ModulePlan;
  readonly place: InstancePlace;
}

/** Makes and gives back the places of instances. */
export class InstancePlaces {
  readonly #agent: CollectingAgent;
  /** Places that no instance has, as new, by module. */
  readonly #free = new Map<number, InstancePlace[]>();
  readonly #gone = new FinalizationRegistry<Collectable>((collectable) => this.#reclaim(collectable));

  constructor(agent: CollectingAgent) {
    this.#agent = agent;
  }

  /** A place for an instance. */
  take(module: ModulePlan): InstancePlace {
    const free = this.#free.get(module.id)?.pop();
    if (free !== undefined) return free;
    const agent = this.#agent;
    return {
      functions: reserveFunctions(agent.heap, module.signatures.slice(module.lowered.importedFunctions)),
      shared: createSharedBlock(agent, module),
      roots: createRootBlock(agent, module),
    };
  }

  /** Leaves an instance to the JS objects that stand for it. Its initialization is over, or has trapped. */
  letGo(instance: LinkedInstance, place: InstancePlace): void {
    const { module, plan } = instance;
    const { exports, importedFunctions } = module.lowered;
    const used = exports.filter(({ kind, index }) => kind === "func" && index >= importedFunctions);
    const { functions, instances } = this.#agent;
    functions.giveTo(
      instance,
      place.functions,
      used.map(({ index }) => functionNumber(instance, index)!),
    );
    instances.letGo(instance);
    this.#gone.register(instance, { id: plan.id, module, place });
  }

  #reclaim({ id, module, place }: Collectable): void {
    const agent = this.#agent;
    agent.instances.delete(id);
    agent.functions.unregister(place.functions);
    // At once: what its globals and tables refer to is garbage from here on.
    resetBlocks(agent, module, place.shared, place.roots);
    const free = this.#free.get(module.id);
    if (free === undefined) this.#free.set(module.id, [place]);
    else free.push(place);
  }
}
