import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";

/** Some have a wrapper of their own, those with most parameters are called with lists. */
const arities = Array.from({ length: 11 }, (_, i) => i);
const some = arities.slice(1);
const CALLS = 1000;

const times = (text: string, count: number): string => Array.from({ length: count }, () => text).join(" ");
const gets = (count: number): string => Array.from({ length: count }, (_, i) => `(local.get ${i})`).join(" ");

/**
 * Functions of JS with `n` parameters: of the results of `one` and `two` the last may be refused, `two`'s first is kept
 * for the call.
 */
const imports = (n: number): string => `
  (import "js" "one${n}" (func $one${n} (param ${times("anyref", n)}) (result (ref i31))))
  (import "js" "two${n}" (func $two${n} (param ${times("anyref", n)}) (result anyref (ref i31))))`;

/** Functions with `n` parameters. Those of `last` before the last are kept for the call. */
const functions = (n: number): string =>
  `
  (func (export "trap${n}") (param ${times("anyref", n)}) unreachable)
  (func (export "one${n}") (param ${times("anyref", n)}) (result i31ref) (call $one${n} ${gets(n)}))
  (func (export "two${n}") (param ${times("anyref", n)}) (result i31ref) (call $two${n} ${gets(n)}) (local.set $i) (drop) (local.get $i))
  (func (export "all${n}") (param ${times("i32", n)}) (result ${times("i32", n)}) ${gets(n)})`.replace(
    "(result i31ref) (call $two",
    "(result i31ref) (local $i i31ref) (call $two",
  );
const refusing = (n: number): string => `
  (func (export "first${n}") (param (ref i31) ${times("anyref", n - 1)}))
  (func (export "last${n}") (param ${times("anyref", n - 1)} (ref i31)))
  (func (export "number${n}") (param ${times("anyref", n - 1)} i32))`;
const program = `(module ${[...arities.map(imports), ...arities.map(functions), ...some.map(refusing)].join("")})`;

class Refusal extends Error {}

const thrower = {
  valueOf(): never {
    throw new Refusal();
  },
};

let store: Store;
let exported: Record<string, (...args: unknown[]) => unknown>;
/** What the functions of JS return. */
let answers: { one: unknown; two: unknown };
let received: unknown[] = [];

const handles = async (): Promise<number> => (await store.agentStatistics())[0]!.handles;

/** Calls a function so many times, each of which fails with such an error; then as many handles are used as before. */
async function refuses(
  name: string,
  args: readonly unknown[],
  error: new (...args: never[]) => unknown,
  calls = CALLS,
): Promise<void> {
  const before = await handles();
  const callee = exported[name]!;
  for (let i = 0; i < calls; i++) {
    let thrown: unknown;
    try {
      callee(...args);
    } catch (caught) {
      thrown = caught;
    }
    if (!(thrown instanceof error)) expect.fail(`${name} raised ${String(thrown)}`);
  }
  expect(await handles()).toBe(before);
}

const objects = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ i }));

beforeAll(async () => {
  store = await createStore({ threads: 0, heap: { maximum: 64 << 20, debug: true } });
  const answer =
    (which: "one" | "two") =>
    (...args: unknown[]) => {
      received = args;
      return answers[which];
    };
  const js = Object.fromEntries(
    arities.flatMap((n) => [
      [`one${n}`, answer("one")],
      [`two${n}`, answer("two")],
    ]),
  );
  exported = (await store.WebAssembly.instantiate(program, { js })).instance.exports as typeof exported;
});
afterAll(() => store.close());

describe.each(some)("a function with %i parameters keeps nothing where", (n) => {
  test("the last argument is refused", () => refuses(`last${n}`, [...objects(n - 1), "no i31"], TypeError));
  test("the first argument is refused", () => refuses(`first${n}`, ["no i31", ...objects(n - 1)], TypeError));
  test("the conversion of an argument throws", () => refuses(`number${n}`, [...objects(n - 1), thrower], Refusal));
  test("an argument is missing", () => refuses(`last${n}`, objects(n - 1), TypeError));
});

describe.each(arities)("a function with %i parameters", (n) => {
  test("keeps nothing where it traps", () => refuses(`trap${n}`, objects(n), WebAssembly.RuntimeError));
  test("takes all arguments and gives all results", () => {
    const numbers = Array.from({ length: n }, (_, i) => 10 * i - 3);
    const expected = n === 0 ? undefined : n === 1 ? numbers[0] : numbers;
    expect(exported[`all${n}`]!(...numbers)).toEqual(expected);
    expect(exported[`all${n}`]!(...numbers.map(String), "ignored")).toEqual(expected);
    expect(exported[`all${n}`]).toHaveLength(n);
  });
});

describe.each(arities)("a function of JS with %i parameters", (n) => {
  test("gets its arguments, and its results are what the caller gets", async () => {
    const before = await handles();
    answers = { one: 5, two: [{}, 6] };
    const args = objects(n);
    expect(exported[`one${n}`]!(...args)).toBe(5);
    expect(received).toEqual(args);
    expect(exported[`two${n}`]!(...args)).toBe(6);
    expect(received).toEqual(args);
    expect(await handles()).toBe(before);
  });

  test("keeps nothing where its result is refused", async () => {
    answers = { one: "no i31", two: [{}, "no i31"] };
    await refuses(`one${n}`, objects(n), TypeError);
    await refuses(`two${n}`, objects(n), TypeError);
    answers = { one: undefined, two: [{}, {}, {}] };
    await refuses(`one${n}`, objects(n), TypeError);
    await refuses(`two${n}`, objects(n), TypeError);
  });
});

test("10,000 refused calls leave the heap as it was", async () => {
  answers = { one: "no i31", two: [{}, "no i31"] };
  const names = some.flatMap((n) => [`last${n}`, `two${n}`]);
  const refuseAll = async (calls: number): Promise<number> => {
    for (const name of names) {
      const n = Number(name.replace(/\D+/, ""));
      await refuses(name, name.startsWith("last") ? [...objects(n - 1), "no i31"] : objects(n), TypeError, calls);
    }
    store.collect();
    return store.statistics().heap.liveBytes;
  };
  const before = await refuseAll(1);
  expect(await refuseAll(10_000 / names.length)).toBe(before);
});
