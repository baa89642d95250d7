/**
 * Prototypes of heap objects in JS (custom descriptors, "JS Prototypes"): the first field of an object's custom
 * descriptor, if that is an immutable externref which holds an object. Neither the descriptor nor the field can change,
 * so an object's prototype is found once.
 *
 * Module `wasm:js-prototypes` sets such prototypes up; a module gets it by the compile option
 * `builtins: ["js-prototypes"]`:
 *
 *     (type $prototypes (array (mut externref)))
 *     (type $functions (array (mut funcref)))
 *     (type $data (array (mut i8)))
 *     (import "wasm:js-prototypes" "configureAll"
 *       (func (param (ref null $prototypes) (ref null $functions) (ref null $data) externref)))
 */
import { RuntimeError } from "../../core/base/errors.ts";
import { type CompositeType, EXTERNREF, FUNCREF, I8, refDefined, type StorageType } from "../../core/types/types.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import { type Conversions, externalize } from "../values/convert.ts";
import { NULL } from "../values/kinds.ts";
import type { BuiltinAgent, BuiltinSet } from "./builtin.ts";
import { type Callable, ConfigurationFault, configurePrototypes } from "./configure-prototypes.ts";

/** The prototype that JS sees of the object at `address`. The agent must be a mutator. */
export function prototypeOf(agent: Conversions, address: number): object | null {
  const prototype = externalize(agent, agent.heap.objects.prototypeOf(address));
  return typeof prototype === "object" || typeof prototype === "function" ? prototype : null;
}

function arrayOf(storage: StorageType): CompositeType {
  return { kind: "array", element: { storage, mutable: true } };
}

/** The builtin set `js-prototypes`. */
export const prototypeBuiltins: BuiltinSet = {
  configureAll: {
    types: [
      arrayOf(EXTERNREF),
      arrayOf(FUNCREF),
      arrayOf(I8),
      { kind: "func", params: [refDefined(0, true), refDefined(1, true), refDefined(2, true), EXTERNREF], results: [] },
    ],
    create: (agent, signature) => agent.hostFunction(signature, configureAll(agent)),
  },
};

/** The address of an array that JS has as a wrapper; traps where there is none. */
function addressOf(agent: BuiltinAgent, array: unknown): number {
  return agent.objects.describe(array)?.address ?? agent.raise(TrapCode.nullArrayReference);
}

function functionAt(agent: BuiltinAgent, index: number): Callable | null {
  return index === NULL ? null : (agent.functionObject(index) as Callable);
}

/** `configureAll` as a function of JS, as which the importing module gets it. */
function configureAll(agent: BuiltinAgent): (...args: unknown[]) => void {
  const { objects } = agent.heap;
  return (prototypes, functions, data, constructors) => {
    const configuration = agent.asMutator(() => ({
      prototypes: Array.from(objects.elementWords(addressOf(agent, prototypes)), (reference) =>
        externalize(agent, reference),
      ),
      functions: Array.from(objects.elementWords(addressOf(agent, functions)), (index) => functionAt(agent, index)),
      data: objects.elementBytes(addressOf(agent, data)),
      constructors,
    }));
    try {
      // This may run code of the program: the objects may be proxies.
      configurePrototypes(configuration);
    } catch (error) {
      if (error instanceof ConfigurationFault)
        agent.traps.raise(new RuntimeError(error.message, { code: "prototype-configuration" }));
      throw error;
    }
  };
}
