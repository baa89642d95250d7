/** Compiles modules for one store, and makes them known to its creator's agent. */
import type { FeatureSet } from "../../core/base/features.ts";
import type { Names } from "../../core/types/module.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import type { TypeNames } from "../../gc/inspect/type-names.ts";
import type { CompileOptions } from "../builtins/compile-options.ts";
import type { CompiledModule } from "../link/imports.ts";
import type { ModulePlan } from "../link/plans.ts";
import {
  type CompileContext,
  hostModule,
  hostModuleLater,
  type PreparedModule,
  prepareModule,
  readModule,
  type StableSource,
} from "./compile.ts";
import { PassedModule, preparePassed } from "./passed-modules.ts";

/** Takes the name sections of modules, by which roots of the heap are called. */
interface ModuleNames {
  add(module: number, names: Names): void;
}

export interface CompilerOptions {
  /** The creator, which has to know each module. */
  readonly agent: { install(step: { readonly kind: "module"; readonly plan: ModulePlan }): void };
  readonly heap: Heap;
  readonly context: CompileContext;
  readonly names: TypeNames;
  readonly rootNames: ModuleNames;
  /** Whether modules that need nothing go to the host as they are. */
  readonly passThrough: boolean;
}

/** The modules of one store. */
export class Compiler {
  readonly #options: CompilerOptions;
  #modules = 0;

  constructor(options: CompilerOptions) {
    this.#options = options;
  }

  get features(): FeatureSet {
    return this.#options.context.features;
  }

  /** Decodes or parses, validates, lowers and compiles a module. Raises `CompileError`. */
  compile(source: StableSource, options: CompileOptions): CompiledModule {
    const prepared = this.#prepare(source, options);
    return this.#finish(prepared, hostModule(prepared.bytes));
  }

  /** The same; the host compiles on threads of its own. */
  async compileLater(source: StableSource, options: CompileOptions): Promise<CompiledModule> {
    const prepared = this.#prepare(source, options);
    return this.#finish(prepared, await hostModuleLater(prepared.bytes));
  }

  #prepare(source: StableSource, options: CompileOptions): PreparedModule {
    const { heap, context, passThrough } = this.#options;
    heap.needMuchStack();
    const { types, features } = context;
    const lower = (valid: ValidModule): CompiledModule => this.#lower(valid, options);
    const passed = passThrough ? preparePassed(source, options, { types, features, lower }) : undefined;
    return passed ?? this.#prepareLowered(readModule(source, types, features, options), options);
  }

  #prepareLowered(valid: ValidModule, options: CompileOptions): PreparedModule {
    const { names, rootNames, context } = this.#options;
    const id = this.#modules++;
    names.add(valid.module.names, valid.canonical);
    rootNames.add(id, valid.module.names);
    return prepareModule(valid, id, context, options);
  }

  #lower(valid: ValidModule, options: CompileOptions): CompiledModule {
    const prepared = this.#prepareLowered(valid, options);
    return this.#finish(prepared, hostModule(prepared.bytes));
  }

  #finish(prepared: PreparedModule, host: WebAssembly.Module): CompiledModule {
    const module = prepared.finish(host);
    if (!(module instanceof PassedModule)) this.#options.agent.install({ kind: "module", plan: module.plan });
    return module;
  }
}
