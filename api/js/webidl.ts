/**
 * Web IDL, as far as the JS API's interfaces use it: how arguments are converted, and how interface objects look to JS.
 * A required argument that is missing is undefined, which all conversions below refuse but that to a string.
 */

/** Converts to a dictionary: an object, or undefined and null for an empty one. */
export function toDictionary(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" && typeof value !== "function") throw new TypeError(`${name} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

/** ToString, which refuses symbols. */
export function toDomString(value: unknown): string {
  return `${value as string}`;
}

/** A string of Unicode scalar values: lone surrogates become U+FFFD. */
export function toUsvString(value: unknown): string {
  return toDomString(value).toWellFormed();
}

/** Converts to a `sequence`: the list of what an iterable object gives. */
export function toSequence(value: unknown, name: string): readonly unknown[] {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject || typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] !== "function") {
    throw new TypeError(`${name} must be iterable`);
  }
  return [...(value as Iterable<unknown>)];
}

/** `[EnforceRange] unsigned long`. */
export function toUnsignedLong(value: unknown, name: string): number {
  const number = Math.trunc(+(value as number));
  if (!(number >= 0 && number <= 0xffffffff)) throw new TypeError(`${name} must be an integer from 0 to 2^32 - 1`);
  return number + 0;
}

/** The BigInt of a value, by ToBigInt: unlike `BigInt`, it refuses numbers. */
function toBigInt(value: unknown): bigint {
  return BigInt.asIntN(Number.MAX_SAFE_INTEGER, value as bigint);
}

/** AddressValueToU64 of the JS API. */
export function toAddress(value: unknown, is64: boolean, name: string): bigint {
  if (!is64) return BigInt(toUnsignedLong(value, name));
  const number = toBigInt(value);
  if (number < 0n || number > 0xffff_ffff_ffff_ffffn)
    throw new TypeError(`${name} must be an integer from 0n to 2n ** 64n - 1n`);
  return number;
}

/** U64ToAddressValue of the JS API. */
export function fromAddress(value: number, is64: boolean): number | bigint {
  return is64 ? BigInt(value) : value;
}

/** Whether an `AddressType`, "i32" where there is none, is "i64". */
export function isAddress64(value: unknown): boolean {
  if (value === undefined) return false;
  const type = toDomString(value);
  if (type !== "i32" && type !== "i64") throw new TypeError(`an address type is "i32" or "i64", not "${type}"`);
  return type === "i64";
}

/** A required member of a dictionary. */
export function requireMember(value: unknown, name: string): unknown {
  if (value === undefined) throw new TypeError(`the descriptor has no ${name}`);
  return value;
}

/**
 * Makes a class look as an interface object does: operations and attributes are enumerable, and the prototype has its
 * name as a tag.
 */
export function defineInterface(interfaceObject: abstract new (...args: never[]) => unknown, name: string): void {
  for (const object of [interfaceObject, interfaceObject.prototype as object]) {
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      const isOperation = key !== "constructor" && (typeof property.value === "function" || property.get !== undefined);
      if (isOperation) Object.defineProperty(object, key, { enumerable: true });
    }
  }
  Object.defineProperty(interfaceObject.prototype, Symbol.toStringTag, {
    value: `WebAssembly.${name}`,
    configurable: true,
  });
}
