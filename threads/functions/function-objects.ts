/**
 * Which JS function stands for which function index on one agent (JS API, "create an Exported Function"): the same one
 * each time, also for a function that JS got from the host itself.
 */
import { InternalError } from "../../core/base/assert.ts";
import type { Traps } from "../traps/traps.ts";
import type { FunctionOwner, FunctionTable } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";
import { exportedFunction } from "./exported-function.ts";
import { hostFunction } from "./host-function.ts";
import type { WrappingAgent } from "./wrapping-agent.ts";

/** What function objects ask of their agent. */
export interface FunctionObjectsAgent extends WrappingAgent {
  readonly functions: FunctionTable;
  readonly traps: Traps;
}

/** A function that the host exported, until somebody asks for its index. */
interface Adopted {
  readonly signature: Signature;
  /** Index in its module. */
  readonly index: number;
}

/** The exported functions of one agent. */
export class FunctionObjects {
  /** The prototype of exported functions. */
  prototype: object = Function.prototype;
  readonly #agent: FunctionObjectsAgent;
  readonly #objects = new Map<number, object>();
  readonly #indices = new WeakMap<object, number>();
  readonly #owners = new WeakMap<object, FunctionOwner>();
  readonly #adopted = new WeakMap<object, Adopted>();

  constructor(agent: FunctionObjectsAgent) {
    this.#agent = agent;
  }

  /** The JS function of a function index. */
  objectOf(number: number): object {
    return this.#objects.get(number) ?? this.#create(number);
  }

  #create(number: number): object {
    const { functions } = this.#agent;
    const owner = functions.ownerOf(number);
    const known = owner?.objects.get(number);
    if (known !== undefined) {
      // The table has it: there are references to it, and it stays.
      if (functions.table.get(number) !== null) this.#objects.set(number, known);
      return known;
    }
    const target = functions.get(number);
    const signature = functions.signature(number);
    if (target === undefined || signature === undefined)
      throw new InternalError(`function ${number} is not on this agent`);
    const object = functions.plain(number) ?? exportedFunction(this.#agent, target, signature);
    Object.setPrototypeOf(object, this.prototype);
    Object.defineProperty(object, "name", { value: String(functions.indexInModule(number)) });
    if (owner === undefined) this.#note(number, object);
    else {
      // Each keeps the other: the function all that its calls need, the instance the function that JS knows already.
      owner.objects.set(number, object);
      this.#owners.set(object, owner);
      this.#indices.set(object, number);
    }
    return object;
  }

  #note(number: number, object: object): void {
    this.#objects.set(number, object);
    this.#indices.set(object, number);
  }

  /** The function index of a JS function that this store exported; undefined for any other value. */
  indexOf(value: unknown): number | undefined {
    if (typeof value !== "function") return undefined;
    return this.#indices.get(value) ?? this.#adoptedIndex(value);
  }

  /**
   * Makes a function that the host exported one of the store's; it gets a number when there is to be a reference to it.
   */
  adopt(object: object, signature: Signature, index: number): void {
    if (this.#indices.has(object) || this.#adopted.has(object)) return;
    Object.setPrototypeOf(object, this.prototype);
    this.#adopted.set(object, { signature, index });
  }

  #adoptedIndex(object: object): number | undefined {
    const adopted = this.#adopted.get(object);
    if (adopted === undefined) return undefined;
    const { functions, traps } = this.#agent;
    const { signature, index } = adopted;
    traps.usesMemories = true;
    const target = hostFunction(this.#agent, signature, traps.raising(object as (...args: unknown[]) => unknown));
    const number = functions.add(signature, target, index);
    this.#note(number, object);
    return number;
  }
}
