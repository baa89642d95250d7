/**
 * Exported functions: what JS calls for a function of lowered code (JS API, "call an Exported Function").
 *
 * A call may be short of work, so the wrapper is, too: one for each number of parameters, without lists of arguments. Only functions with many
 * parameters or several results are called in the general way (`Agent.invoke`).
 */
import { type Converter, isOpaqueToJs, liftOf, lowerOf, opaqueError } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";
import type { WrappingAgent } from "./wrapping-agent.ts";

type Callee = (...args: unknown[]) => unknown;

/**
 * The function for JS: all that an Exported Function has but its name. Arrow functions have no [[Construct]] and no `prototype`, as Exported
 * Functions have none.
 */
export function exportedFunction(agent: WrappingAgent, target: LoweredFunction, signature: Signature): Callee {
  const exported = wrapper(agent, target, signature);
  Object.defineProperty(exported, "length", { value: signature.params.length });
  return exported;
}

function wrapper(agent: WrappingAgent, target: LoweredFunction, signature: Signature): Callee {
  const { params, results } = signature;
  if ([...params, ...results].some(isOpaqueToJs)) {
    return () => {
      throw opaqueError();
    };
  }
  if (params.length > 4 || results.length > 1) return (...args) => agent.invoke(target, signature, args);
  const lower = params.map((kind) => lowerOf(agent, kind));
  const lift = results.length === 1 ? liftOf(agent, results[0]!) : toUndefined;
  return wrapperOf(agent, target, lower, lift);
}

const toUndefined: Converter = () => undefined;

/**
 * Conversions may run code of the program, so they come before the agent becomes a mutator. Results are converted before it ceases to be one,
 * so that objects among them are safe; and the end of the shadow stack must be that of entry, also after a trap: a stale one would hide roots,
 * or keep garbage.
 */
function wrapperOf(agent: WrappingAgent, target: LoweredFunction, lower: readonly Converter[], lift: Converter): Callee {
  const { exceptions, temporaries } = agent;
  const { enter, leave, needStack } = agent.gate;
  const [first, second, third, fourth] = lower as [Converter, Converter, Converter, Converter];
  switch (lower.length) {
    case 0:
      return () => {
        needStack();
        const sp = enter();
        try {
          return lift(target(sp));
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    case 1:
      return (a) => {
        needStack();
        const mark = temporaries.mark();
        const x = first(a);
        const sp = enter();
        try {
          return lift(target(x, sp));
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
          temporaries.release(mark);
        }
      };
    case 2:
      return (a, b) => {
        needStack();
        const mark = temporaries.mark();
        const x = first(a);
        const y = second(b);
        const sp = enter();
        try {
          return lift(target(x, y, sp));
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
          temporaries.release(mark);
        }
      };
    case 3:
      return (a, b, c) => {
        needStack();
        const mark = temporaries.mark();
        const x = first(a);
        const y = second(b);
        const z = third(c);
        const sp = enter();
        try {
          return lift(target(x, y, z, sp));
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
          temporaries.release(mark);
        }
      };
    default:
      return (a, b, c, d) => {
        needStack();
        const mark = temporaries.mark();
        const x = first(a);
        const y = second(b);
        const z = third(c);
        const w = fourth(d);
        const sp = enter();
        try {
          return lift(target(x, y, z, w, sp));
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
          temporaries.release(mark);
        }
      };
  }
}
