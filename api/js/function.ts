/**
 * `WebAssembly.Function` (shared-everything threads, "JS API"): all exported functions are instances. The constructor
 * makes a function of the store from one of JS; with `thread-local` a shared function, behind which each agent has one
 * of its own.
 */
import { isOpaqueToJs, opaqueError } from "../../threads/values/convert.ts";
import { defineFunctionType } from "../../threads/values/type-definitions.ts";
import { type ApiContext, creatorOf } from "./context.ts";
import type { FunctionDescriptor, Namespace } from "./shape.ts";
import { toValueType } from "./value-types.ts";
import { requireMember, toDictionary, toSequence } from "./webidl.ts";

type Callee = (...args: unknown[]) => unknown;

function isCallable(value: unknown): value is Callee {
  return typeof value === "function";
}

/**
 * The class for one agent, and the prototype of all functions that it exports. Members: `FunctionObject` in shape.ts.
 */
export function createFunctionClass(context: ApiContext): Namespace["Function"] {
  const { agent } = context;
  const { localFunctions } = agent;

  /** The function index of `this`. */
  function numberOf(value: unknown): number {
    const number = agent.functionIndex(value);
    if (number === undefined) throw new TypeError("a WebAssembly.Function of this store expected");
    return number;
  }

  function create(descriptor: unknown, callee: unknown): object {
    const store = creatorOf(context, "a function");
    const members = toDictionary(descriptor, "a function's type");
    const threadLocal = Boolean(members["thread-local"]);
    const shared = threadLocal || Boolean(members["shared"]);
    const [params, results] = ["parameters", "results"].map((name) =>
      toSequence(requireMember(members[name], name), name).map((type) => toValueType(type, shared)),
    ) as [ReturnType<typeof toValueType>[], ReturnType<typeof toValueType>[]];
    if (!isCallable(callee) && !(threadLocal && callee === null)) throw new TypeError("a function expected");
    const signature = store.kinds.signature(defineFunctionType(store.types, params, results, shared));
    if ([...signature.params, ...signature.results].some(isOpaqueToJs)) throw opaqueError();
    if (threadLocal) {
      const number = store.createLocalFunction(signature);
      localFunctions.initialize(number, callee);
      return agent.functionObject(number);
    }
    const known = agent.functionIndex(callee);
    if (shared) {
      const isSame = known !== undefined && agent.control.functionType(known) === signature.record;
      if (!isSame)
        throw new TypeError("functions of JS belong to their thread: a shared one is made with thread-local");
      return callee as object;
    }
    return agent.functionObject(agent.functions.add(signature, agent.hostFunction(signature, callee as Callee), 0));
  }

  // A function, since a class without a superclass cannot return what is no instance of its own, and one with a
  // superclass calls it.
  function WebAssemblyFunction(descriptor: FunctionDescriptor, callee: unknown): object {
    if (new.target === undefined) throw new TypeError("WebAssembly.Function is called with new");
    return create(descriptor, callee);
  }
  const methods = {
    initialize(this: unknown, callee: unknown): void {
      const number = numberOf(this);
      if (!isCallable(callee) && callee !== null) throw new TypeError("a function or null expected");
      localFunctions.initialize(number, callee);
    },
    get shared(): boolean {
      return agent.functions.signature(numberOf(this))?.shared === true;
    },
  };
  const prototype = Object.create(Function.prototype, Object.getOwnPropertyDescriptors(methods)) as object;
  Object.defineProperty(prototype, "constructor", { value: WebAssemblyFunction, writable: true, configurable: true });
  Object.defineProperty(WebAssemblyFunction, "prototype", { value: prototype, writable: false });
  Object.defineProperty(WebAssemblyFunction, "name", { value: "Function" });
  // Without the tag of other interfaces: to `Object.prototype.toString`, exported functions are functions.
  agent.functionObjects.prototype = prototype;
  return WebAssemblyFunction as unknown as Namespace["Function"];
}
