/**
 * What runs once an instance is linked (core 4.7.2 "Instantiation"): segments and initial values, then the start
 * function.
 */
import { InternalError } from "../../core/base/assert.ts";
import type { FunctionTable, LoweredFunction } from "../values/functions.ts";
import type { LinkedInstance } from "./link.ts";
import type { ModulePlan } from "./plans.ts";

/** What initialization asks of the agent on which it runs. */
export interface InitializingAgent {
  readonly functions: FunctionTable;
  /** Calls lowered code with lowered operands. */
  enter(target: LoweredFunction, operands: readonly unknown[], finish: (result: unknown) => void): void;
}

const noResult = (): void => undefined;

/** Runs what instantiation runs. */
export function initialize(agent: InitializingAgent, instance: LinkedInstance): void {
  run(agent, instance, "init");
  initializeThreadLocals(agent, instance);
  const { start } = instance.module.lowered;
  if (start !== undefined) agent.enter(functionOf(agent, instance, start), [], noResult);
}

/** What runs on each agent that has the instance. */
export function initializeThreadLocals(agent: InitializingAgent, instance: LinkedInstance): void {
  run(agent, instance, "initThreadLocals");
}

function run(agent: InitializingAgent, instance: LinkedInstance, name: "init" | "initThreadLocals"): void {
  const target = instance.host.exports[name] as LoweredFunction | undefined;
  if (target !== undefined) agent.enter(target, [], noResult);
}

/** The host function of function `index` of an instance. */
function functionOf(agent: InitializingAgent, instance: LinkedInstance, index: number): LoweredFunction {
  const number = functionNumber(instance, index);
  const target = number === undefined ? undefined : agent.functions.get(number);
  if (target === undefined) throw new InternalError(`function ${index} is not on this agent`);
  return target;
}

const positions = new WeakMap<ModulePlan, readonly number[]>();

/** Where the functions that a module imports are among its imports, by function index. */
function functionImports(module: ModulePlan): readonly number[] {
  const known = positions.get(module);
  if (known !== undefined) return known;
  const found: number[] = [];
  for (const [position, { kind, index }] of module.lowered.imports.entries())
    if (kind === "func") found[index] = position;
  positions.set(module, found);
  return found;
}

/** The store-wide number of function `index` of an instance; undefined for an import that has none. */
export function functionNumber({ module, plan }: LinkedInstance, index: number): number | undefined {
  const { importedFunctions } = module.lowered;
  if (index >= importedFunctions) return plan.functions + index - importedFunctions;
  const entry = plan.imports[functionImports(module)[index]!];
  return entry?.kind === "func" || entry?.kind === "builtin" ? entry.function : undefined;
}
