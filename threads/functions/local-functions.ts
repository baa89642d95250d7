/**
 * Thread-local functions (shared-everything threads, "Thread-Local JS Function Wrappers"): shared functions behind
 * which each agent has a function of its own JS, or none yet: then a call is that of a null reference.
 */
import { TrapCode } from "../../lower/host/lowered.ts";
import type { FunctionTable, LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";

type Callee = (...args: unknown[]) => unknown;

/** A shared function behind which each agent has a function of its own JS. */
export interface LocalFunctionPlan {
  readonly number: number;
  readonly signature: Signature;
}

interface LocalFunction {
  readonly plan: LocalFunctionPlan;
  target: LoweredFunction | undefined;
}

/** What thread-local functions ask of their agent. */
export interface LocalFunctionsAgent {
  readonly functions: FunctionTable;
  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never;
  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: Callee): LoweredFunction;
}

/** The thread-local functions of a store, as one agent has them. */
export class LocalFunctions {
  readonly #agent: LocalFunctionsAgent;
  readonly #functions = new Map<number, LocalFunction>();

  constructor(agent: LocalFunctionsAgent) {
    this.#agent = agent;
  }

  /** Whether a function index is that of a thread-local function. */
  has(number: number): boolean {
    return this.#functions.has(number);
  }

  /** Makes a function known here. It may come twice: out of the install log, and in a message. */
  install(plan: LocalFunctionPlan): void {
    if (this.has(plan.number)) return;
    const local: LocalFunction = { plan, target: undefined };
    this.#functions.set(plan.number, local);
    const call: LoweredFunction = (...operands) => {
      if (local.target === undefined) this.#agent.raise(TrapCode.nullFunctionReference);
      return local.target(...operands);
    };
    this.#agent.functions.set(plan.number, plan.signature, call, 0);
  }

  /** Sets this agent's function, once; null leaves it unset. */
  initialize(number: number, callee: Callee | null): void {
    const local = this.#functions.get(number);
    if (local === undefined) throw new TypeError("the function is not thread-local");
    if (local.target !== undefined) throw new TypeError("the function has been initialized on this thread");
    if (callee !== null) local.target = this.#agent.hostFunction(local.plan.signature, callee);
  }
}
