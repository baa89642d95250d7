/**
 * Exported functions: what JS calls for a function of lowered code (JS API, "call an Exported Function").
 *
 * Calls are short of work in themselves, so the wrapper must be, too: one for each number of parameters, without arrays of arguments, where all
 * values are numbers or the host's own references. Other values are converted one by one (`Agent.invoke`).
 */
import { AbstractHeap } from "../core/types.ts";
import type { Agent } from "./agent.ts";
import { isOpaqueToJs, opaqueError } from "./convert.ts";
import type { LoweredFunction } from "./functions.ts";
import { isHostReference, type Signature, type ValueKind } from "./kinds.ts";

type Callee = (...args: unknown[]) => unknown;
type Converter = (value: unknown) => unknown;

/**
 * The function for JS: the same properties as an Exported Function but for its name. Arrow functions have no [[Construct]] and no `prototype`,
 * as Exported Functions have none.
 */
export function exportedFunction(agent: Agent, target: LoweredFunction, signature: Signature): Callee {
  const exported = wrapper(agent, target, signature);
  Object.defineProperty(exported, "length", { value: signature.params.length });
  return exported;
}

function wrapper(agent: Agent, target: LoweredFunction, signature: Signature): Callee {
  const { params, results } = signature;
  if ([...params, ...results].some(isOpaqueToJs)) {
    return () => {
      throw opaqueError();
    };
  }
  const direct = [...params, ...results].every(isTheHosts) ? directWrapper(agent, target, params) : undefined;
  return direct ?? ((...args) => agent.invoke(target, signature, args));
}

/** Whether the host converts a value of this kind just as the JS API says. */
function isTheHosts(kind: ValueKind): boolean {
  return kind.kind !== "ref" || (isHostReference(kind) && kind.nullable && kind.heap === AbstractHeap.extern);
}

// Conversions may run code of the program, so they come before the agent becomes a mutator; the rest the host does.
const toNumeric: Converter = (value) => (typeof value === "number" ? value : +(value as number));
const toBigInt: Converter = (value) => (typeof value === "bigint" ? value : BigInt.asIntN(64, value as bigint));
const toItself: Converter = (value) => value;

function converterOf({ kind }: ValueKind): Converter {
  if (kind === "ref") return toItself;
  return kind === "i64" ? toBigInt : toNumeric;
}

function directWrapper(agent: Agent, target: LoweredFunction, params: readonly ValueKind[]): Callee | undefined {
  const { exceptions } = agent;
  const { enter, leave } = agent.heap.runtime;
  const converters = params.map(converterOf);
  const [first = toItself, second = toItself, third = toItself, fourth = toItself] = converters;
  switch (params.length) {
    case 0:
      return () => {
        const sp = enter();
        try {
          return target(sp);
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    case 1:
      return (a) => {
        const x = first(a);
        const sp = enter();
        try {
          return target(x, sp);
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    case 2:
      return (a, b) => {
        const x = first(a);
        const y = second(b);
        const sp = enter();
        try {
          return target(x, y, sp);
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    case 3:
      return (a, b, c) => {
        const x = first(a);
        const y = second(b);
        const z = third(c);
        const sp = enter();
        try {
          return target(x, y, z, sp);
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    case 4:
      return (a, b, c, d) => {
        const x = first(a);
        const y = second(b);
        const z = third(c);
        const w = fourth(d);
        const sp = enter();
        try {
          return target(x, y, z, w, sp);
        } catch (error) {
          throw exceptions.toJs(error);
        } finally {
          leave(sp);
        }
      };
    default:
      return undefined;
  }
}
