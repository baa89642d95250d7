/**
 * `configureAll` of `wasm:js-prototypes`, on JS values (custom descriptors, "Declarative Prototype Initialization"):
 * installs functions as methods, getters, setters and constructors, as bytes say:
 *
 *     data         vec(protoconfig)
 *     protoconfig  vec(constructor)  vec(method)  parent: s32          at most one constructor; -1 stands for no parent
 *     constructor  name  vec(method)
 *     method       kind: u8 (0 method, 1 getter, 2 setter)  name
 *
 * Each protoconfig takes the next prototype, each constructor and method the next function. It does no more than
 * generated JS would do, so what is wrong with an object is the TypeError of the operation on it; what is wrong with
 * the data is a trap, and comes when it is reached.
 */
import { CompileError, HeddleError } from "../../core/base/errors.ts";
import { Reader } from "../../core/binary/reader.ts";

/** A function as JS has it. */
export type Callable = (...args: unknown[]) => unknown;

/** What `configureAll` works with. */
export interface Configuration {
  readonly prototypes: readonly unknown[];
  /** Null entries trap when they are reached. */
  readonly functions: readonly (Callable | null)[];
  readonly data: Uint8Array;
  /** Where constructors are installed by name. */
  readonly constructors: unknown;
}

/** Data, or arrays that do not fit to it. */
export class ConfigurationFault extends HeddleError<"prototype-configuration"> {}

const METHOD = 0;
const GETTER = 1;
const SETTER = 2;
const NO_PARENT = -1;

export function configurePrototypes(configuration: Configuration): void {
  new Configurator(configuration).run();
}

class Configurator {
  readonly #configuration: Configuration;
  readonly #reader: Reader;
  #nextFunction = 0;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
    this.#reader = new Reader(configuration.data);
  }

  run(): void {
    const { prototypes, functions, data } = this.#configuration;
    const count = this.#read((reader) => reader.u32());
    for (let index = 0; index < count; index++) this.#prototype(index);
    if (this.#reader.pos < data.length) this.#fail("data is left over");
    if (count < prototypes.length) this.#fail("prototypes are left over");
    if (this.#nextFunction < functions.length) this.#fail("functions are left over");
  }

  #prototype(index: number): void {
    const { prototypes } = this.#configuration;
    if (index >= prototypes.length) this.#fail("there are too few prototypes");
    const prototype = prototypes[index];
    const at = this.#reader.pos;
    const constructors = this.#read((reader) => reader.u32());
    if (constructors > 1) this.#fail(`a prototype has ${constructors} constructors`, at);
    if (constructors === 1) this.#installConstructor(prototype);
    this.#methods(prototype, withReceiver);
    this.#parent(index, prototype);
  }

  #installConstructor(prototype: unknown): void {
    const name = this.#name();
    const made = constructible(this.#function(), name, asObject(prototype, "a prototype"));
    define(prototype, "constructor", { value: made, writable: true });
    define(this.#configuration.constructors, name, { value: made, writable: true, enumerable: true });
    this.#methods(made, (target) => target);
  }

  /** Installs methods on `on`; `wrap` makes of a function what JS calls. */
  #methods(on: unknown, wrap: (target: Callable, name: string) => Callable): void {
    const count = this.#read((reader) => reader.u32());
    for (let i = 0; i < count; i++) {
      const at = this.#reader.pos;
      const kind = this.#read((reader) => reader.u8());
      if (kind !== METHOD && kind !== GETTER && kind !== SETTER) this.#fail(`there is no method kind ${kind}`, at);
      const name = this.#name();
      const target = this.#function();
      if (kind === METHOD) define(on, name, { value: wrap(target, name), writable: true });
      else if (kind === GETTER) define(on, name, { get: wrap(target, `get ${name}`) });
      else define(on, name, { set: wrap(target, `set ${name}`) });
    }
  }

  #parent(index: number, prototype: unknown): void {
    const at = this.#reader.pos;
    const parent = this.#read((reader) => reader.s32());
    if (parent === NO_PARENT) return;
    if (parent < 0 || parent >= index) this.#fail(`prototype ${parent} cannot be the parent of prototype ${index}`, at);
    Object.setPrototypeOf(asObject(prototype, "a prototype"), this.#configuration.prototypes[parent] as object | null);
  }

  #function(): Callable {
    const { functions } = this.#configuration;
    const index = this.#nextFunction++;
    if (index >= functions.length) this.#fail("there are too few functions");
    return functions[index] ?? this.#fail(`function ${index} is null`);
  }

  #name(): string {
    return this.#read((reader) => reader.name());
  }

  #read<T>(read: (reader: Reader) => T): T {
    const at = this.#reader.pos;
    try {
      return read(this.#reader);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return this.#fail(error.rule, error.offset ?? at);
    }
  }

  #fail(what: string, at: number = this.#reader.pos): never {
    throw new ConfigurationFault(
      "prototype-configuration",
      `prototype configuration: ${what} (at byte ${at} of the data)`,
    );
  }
}

/** Adds a property as a class declaration does; a TypeError where the object does not take it. */
function define(on: unknown, name: string, property: PropertyDescriptor): void {
  Object.defineProperty(asObject(on, `what ${JSON.stringify(name)} is installed on`), name, {
    configurable: true,
    enumerable: false,
    ...property,
  });
}

function asObject(value: unknown, what: string): object {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return value;
  throw new TypeError(`${what} must be an object`);
}

/**
 * A method that hands its receiver to the function as first argument. Like any method, it cannot be called with `new`.
 */
function withReceiver(target: Callable, name: string): Callable {
  const { method } = {
    method(this: unknown, ...args: unknown[]): unknown {
      return target(this, ...args);
    },
  };
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(method, "length", { value: Math.max(0, target.length - 1) });
  return method;
}

/**
 * A function that can be called with or without `new`. As in any function of JS, `new` gives what the function returns
 * if it is an object.
 */
function constructible(target: Callable, name: string, prototype: object): Callable {
  function made(...args: unknown[]): unknown {
    return target(...args);
  }
  Object.defineProperty(made, "name", { value: name });
  Object.defineProperty(made, "length", { value: target.length });
  Object.defineProperty(made, "prototype", { value: prototype, writable: false });
  return made;
}
