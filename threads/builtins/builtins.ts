/**
 * The functions that modules can import from Heddle itself: `wasm:thread` always, other sets where a module is compiled
 * with them (JS API, "Builtins").
 */
import { isSubtypeId } from "../../core/types/subtype.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";
import { defineTypes } from "../values/type-definitions.ts";
import type { BuiltinAgent, BuiltinSet } from "./builtin.ts";
import { prototypeBuiltins } from "./prototypes.ts";
import { onSharedStrings, sharedType } from "./shared-builtins.ts";
import { type SpawningAgent, type ThreadBuiltin, threadBuiltin } from "./spawn.ts";
import { stringBuiltins } from "./string-builtins.ts";

/** Sets whose functions can be imported as shared ones, too (shared-everything threads, "Shared String Builtins"). */
const shareable: ReadonlySet<string> = new Set(["js-string"]);

const sets: Readonly<Record<string, BuiltinSet>> = { "js-string": stringBuiltins, "js-prototypes": prototypeBuiltins };

/** Which function of which set. */
export interface BuiltinName {
  readonly set: string;
  readonly name: string;
}

/** The builtin of one of the `enabled` sets that an import names. */
export function findBuiltin(module: string, name: string, enabled: readonly string[]): BuiltinName | undefined {
  const set = module.startsWith("wasm:") ? module.slice("wasm:".length) : "";
  if (!enabled.includes(set) || !Object.hasOwn(sets, set) || !Object.hasOwn(sets[set]!, name)) return undefined;
  return { set, name };
}

/** Whether a builtin can be imported with the function type `type`: its own, or that with all types shared. */
export function fitsBuiltinType(store: TypeStore, { set, name }: BuiltinName, type: number): boolean {
  const { types } = sets[set]![name]!;
  const { shared } = store.type(type);
  if (shared && !shareable.has(set)) return false;
  return isSubtypeId(
    store,
    defineTypes(store, shared ? types.map(sharedType) : types, shared)[types.length - 1]!,
    type,
  );
}

/** An agent for which builtins of all sets are made. */
export type ProvidingAgent = BuiltinAgent & SpawningAgent;

/**
 * A builtin in its lowered signature, on one agent. `table` is the address of the table that `spawn_indirect` reads.
 */
export function createBuiltin(
  agent: ProvidingAgent,
  builtin: BuiltinName | ThreadBuiltin,
  table: number,
  signature: Signature,
): LoweredFunction {
  if (typeof builtin === "string") return threadBuiltin(agent, builtin, table);
  const { set, name } = builtin;
  const target = sets[set]![name]!.create(agent, signature) as LoweredFunction;
  return signature.shared ? onSharedStrings(agent, signature, target) : target;
}
