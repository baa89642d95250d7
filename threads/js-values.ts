/**
 * JS values that the heap refers to: a handle is an index into the agent's table of values.
 */

/** A Map takes -0 for 0; nothing else that it confuses differs to a program. */
const negativeZero = Symbol("-0");
const keyOf = (value: unknown): unknown => (Object.is(value, -0) ? negativeZero : value);

/** The JS values of one agent. Handles are never zero. */
export class JsValues {
  readonly #values: unknown[] = [undefined];
  readonly #free: number[] = [];
  readonly #handles = new Map<unknown, number>();

  /** The handle of a value: the same for the same value as `Object.is` tells, as long as it is in the table. */
  handle(value: unknown): number {
    const key = keyOf(value);
    const known = this.#handles.get(key);
    if (known !== undefined) return known;
    const handle = this.#free.pop() ?? this.#values.length;
    this.#values[handle] = value;
    this.#handles.set(key, handle);
    return handle;
  }

  value(handle: number): unknown {
    return this.#values[handle];
  }

  release(handle: number): void {
    this.#handles.delete(keyOf(this.#values[handle]));
    this.#values[handle] = undefined;
    this.#free.push(handle);
  }
}
