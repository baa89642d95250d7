/**
 * The instances of templates on one agent, for jobs of `Store.run` (templates.ts): one after the other uses the same
 * blocks and indices.
 */
import { assert } from "../../core/base/assert.ts";
import type { Control } from "../sync/control.ts";
import { reserveFunctions } from "../values/functions.ts";
import { createRootBlock, createSharedBlock, resetBlocks } from "./blocks.ts";
import { type InitializingAgent, initialize } from "./initialization.ts";
import { createSharedMemories, type LinkedInstance, type LinkingAgent, link } from "./link.ts";
import type { LinkedInstances } from "./linked-instances.ts";
import type { ModulePlan, TemplatePlan } from "./plans.ts";

/** What the instances of templates ask of their agent. */
export interface TemplateAgent extends LinkingAgent, InitializingAgent {
  readonly control: Control;
  readonly instances: LinkedInstances;
}

/** Where the instances of one template live. */
interface Place {
  readonly functions: number;
  readonly tags: number;
  readonly shared: number;
  readonly roots: number;
}

export class TemplateInstances {
  readonly #agent: TemplateAgent;
  readonly #templates = new Map<number, TemplatePlan>();
  readonly #places = new Map<number, Place>();

  constructor(agent: TemplateAgent) {
    this.#agent = agent;
  }

  add(plan: TemplatePlan): void {
    this.#templates.set(plan.id, plan);
  }

  /** Makes a new instance of a template and returns it, initialized and started. It replaces the one before it. */
  instantiate(id: number): LinkedInstance {
    const template = this.#templates.get(id);
    assert(template !== undefined, "templates are installed before their jobs");
    const agent = this.#agent;
    const module = agent.instances.module(template.module);
    const place = this.#places.get(id);
    if (place !== undefined) resetBlocks(agent, module, place.shared, place.roots);
    const { functions, tags, shared, roots } = place ?? this.#place(id, module);
    const memories = createSharedMemories(module);
    const plan = { id: -1, module: module.id, functions, shared, tags, memories, imports: template.imports };
    const instance = link(agent, module, plan, roots, new Map(), []);
    initialize(agent, instance);
    return instance;
  }

  #place(id: number, module: ModulePlan): Place {
    const { lowered, signatures } = module;
    const agent = this.#agent;
    const place = {
      functions: reserveFunctions(agent.heap, signatures.slice(lowered.importedFunctions)),
      tags: agent.control.reserveTags(lowered.tags.length),
      shared: createSharedBlock(agent, module),
      roots: createRootBlock(agent, module),
    };
    this.#places.set(id, place);
    return place;
  }
}
