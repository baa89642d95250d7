/**
 * JS functions as lowered code calls them (JS API, "create a host function" and "run a host function");
 * host-wrappers.ts has the calls.
 */
import { type Converter, isOpaqueToJs, liftOf, lowerOf, opaqueError } from "../values/convert.ts";
import { type LoweredFunction, throwingFunction } from "../values/functions.ts";
import type { Signature, ValueKind } from "../values/kinds.ts";
import { hostWrapper } from "./host-wrappers.ts";
import type { Callee, Converters, WrappingAgent } from "./wrapping-agent.ts";

/** A JS function in its lowered signature. */
export function hostFunction(agent: WrappingAgent, signature: Signature, callee: Callee): LoweredFunction {
  const { params, results } = signature;
  const kinds = [...params, ...results];
  if (kinds.some(({ kind }) => kind === "v128")) return throwingFunction(signature, wrap(agent, [], toNothing, refuse));
  if (!kinds.some(isOpaqueToJs)) {
    const lift = params.map((kind) => liftOf(agent, kind));
    return wrap(agent, lift, lowerAll(agent, results), callee);
  }
  // What JS cannot have is not converted: the call is refused.
  const nothing = params.map(() => toNothing);
  return wrap(agent, nothing, toNothing, refuse);
}

function wrap(agent: WrappingAgent, lift: readonly Converter[], lower: Converter, callee: Callee): LoweredFunction {
  return hostWrapper(lift.length)(agent, callee, lift as Converters, lower);
}

const toNothing: Converter = () => undefined;

function refuse(): never {
  throw opaqueError();
}

/**
 * A conversion of what a function of JS returns: anything where no result is expected, a value, or an iterable of as
 * many as there are results.
 */
function lowerAll(agent: WrappingAgent, kinds: readonly ValueKind[]): Converter {
  if (kinds.length === 0) return toNothing;
  if (kinds.length === 1) return lowerOf(agent, kinds[0]!);
  const lowers = kinds.map((kind) => lowerOf(agent, kind));
  return (results) => {
    const values = [...(results as Iterable<unknown>)];
    if (values.length !== lowers.length) throw new TypeError(`${lowers.length} results expected, got ${values.length}`);
    return lowers.map((lower, i) => lower(values[i]));
  };
}
