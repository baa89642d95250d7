/**
 * Modules that need nothing from Heddle and are handed to the host as they are (`StoreOptions.passThrough`): nothing
 * shared but memories, no heap objects, no exceptions, and nothing but functions of numbers and externs and memories to
 * import and export. They run as they would without Heddle, errors and stack traces included.
 *
 * Only `store.run`, which instantiates a module on another thread, has to lower one.
 */
import { engine } from "../../core/base/engine.ts";
import { CompileError } from "../../core/base/errors.ts";
import type { FeatureName, FeatureSet } from "../../core/base/features.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import type { Import } from "../../core/types/module.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import { AbstractHeap, type FuncType, refAbstract, V128, type ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { CompileOptions } from "../builtins/compile-options.ts";
import type { FunctionObjects } from "../functions/function-objects.ts";
import { functionFits, importedValue, mismatch } from "../link/import-checks.ts";
import type { CompiledModule } from "../link/imports.ts";
import { hostInstance } from "../link/link.ts";
import type { UnlikeMemories } from "../link/memories.ts";
import type { ModulePlan } from "../link/plans.ts";
import type { Conversions } from "../values/convert.ts";
import type { Kinds } from "../values/kinds.ts";
import { type PreparedModule, readModule, type StableSource } from "./compile.ts";

/** Features without heap objects and exceptions, which lowering leaves to the host. */
const passedFeatures: ReadonlySet<FeatureName> = new Set<FeatureName>([
  ...([
    "mvp",
    "mutable-globals",
    "sign-extension",
    "saturating-float-to-int",
    "multi-value",
    "bulk-memory",
    "reference-types",
  ] as const),
  ...([
    "simd",
    "relaxed-simd",
    "tail-call",
    "extended-const",
    "multi-memory",
    "memory64",
    "threads",
    "branch-hinting",
  ] as const),
]);

const EXTERN = refAbstract(AbstractHeap.extern, true);

/** A module that the host runs as it is; lowered only when something asks for its plan. */
export class PassedModule implements CompiledModule {
  readonly valid: ValidModule;
  readonly options: CompileOptions;
  readonly host: WebAssembly.Module;
  readonly #lower: () => CompiledModule;
  #lowered: CompiledModule | undefined;

  constructor(valid: ValidModule, options: CompileOptions, host: WebAssembly.Module, lower: () => CompiledModule) {
    this.valid = valid;
    this.options = options;
    this.host = host;
    this.#lower = lower;
  }

  get plan(): ModulePlan {
    this.#lowered ??= this.#lower();
    return this.#lowered.plan;
  }

  get code(): Uint8Array<ArrayBuffer> {
    this.#lowered ??= this.#lower();
    return this.#lowered.code;
  }
}

/** What imports and exports of passed modules ask of the agent that instantiates. */
export interface PassingAgent extends Pick<Conversions, "control" | "functions" | "heap" | "functionIndex"> {
  readonly unlikeMemories: UnlikeMemories;
  readonly functionObjects: FunctionObjects;
}

/** What handing a module to the host takes from the store. */
export interface PassContext {
  readonly types: TypeStore;
  readonly features: FeatureSet;
  /** Makes the lowered form of the module. */
  lower(valid: ValidModule): CompiledModule;
}

/** The module for the host to compile as it is; undefined where it needs something from Heddle, or is not valid. */
export function preparePassed(
  source: StableSource,
  options: CompileOptions,
  context: PassContext,
): PreparedModule | undefined {
  if (options.builtins.length > 0 || options.importedStringConstants !== undefined) return undefined;
  const valid = readPassed(source, options, context);
  if (valid === undefined || !crossesAsItIs(valid)) return undefined;
  const bytes = typeof source === "string" ? encodeModule(valid.module) : new Uint8Array(source);
  if (!engine.validate(bytes)) return undefined;
  return { bytes, finish: (host) => new PassedModule(valid, options, host, () => context.lower(valid)) };
}

function readPassed(
  source: StableSource,
  options: CompileOptions,
  { types, features }: PassContext,
): ValidModule | undefined {
  try {
    return readModule(source, types, new Set([...features].filter((name) => passedFeatures.has(name))), options);
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

/** Whether all that comes in and goes out is the same for the host and for Heddle. */
function crossesAsItIs({ module, functions, types }: ValidModule): boolean {
  const crosses = (index: number): boolean => {
    const { params, results } = types.type(functions[index]?.type as number).composite as FuncType;
    return [...params, ...results].every((type: ValType) => type === EXTERN || (type < 0 && type !== V128));
  };
  let next = 0;
  const imports = module.imports.every(
    ({ type: { kind } }) => kind === "memory" || (kind === "func" && crosses(next++)),
  );
  return imports && module.exports.every(({ kind, index }) => kind === "memory" || (kind === "func" && crosses(index)));
}

/** The imports of a passed module as the host takes them. */
export interface PassedImports {
  readonly imports: WebAssembly.Imports;
  /** The imported functions in their order. */
  readonly functions: readonly unknown[];
}

/** Raises TypeError and LinkError as the JS API says; what the host checks itself is left to it. */
export function readPassedImports(
  agent: PassingAgent,
  { valid }: PassedModule,
  importObject: WebAssembly.Imports | undefined,
): PassedImports {
  // Without a prototype: an import's module may be called "constructor".
  const imports = Object.create(null) as Record<string, Record<string, WebAssembly.ImportValue>>;
  const functions: unknown[] = [];
  for (const entry of valid.module.imports) {
    const value = importedValue(importObject?.[entry.module], entry);
    if (entry.type.kind === "func") checkFunction(agent, valid, entry, functions.push(value) - 1, value);
    else if (value instanceof engine.Memory && !agent.unlikeMemories.isHosts(value))
      mismatch(entry, value, "a memory of the declared type");
    imports[entry.module] ??= Object.create(null) as Record<string, WebAssembly.ImportValue>;
    (imports[entry.module] as Record<string, unknown>)[entry.name] = value;
  }
  return { imports, functions };
}

/** To the host a function that the store exported may be any function of JS: it does not know its type. */
function checkFunction(
  agent: PassingAgent,
  { functions, types }: ValidModule,
  entry: Import,
  index: number,
  value: unknown,
): void {
  if (typeof value !== "function") mismatch(entry, value, "a function");
  const number = agent.functionIndex(value);
  if (number === undefined) return;
  // The host keeps it in ways of its own.
  agent.functions.refer(number);
  const declared = functions[index]?.type as number;
  if (!functionFits(agent, types, number, declared, false)) mismatch(entry, value, "a function of the declared type");
}

/** Instantiates a passed module. Returns its exports; the functions among them have the shape that the store's have. */
export function instantiatePassed(
  agent: PassingAgent,
  kinds: Kinds,
  module: PassedModule,
  imported: PassedImports,
): Record<string, unknown> {
  const { exports } = hostInstance(module.host, imported.imports);
  const result = Object.create(null) as Record<string, unknown>;
  for (const { name, kind, index } of module.valid.module.exports) {
    const known = kind === "func" ? imported.functions[index] : undefined;
    // The host would wrap a function of the store's once more.
    result[name] = agent.functionIndex(known) === undefined ? exports[name] : known;
    if (kind === "func")
      agent.functionObjects.adopt(
        result[name] as object,
        kinds.signature(module.valid.functions[index]?.type as number),
        index,
      );
  }
  return Object.freeze(result);
}
