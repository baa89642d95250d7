/**
 * The part of web-platform-tests' testharness.js that the JS API's tests use, written from its documentation: `test`,
 * `promise_test`, `setup` and the assertions, as global functions. Subtests that are promises run one after the other,
 * when the script has ended.
 */

/** How one subtest ended; `message` says why it failed. */
export interface SubtestResult {
  readonly name: string;
  readonly message: string | undefined;
}

type Thrown = { readonly value: unknown } | undefined;
type ErrorClass = new (...args: never[]) => unknown;
type Body<T> = (this: Subtest, subtest: Subtest) => T;

class AssertionError extends Error {}

/** What a subtest's function gets as `this` and as its argument. */
class Subtest {
  readonly name: string;
  readonly cleanups: (() => unknown)[] = [];

  constructor(name: string) {
    this.name = name;
  }
  add_cleanup(callback: () => unknown): void {
    this.cleanups.push(callback);
  }
  unreached_func(description?: string): () => never {
    return () => fail(description, "reached unreachable code");
  }
}

/** A value in words, unlike others of its type. */
function formatValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (typeof value === "function") return `function "${value.name}"`;
  if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value);
  return String(value);
}

function fail(description: string | undefined, problem: string): never {
  throw new AssertionError(description === undefined ? problem : `${description}: ${problem}`);
}

function check(holds: boolean, description: string | undefined, problem: () => string): void {
  if (!holds) fail(description, problem());
}

function catchFrom(callback: () => unknown): Thrown {
  try {
    callback();
    return undefined;
  } catch (value) {
    return { value };
  }
}

/** Whether something thrown is an error of exactly this class, as testharness.js asks. */
function checkError(thrown: Thrown, expected: ErrorClass, description: string | undefined): void {
  if (thrown === undefined) fail(description, `${expected.name} expected, nothing was thrown`);
  const { value } = thrown;
  const isIt =
    typeof value === "object" &&
    value !== null &&
    value.constructor === expected &&
    (value as Error).name === expected.name;
  check(isIt, description, () => `${expected.name} expected, ${describeThrown(value)} was thrown`);
}

export function describeThrown(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : formatValue(value);
}

const assertions = {
  assert_true: (actual: unknown, description?: string) =>
    check(actual === true, description, () => `${formatValue(actual)} is not true`),
  assert_false: (actual: unknown, description?: string) =>
    check(actual === false, description, () => `${formatValue(actual)} is not false`),
  assert_equals: (actual: unknown, expected: unknown, description?: string) =>
    check(
      Object.is(actual, expected),
      description,
      () => `expected ${formatValue(expected)}, got ${formatValue(actual)}`,
    ),
  assert_not_equals: (actual: unknown, unexpected: unknown, description?: string) =>
    check(
      !Object.is(actual, unexpected),
      description,
      () => `got ${formatValue(actual)}, which is what was not to come`,
    ),
  assert_array_equals: (actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, description?: string) => {
    const same =
      actual.length === expected.length && Array.from(expected).every((value, i) => Object.is(value, actual[i]));
    check(
      same,
      description,
      () => `expected ${formatValue(Array.from(expected))}, got ${formatValue(Array.from(actual))}`,
    );
  },
  assert_class_string: (object: unknown, name: string, description?: string) =>
    assertions.assert_equals(Object.prototype.toString.call(object), `[object ${name}]`, description),
  assert_own_property: (object: object, name: PropertyKey, description?: string) =>
    check(Object.hasOwn(object, name), description, () => `no own property ${String(name)}`),
  assert_not_own_property: (object: object, name: PropertyKey, description?: string) =>
    check(!Object.hasOwn(object, name), description, () => `own property ${String(name)}`),
  assert_unreached: (description?: string) => fail(description, "reached unreachable code"),
  assert_throws_js: (expected: ErrorClass, callback: () => unknown, description?: string) =>
    checkError(catchFrom(callback), expected, description),
  assert_throws_exactly: (expected: unknown, callback: () => unknown, description?: string) => {
    const thrown = catchFrom(callback);
    check(thrown !== undefined && Object.is(thrown.value, expected), description, () =>
      thrown === undefined
        ? "nothing was thrown"
        : `expected ${formatValue(expected)}, ${describeThrown(thrown.value)} was thrown`,
    );
  },
  promise_rejects_js: async (
    _subtest: unknown,
    expected: ErrorClass,
    promise: Promise<unknown>,
    description?: string,
  ) => checkError(await settle(promise), expected, description),
  // The older forms, which name the expected error by an example of it.
  assert_throws: (example: Error, callback: () => unknown, description?: string) =>
    checkError(catchFrom(callback), example.constructor as ErrorClass, description),
  promise_rejects: async (_subtest: unknown, example: Error, promise: Promise<unknown>, description?: string) =>
    checkError(await settle(promise), example.constructor as ErrorClass, description),
  format_value: formatValue,
};

async function settle(promise: Promise<unknown>): Promise<Thrown> {
  try {
    await promise;
    return undefined;
  } catch (value) {
    return { value };
  }
}

/**
 * Makes the harness's functions global. `report` is called for each subtest; the returned function runs what waits for
 * the script's end.
 */
export function install(report: (result: SubtestResult) => void): () => Promise<void> {
  const waiting: (() => Promise<void>)[] = [];
  let unnamed = 0;
  const begin = (name: string | undefined): Subtest => new Subtest(name ?? `unnamed ${++unnamed}`);
  const end = (subtest: Subtest, thrown: Thrown): void =>
    report({ name: subtest.name, message: thrown === undefined ? undefined : describeThrown(thrown.value) });

  Object.assign(globalThis, assertions, {
    setup: (first: unknown) => (typeof first === "function" ? first() : undefined),
    test: (body: Body<unknown>, name?: string) => {
      const subtest = begin(name);
      const thrown = catchFrom(() => body.call(subtest, subtest));
      for (const cleanup of subtest.cleanups) cleanup();
      end(subtest, thrown);
    },
    promise_test: (body: Body<Promise<unknown>>, name?: string) => {
      const subtest = begin(name);
      waiting.push(async () => {
        const thrown = await settle((async () => body.call(subtest, subtest))());
        for (const cleanup of subtest.cleanups) await cleanup();
        end(subtest, thrown);
      });
    },
  });
  return async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) await run();
  };
}
