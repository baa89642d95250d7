/**
 * Which object of a namespace stands for which item: each item has at most one object (JS API, "WebAssembly JS Object
 * Caches").
 */

/** The objects of one interface. */
export class Registry<Item extends object> {
  readonly #name: string;
  readonly #items = new WeakMap<object, Item>();
  readonly #objects = new WeakMap<Item, object>();

  /** `name` is the interface's, for errors. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Makes `object` stand for `item`. */
  bind(object: object, item: Item): void {
    this.#items.set(object, item);
    this.#objects.set(item, object);
  }

  /** The item that a value stands for; undefined for a value that is no object of this interface. */
  find(value: unknown): Item | undefined {
    return typeof value === "object" && value !== null ? this.#items.get(value) : undefined;
  }

  /** The same, or a TypeError. */
  itemOf(value: unknown): Item {
    const item = this.find(value);
    if (item === undefined) throw new TypeError(`a WebAssembly.${this.#name} of this store expected`);
    return item;
  }

  /** The object that stands for an item, made with this prototype where there is none. */
  objectOf(item: Item, prototype: object): object {
    let object = this.#objects.get(item);
    if (object === undefined) {
      object = Object.create(prototype) as object;
      this.bind(object, item);
    }
    return object;
  }
}
