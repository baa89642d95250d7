/**
 * References to heap objects as JS holds them: opaque objects, one for each heap object and agent, which keep it alive.
 *
 * A wrapper object owns a handle (gc/heap/handles.ts), a word that the collector scans; when JS drops the wrapper, a
 * FinalizationRegistry gives it back.
 */
import type { Handle, Handles } from "../../gc/heap/handles.ts";
import type { Address } from "../../gc/objects.ts";

function refuse(what: string): never {
  throw new TypeError(`WebAssembly objects are opaque: ${what}`);
}

/** All opaque objects behave as this one does, except as the handler says; what they stand for is elsewhere. */
const emptyObject = Object.freeze(Object.create(null) as object);
/** What the JS API's exotic objects do otherwise than a frozen object does. */
const opaqueHandler: ProxyHandler<object> = {
  set: () => refuse("they have no properties to set"),
  deleteProperty: () => refuse("they have no properties to delete"),
  preventExtensions: () => false,
  setPrototypeOf: () => false,
};

/**
 * A wrapper as the JS API's "Exported GC Object": no properties, not extensible, and no prototype but that of a custom
 * descriptor. Objects with a prototype are for the program's methods and setters: ordinary frozen ones, whose calls the
 * host makes fast.
 */
export function opaqueObject(prototype: object | null): object {
  return prototype === null ? new Proxy(emptyObject, opaqueHandler) : Object.freeze(Object.create(prototype) as object);
}

interface Held {
  readonly address: Address;
  readonly handle: Handle;
}
interface Described {
  readonly address: Address;
  readonly shared: boolean;
}

/** The wrapper objects of one agent. */
export class Objects {
  readonly #handles: Handles;
  readonly #create: (address: Address) => object;
  readonly #wrappers = new Map<Address, WeakRef<object>>();
  readonly #described = new WeakMap<object, Described>();
  readonly #registry = new FinalizationRegistry<Held>((held) => this.#finalize(held));

  /** `create` makes a wrapper for the heap object at `address`. */
  constructor(handles: Handles, create: (address: Address) => object) {
    this.#handles = handles;
    this.#create = create;
  }

  /** The object that stands for the heap object at `address`: the same one each time. The agent must be a mutator. */
  wrap(address: Address, shared: boolean): object {
    const known = this.#wrappers.get(address)?.deref();
    if (known !== undefined) return known;
    const wrapper = this.#create(address);
    this.adopt(wrapper, address, shared);
    return wrapper;
  }

  /** Makes `wrapper` stand for the heap object at `address`, which has no wrapper yet. The agent must be a mutator. */
  adopt(wrapper: object, address: Address, shared: boolean): void {
    // Where the host's stack ends in between, nobody finds a wrapper that does not keep its object.
    this.#registry.register(wrapper, { address, handle: this.#handles.create(address) });
    this.#described.set(wrapper, { address, shared });
    this.#wrappers.set(address, new WeakRef(wrapper));
  }

  /** What a wrapper of this agent stands for; undefined for any other value. */
  describe(value: unknown): Described | undefined {
    return typeof value === "object" && value !== null ? this.#described.get(value) : undefined;
  }

  #finalize({ address, handle }: Held): void {
    // Race: the address may already have a new wrapper, made after the old one was dropped and before this call.
    if (this.#wrappers.get(address)?.deref() === undefined) this.#wrappers.delete(address);
    this.#handles.free(handle);
  }
}
