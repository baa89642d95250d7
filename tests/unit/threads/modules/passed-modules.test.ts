import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";

let store: Store;
beforeAll(async () => {
  store = await createStore({ threads: 1, passThrough: true });
});
afterAll(() => store.close());

type Exports = Record<string, (...args: unknown[]) => unknown>;

function exportsOf(text: string, imports: WebAssembly.Imports = {}): Exports {
  const { Module, Instance } = store.WebAssembly;
  return new Instance(new Module(text), imports).exports as unknown as Exports;
}

/** Lowered functions are called through functions of JS; those of the host are native, also where they trap. */
const isPassed = (callee: unknown): boolean => Function.prototype.toString.call(callee).includes("[native code]");
const trap = '(func (export "f") (unreachable))';

describe("a module goes to the host as it is", () => {
  test("where it has numbers, memories, tables of functions and vectors alone", () => {
    const { f } = exportsOf(`(module (memory 1) (table 1 funcref) (elem (i32.const 0) func 0)
      (func (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "f") (param i32 externref) (result i32 externref)
        (drop (i32x4.splat (local.get 0)))
        (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)) (local.get 1)))`);
    expect(isPassed(f)).toBe(true);
    const value = {};
    expect(f?.(8, value)).toEqual([0, value]);
    expect(() => f?.(-1, value)).toThrow(WebAssembly.RuntimeError);
  });

  test("from bytes, too, and asynchronously", async () => {
    const bytes = encodeModule(parseModule(`(module ${trap})`));
    const { instance, module } = await store.WebAssembly.instantiate(bytes);
    expect(isPassed(instance.exports["f"])).toBe(true);
    expect(instance).toBeInstanceOf(store.WebAssembly.Instance);
    expect(store.WebAssembly.Module.exports(module)).toEqual([{ name: "f", kind: "function" }]);
  });

  test("and not where it needs something from Heddle", () => {
    expect(isPassed(exportsOf(`(module (type (struct)) ${trap})`)["f"])).toBe(false);
    expect(isPassed(exportsOf(`(module (type $f (shared (func))) (func $f (type $f)) ${trap})`)["f"])).toBe(false);
    expect(isPassed(exportsOf(`(module (tag) ${trap})`)["f"])).toBe(false);
    expect(isPassed(exportsOf(`(module (global (export "g") i32 (i32.const 1)) ${trap})`)["f"])).toBe(false);
    expect(isPassed(exportsOf('(module (func (export "f") (param funcref) (unreachable)))')["f"])).toBe(false);
    expect(
      isPassed(exportsOf('(module (func (export "f") (result i32) (i31.get_s (ref.i31 (i32.const 1)))))')["f"]),
    ).toBe(false);
  });

  test("and not unless the store is made so", async () => {
    await using plain = await createStore({ threads: 0 });
    const { Module, Instance } = plain.WebAssembly;
    expect(isPassed(new Instance(new Module(`(module ${trap})`)).exports["f"])).toBe(false);
  });

  test("unless it is not valid", () => {
    expect(() => exportsOf("(module (func (result i32)))")).toThrow(store.WebAssembly.CompileError);
  });
});

describe("its exports", () => {
  test("have the shape of the store's", () => {
    const exports = exportsOf(`(module (func) (func (export "f") (param i32)) (memory (export "m") 1))`);
    expect(Object.isFrozen(exports)).toBe(true);
    expect(Object.getPrototypeOf(exports)).toBeNull();
    expect([exports["f"]?.name, exports["f"]?.length]).toEqual(["1", 1]);
    expect(Object.getPrototypeOf(exports["f"])).toBe(store.WebAssembly.Function.prototype);
    expect(exports["m"]).toBeInstanceOf(store.WebAssembly.Memory);
  });

  test("are functions for the store's tables and modules", () => {
    const { f } = exportsOf(
      '(module (func (export "f") (param i32) (result i32) (i32.div_s (i32.const 12) (local.get 0))))',
    );
    const table = new store.WebAssembly.Table({ element: "anyfunc", initial: 1 });
    table.set(0, f);
    expect(table.get(0)).toBe(f);
    const { g } = exportsOf(
      `(module (import "m" "t" (table 1 funcref)) (import "m" "f" (func $f (param i32) (result i32)))
        (func (export "g") (param i32) (result i32)
          (i32.add (call $f (local.get 0)) (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)))))`,
      { m: { t: table, f } } as unknown as WebAssembly.Imports,
    );
    expect(g?.(3)).toBe(8);
    expect(() => g?.(0)).toThrow(store.WebAssembly.RuntimeError);
  });

  test("are imported with their types", () => {
    const { f } = exportsOf('(module (func (export "f") (param i32)))');
    const { lowered } = exportsOf('(module (tag) (func (export "lowered") (param i32) (unreachable)))');
    for (const value of [f, lowered]) {
      const imports = { m: { value } } as unknown as WebAssembly.Imports;
      const { again } = exportsOf(
        '(module (import "m" "value" (func $f (param i32))) (export "again" (func $f)))',
        imports,
      );
      expect(again).toBe(value);
      expect(() => exportsOf('(module (import "m" "value" (func (param i64))))', imports)).toThrow(
        store.WebAssembly.LinkError,
      );
      expect(() => exportsOf('(module (import "m" "value" (func (param i64))) (tag))', imports)).toThrow(
        store.WebAssembly.LinkError,
      );
    }
  });
});

test("missing and unfit imports raise the standard's errors", () => {
  const memory = '(module (import "m" "x" (memory 2)))';
  expect(() => exportsOf(memory)).toThrow(TypeError);
  expect(() => exportsOf(memory, { m: {} })).toThrow(store.WebAssembly.LinkError);
  expect(() => exportsOf(memory, { m: { x: new WebAssembly.Memory({ initial: 1 }) } })).toThrow(
    store.WebAssembly.LinkError,
  );
  expect(() => exportsOf('(module (import "m" "x" (func)))', { m: {} })).toThrow(store.WebAssembly.LinkError);
});

test("imports from a module of any name leave the host's own objects alone", () => {
  const imports = { constructor: { f: () => 3 } } as unknown as WebAssembly.Imports;
  const { g } = exportsOf(
    '(module (import "constructor" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f)))',
    imports,
  );
  expect(g?.()).toBe(3);
  expect(Object).not.toHaveProperty("f");
});

test("store.run lowers it for the other thread", async () => {
  const module = new store.WebAssembly.Module(
    '(module (func (export "f") (param i32) (result i32) (i32.div_s (i32.const 6) (local.get 0))))',
  );
  expect(await store.run(module, "f", [2])).toBe(3);
  await expect(store.run(module, "f", [0])).rejects.toThrow("integer divide by zero");
});
