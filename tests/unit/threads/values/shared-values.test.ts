import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import { CompileError } from "../../../../api/heddle.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { exportsOf } from "../../support/programs.ts";

const same = `(module
  (type $same (shared (func (param (ref null (shared extern))) (result (ref null (shared extern))))))
  (type $any (shared (func (param (ref null (shared extern))) (result i32))))
  (type $toAny (shared (func (param (ref null (shared extern))) (result (ref null (shared any))))))
  (global $kept (export "kept") (shared mut (ref null (shared extern))) (ref.null (shared extern)))
  (func (export "same") (type $same) (local.get 0))
  (func (export "toAny") (type $toAny) (any.convert_extern (local.get 0)))
  (func (export "isObject") (type $any) (i32.or (ref.test (ref (shared struct)) (any.convert_extern (local.get 0))) (ref.test (ref (shared array)) (any.convert_extern (local.get 0)))))
  (func (export "isI31") (type $any) (ref.test (ref (shared i31)) (any.convert_extern (local.get 0)))))`;
interface Same {
  same(value: unknown): unknown;
  toAny(value: unknown): unknown;
  isObject(value: unknown): number;
  isI31(value: unknown): number;
  readonly kept: { value: unknown };
}

const values = [
  "",
  "text",
  "\ud800 lone \0",
  "x".repeat(100_000),
  0,
  -0,
  1.5,
  -1073741824,
  2 ** 31,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
];

describe.each(heapVariants)("in a store $variant", ({ withStore }) => {
  describe("shared externs", () => {
    test("hold strings and numbers, on any thread", async () => {
      await withStore({ threads: 1, collectAtSafepoints: true }, async (store) => {
        const { same: pass, kept } = await exportsOf<Same>(store, same);
        for (const value of values) {
          expect(pass(value)).toBe(value);
          kept.value = value;
          store.collect();
          expect(kept.value).toBe(value);
          expect(await store.spawn(pass, value)).toBe(value);
        }
        expect(internalsOf(store).agent.heap.runtime.verify()).toBe(0);
      });
    });

    test("refuse what is bound to a thread", async () => {
      await withStore({ threads: 0 }, async (store) => {
        const { same: pass, kept } = await exportsOf<Same>(store, same);
        for (const value of [undefined, true, 1n, Symbol.iterator, {}, [], () => 0, new Date()]) {
          expect(() => pass(value)).toThrow(TypeError);
          expect(() => {
            kept.value = value;
          }).toThrow(TypeError);
        }
      });
    });

    test("are neither structs nor arrays as internal references", async () => {
      await withStore({ threads: 0 }, async (store) => {
        const { toAny, isObject, isI31 } = await exportsOf<Same>(store, same);
        expect([toAny("x"), toAny(1.5), toAny(7)]).toEqual(["x", 1.5, 7]);
        expect([isObject("x"), isObject(1.5), isObject(7)]).toEqual([0, 0, 0]);
        expect([isI31("x"), isI31(1.5), isI31(7)]).toEqual([0, 0, 1]);
      });
    });

    test("live as long as something refers to them", async () => {
      await withStore({ threads: 0, heap: { maximum: 8 << 20 } }, async (store) => {
        const { same: pass, kept } = await exportsOf<Same>(store, same);
        kept.value = "kept";
        for (let i = 0; i < 2000; i++) pass("y".repeat(10_000));
        expect(kept.value).toBe("kept");
      });
    });
  });

  const extern = "(ref null (shared extern))";
  const program = `(module
  (type $chars (shared (array (mut i16))))
  (type $greet (shared (func (param ${extern}) (result (ref (shared extern))))))
  (type $concat (shared (func (param ${extern} ${extern}) (result (ref (shared extern))))))
  (type $test (shared (func (param ${extern}) (result i32))))
  (type $cast (shared (func (param ${extern}) (result (ref (shared extern))))))
  (type $at (shared (func (param ${extern} i32) (result i32))))
  (type $equals (shared (func (param ${extern} ${extern}) (result i32))))
  (type $from (shared (func (param (ref null $chars) i32 i32) (result (ref (shared extern))))))
  (type $into (shared (func (param ${extern} (ref null $chars) i32) (result i32))))
  (import "text" "hello, " (global $hello (shared (ref (shared extern)))))
  (import "text" "own" (global $own (ref (shared extern))))
  (import "wasm:js-string" "concat" (func $concat (type $concat)))
  (import "wasm:js-string" "test" (func $test (type $test)))
  (import "wasm:js-string" "length" (func $length (type $test)))
  (import "wasm:js-string" "cast" (func $cast (type $cast)))
  (import "wasm:js-string" "charCodeAt" (func $at (type $at)))
  (import "wasm:js-string" "equals" (func $equals (type $equals)))
  (import "wasm:js-string" "fromCharCodeArray" (func $from (type $from)))
  (import "wasm:js-string" "intoCharCodeArray" (func $into (type $into)))
  (func (export "greet") (type $greet) (call $concat (global.get $hello) (local.get 0)))
  (func (export "own") (result (ref (shared extern))) (global.get $own))
  (func (export "test") (type $test) (call $test (local.get 0)))
  (func (export "length") (type $test) (call $length (local.get 0)))
  (func (export "cast") (type $cast) (call $cast (local.get 0)))
  (func (export "at") (type $at) (call $at (local.get 0) (local.get 1)))
  (func (export "equals") (type $equals) (call $equals (local.get 0) (local.get 1)))
  (func (export "copy") (type $cast) (local $chars (ref $chars))
    (local.set $chars (array.new_default $chars (call $length (local.get 0))))
    (call $from (local.get $chars) (i32.const 0) (call $into (local.get 0) (local.get $chars) (i32.const 0)))))`;
  type Strings = Record<
    "greet" | "own" | "test" | "length" | "cast" | "at" | "equals" | "copy",
    (...args: unknown[]) => unknown
  >;
  const options = { builtins: ["js-string"], importedStringConstants: "text" };

  describe("shared string builtins and constants", () => {
    test("work on every thread", async () => {
      await withStore({ threads: 1, collectAtSafepoints: true }, async (store) => {
        const { instance } = await store.WebAssembly.instantiate(program, undefined, options);
        const { greet, own, test: isString, length, cast, at, equals, copy } = instance.exports as Strings;
        expect(own()).toBe("own");
        for (const call of [
          async (f: (...args: unknown[]) => unknown, ...args: unknown[]) => f(...args),
          store.spawn.bind(store),
        ]) {
          expect(await call(greet, "wörld")).toBe("hello, wörld");
          expect([await call(isString, "x"), await call(isString, 1), await call(isString, null)]).toEqual([1, 0, 0]);
          expect(await call(length, "four")).toBe(4);
          expect(await call(cast, "same")).toBe("same");
          expect(await call(at, "ab", 1)).toBe(98);
          expect([await call(equals, "a", "a"), await call(equals, "a", "b"), await call(equals, null, null)]).toEqual([
            1, 0, 1,
          ]);
          expect(await call(copy, "copied")).toBe("copied");
          await expect((async () => call(length, 1.5))()).rejects.toMatchObject({ code: "cast-failure" });
          await expect((async () => call(at, "ab", 2))()).rejects.toMatchObject({ name: "RuntimeError" });
        }
      });
    });

    test("are of types that are shared throughout, or not at all", async () => {
      await withStore({ threads: 0 }, async ({ WebAssembly: namespace }) => {
        const mixed = `(module (type $f (func (param ${extern}) (result i32))) (import "wasm:js-string" "length" (func (type $f))))`;
        await expect(namespace.compile(mixed, options)).rejects.toThrow(CompileError);
        const mutable = `(module (import "text" "x" (global (shared mut ${extern}))))`;
        await expect(namespace.compile(mutable, options)).rejects.toThrow(CompileError);
      });
    });
  });
});
