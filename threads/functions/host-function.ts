/** JS functions as lowered code calls them (JS API, "create a host function" and "run a host function"). */
import { type Converter, fromLowered, isOpaqueToJs, liftOf, lowerOf, opaqueError, toLowered } from "../values/convert.ts";
import { type LoweredFunction, throwingFunction } from "../values/functions.ts";
import type { Signature, ValueKind } from "../values/kinds.ts";
import type { WrappingAgent } from "./wrapping-agent.ts";

type Callee = (...args: unknown[]) => unknown;

/** A JS function in its lowered signature. */
export function hostFunction(agent: WrappingAgent, signature: Signature, callee: Callee): LoweredFunction {
  const { params, results } = signature;
  const kinds = [...params, ...results];
  if (kinds.some(({ kind }) => kind === "v128")) return throwingFunction(signature, general(agent, noValues, refuse));
  if (kinds.some(isOpaqueToJs)) return general(agent, signature, refuse);
  if (params.length > 3 || results.length > 1) return general(agent, signature, callee);
  const lift = params.map((kind) => liftOf(agent, kind));
  const lower = results.length === 1 ? lowerOf(agent, results[0]!) : toNothing;
  return wrapperOf(agent, callee, lift, lower);
}

const noValues: Signature = { params: [], results: [], record: 0, shared: false };

function refuse(): never {
  throw opaqueError();
}

const toNothing: Converter = () => undefined;

/**
 * Arguments are converted while the agent is a mutator, since they may be objects that nothing else keeps. The result is converted outside,
 * since that may run code of the program.
 *
 * Race: references in the result stay valid until the agent is a mutator again, since their wrapper objects cannot be finalized before this
 * thread's next turn.
 */
function wrapperOf(agent: WrappingAgent, callee: Callee, lift: readonly Converter[], lower: Converter): LoweredFunction {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [first, second, third] = lift as [Converter, Converter, Converter];
  switch (lift.length) {
    case 0:
      return (sp) => {
        const mark = temporaries.mark();
        try {
          needStack();
          leave(sp as number);
          try {
            return lower(callee());
          } finally {
            enter();
          }
        } catch (error) {
          throw exceptions.toLowered(error, sp as number);
        } finally {
          temporaries.release(mark);
        }
      };
    case 1:
      return (a, sp) => {
        const mark = temporaries.mark();
        try {
          const x = first(a);
          needStack();
          leave(sp as number);
          try {
            return lower(callee(x));
          } finally {
            enter();
          }
        } catch (error) {
          throw exceptions.toLowered(error, sp as number);
        } finally {
          temporaries.release(mark);
        }
      };
    case 2:
      return (a, b, sp) => {
        const mark = temporaries.mark();
        try {
          const x = first(a);
          const y = second(b);
          needStack();
          leave(sp as number);
          try {
            return lower(callee(x, y));
          } finally {
            enter();
          }
        } catch (error) {
          throw exceptions.toLowered(error, sp as number);
        } finally {
          temporaries.release(mark);
        }
      };
    default:
      return (a, b, c, sp) => {
        const mark = temporaries.mark();
        try {
          const x = first(a);
          const y = second(b);
          const z = third(c);
          needStack();
          leave(sp as number);
          try {
            return lower(callee(x, y, z));
          } finally {
            enter();
          }
        } catch (error) {
          throw exceptions.toLowered(error, sp as number);
        } finally {
          temporaries.release(mark);
        }
      };
  }
}

/** For any number of parameters and results. */
function general(agent: WrappingAgent, { params, results }: Signature, callee: Callee): LoweredFunction {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const isOpaque = params.some(isOpaqueToJs);
  return (...operands) => {
    const sp = operands[params.length] as number;
    const mark = temporaries.mark();
    try {
      const args = isOpaque ? [] : params.map((kind, i) => fromLowered(agent, kind, operands[i]));
      needStack();
      leave(sp);
      try {
        return lowerResults(agent, results, callee(...args));
      } finally {
        enter();
      }
    } catch (error) {
      throw exceptions.toLowered(error, sp);
    } finally {
      temporaries.release(mark);
    }
  };
}

function lowerResults(agent: WrappingAgent, kinds: readonly ValueKind[], result: unknown): unknown {
  if (kinds.length === 0) return undefined;
  if (kinds.length === 1) return toLowered(agent, kinds[0]!, result);
  const values = [...(result as Iterable<unknown>)];
  if (values.length !== kinds.length) throw new TypeError(`${kinds.length} results expected, got ${values.length}`);
  return kinds.map((kind, i) => toLowered(agent, kind, values[i]));
}
