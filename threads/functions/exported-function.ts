/**
 * Exported functions: what JS calls for a function of lowered code (JS API, "call an Exported Function").
 *
 * A call may be short of work, so the wrapper is, too: one for each number of parameters, and only functions with many
 * of them are called with lists of arguments (exported-wrappers.ts).
 */
import { type Converter, isOpaqueToJs, liftOf, lowerOf, opaqueError } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Signature, ValueKind } from "../values/kinds.ts";
import { exportedWrapper } from "./exported-wrappers.ts";
import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";

/**
 * The function for JS: all that an Exported Function has but its name. Arrow functions have no [[Construct]] and no
 * `prototype`, as Exported Functions have none.
 */
export function exportedFunction(agent: WrappingAgent, target: LoweredFunction, signature: Signature): Callee {
  const exported = wrap(agent, target, signature);
  Object.defineProperty(exported, "length", { value: signature.params.length });
  return exported;
}

function wrap(agent: WrappingAgent, target: LoweredFunction, { params, results }: Signature): Callee {
  if ([...params, ...results].some(isOpaqueToJs)) {
    return () => {
      throw opaqueError();
    };
  }
  const converters = params.map((kind) => lowerOf(agent, kind)) as readonly Converter[] as Converters;
  return exportedWrapper(params.length)(agent, target, converters, liftAll(agent, results));
}

/** A conversion of what lowered code returns: nothing, a value, or a list of them. */
function liftAll(agent: WrappingAgent, kinds: readonly ValueKind[]): Converter {
  if (kinds.length === 0) return () => undefined;
  if (kinds.length === 1) return liftOf(agent, kinds[0]!);
  const lifts = kinds.map((kind) => liftOf(agent, kind));
  return (results) => lifts.map((lift, i) => lift((results as unknown[])[i]));
}
