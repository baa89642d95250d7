import { describe, expect, test } from "vitest";
import type { ExceptionObject, FunctionObject } from "../../../../api/heddle.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

describe("the property shared", () => {
  test("of globals, tables, tags, functions and exceptions says what the descriptor or the module says", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { WebAssembly: namespace } = store;
      for (const shared of [false, true]) {
        const tag = new namespace.Tag({ parameters: ["i32", "externref"], shared });
        expect(new namespace.Global({ value: "externref", shared }).shared).toBe(shared);
        expect(new namespace.Table({ element: "anyref", initial: 1, maximum: 2, shared }).shared).toBe(shared);
        expect(tag.shared).toBe(shared);
        expect(new namespace.Exception(tag, [1, "text"]).shared).toBe(shared);
        const share = (type: string): string => (shared ? `(shared ${type})` : type);
        const exports = await exportsOf<Record<string, { readonly shared: boolean }>>(
          store,
          `(module (type $f ${share("(func)")}) (type $e ${share("(func (param i32))")})
            (global (export "global") ${share("i32")} (i32.const 0))
            (table (export "table") ${shared ? "shared 1 1 (ref null (shared any))" : "1 1 anyref"})
            (tag (export "tag") (type $e)) (func (export "function") (type $f)))`,
        );
        for (const name of ["global", "table", "tag", "function"])
          expect([name, exports[name]?.shared]).toEqual([name, shared]);
      }
      expect(namespace.JSTag.shared).toBe(false);
    });
  });

  test("cannot be written, and is that of the interface's objects only", async () => {
    await withStore({ threads: 0 }, async ({ WebAssembly: namespace }) => {
      for (const { prototype } of [
        namespace.Global,
        namespace.Table,
        namespace.Tag,
        namespace.Function,
        namespace.Exception,
      ]) {
        expect(Object.getOwnPropertyDescriptor(prototype, "shared")).toMatchObject({
          set: undefined,
          enumerable: true,
          configurable: true,
        });
        expect(() => Reflect.get(prototype, "shared")).toThrow(TypeError);
      }
    });
  });
});

describe("shared objects that JS makes", () => {
  test("a shared table needs a maximum", async () => {
    await withStore({ threads: 0 }, async ({ WebAssembly: namespace }) => {
      expect(() => new namespace.Table({ element: "anyref", initial: 1, shared: true })).toThrow(TypeError);
    });
  });

  test("hold nothing that is not shared", async () => {
    await withStore({ threads: 0 }, async ({ WebAssembly: namespace }) => {
      const table = new namespace.Table({ element: "externref", initial: 2, maximum: 2, shared: true });
      table.set(0, "text");
      expect([table.get(0), table.get(1)]).toEqual(["text", null]);
      expect(() => table.set(1, {})).toThrow(TypeError);
      expect(() => new namespace.Global({ value: "externref", shared: true }, {})).toThrow(TypeError);
      const tag = new namespace.Tag({ parameters: ["externref"], shared: true });
      expect(() => new namespace.Exception(tag, [{}])).toThrow(TypeError);
      expect(new namespace.Exception(tag, ["text"]).getArg(tag, 0)).toBe("text");
    });
  });

  test("a shared exception from a thread is the exception of its tag", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const tag = new store.WebAssembly.Tag({ parameters: ["externref"], shared: true });
      const { fail } = await exportsOf<{ fail(value: unknown): void }>(
        store,
        `(module (type $e (shared (func (param (ref null (shared extern)))))) (import "" "tag" (tag $tag (type $e)))
          (func (export "fail") (type $e) (throw $tag (local.get 0))))`,
        { "": { tag } } as never,
      );
      const error = (await store.spawn(fail, "why").catch((reason: unknown) => reason)) as ExceptionObject;
      expect(error).toBeInstanceOf(store.WebAssembly.Exception);
      expect([error.is(tag), error.shared, error.getArg(tag, 0)]).toEqual([true, true, "why"]);
    });
  });

  test("a thread-local global is another one on each agent, zero or null at first", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { WebAssembly: namespace } = store;
      const count = new namespace.Global({ value: "i32", mutable: true, shared: true, "thread-local": true }, 40);
      const text = new namespace.Global({ value: "externref", "thread-local": true }, "first");
      expect([count.shared, count.value, text.value]).toEqual([true, 40, "first"]);
      const { next, read } = await exportsOf<{ next(): number; read(): unknown }>(
        store,
        `(module (type $next (shared (func (result i32)))) (type $read (shared (func (result (ref null (shared extern))))))
          (import "" "count" (global $count (thread_local mut i32)))
          (import "" "text" (global $text (thread_local (ref null (shared extern)))))
          (func (export "next") (type $next) (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))
          (func (export "read") (type $read) (global.get $text)))`,
        { "": { count, text } } as never,
      );
      expect([next(), next(), count.value]).toEqual([41, 42, 42]);
      expect(await store.spawn(next)).toBe(1);
      expect([read(), await store.spawn(read)]).toEqual(["first", null]);
      count.value = 7;
      expect(next()).toBe(8);
      expect(() => Object.assign(text, { value: "second" })).toThrow(TypeError);
      expect(() => new namespace.Global({ value: "externref", "thread-local": true }, {})).toThrow(TypeError);
      expect(new namespace.Global({ value: "f64", "thread-local": true } as never).value).toBe(0);
    });
  });
});

describe.each(heapVariants)("WebAssembly.Function in a store $variant", ({ withStore: withVariant }) => {
  test("makes a function of the store, whose type holds", async () => {
    await withVariant({ threads: 0 }, async (store) => {
      const { Function: Constructor } = store.WebAssembly;
      const twice = new Constructor({ parameters: ["i32"], results: ["i32"] }, (value: number) => value * 2);
      expect([twice(2.9), twice.length, twice.shared]).toEqual([4, 1, false]);
      expect(twice).toBeInstanceOf(Constructor);
      const { run } = await exportsOf<{ run: FunctionObject }>(
        store,
        `(module (import "" "f" (func $f (param i32) (result i32))) (func (export "run") (param i32) (result i32) (call $f (local.get 0))))`,
        { "": { f: twice } } as never,
      );
      expect(run(4)).toBe(8);
      expect(run).toBeInstanceOf(Constructor);
      expect(() => run.initialize(() => 0)).toThrow(TypeError);
    });
  });

  test("refuses what is no function, no type, or of another thread by nature", async () => {
    await withVariant({ threads: 0 }, async (store) => {
      const { Function: Constructor } = store.WebAssembly;
      const type = { parameters: [], results: [] };
      expect(() => (Constructor as unknown as (...args: unknown[]) => unknown)(type, () => 0)).toThrow(TypeError);
      expect(() => new Constructor(type, null)).toThrow(TypeError);
      expect(() => new Constructor({ ...type, parameters: ["v128"] }, () => 0)).toThrow(TypeError);
      expect(() => new Constructor({ parameters: [] } as never, () => 0)).toThrow(TypeError);
      expect(() => new Constructor({ ...type, shared: true }, () => 0)).toThrow("belong to their thread");
      const { f } = await exportsOf<{ f: FunctionObject }>(
        store,
        `(module (type $f (shared (func))) (func (export "f") (type $f)))`,
      );
      expect(new Constructor({ ...type, shared: true }, f)).toBe(f);
    });
  });

  test("with thread-local makes a shared function, which is null on threads that have not set it", async () => {
    await withVariant({ threads: 1 }, async (store) => {
      const { Function: Constructor } = store.WebAssembly;
      const type = { parameters: ["i32", "externref"], results: ["externref"], "thread-local": true };
      const greet = new Constructor(type, (times: number, text: string) => text.repeat(times));
      expect([greet.shared, greet(2, "ab")]).toEqual([true, "abab"]);
      expect(() => greet.initialize(() => "")).toThrow("has been initialized");
      const { call } = await exportsOf<{ call(times: number, text: string): string }>(
        store,
        `(module (type $f (shared (func (param i32 (ref null (shared extern))) (result (ref null (shared extern))))))
          (import "" "greet" (func $greet (type $f))) (elem declare func $greet)
          (func (export "call") (type $f) (call_ref $f (local.get 0) (local.get 1) (ref.func $greet))))`,
        { "": { greet } } as never,
      );
      expect(call(3, "x")).toBe("xxx");
      await expect(store.spawn(call, 1, "x")).rejects.toMatchObject({
        name: "RuntimeError",
        message: "null function reference",
      });
      const later = new Constructor(type, null);
      expect(() => later(1, "")).toThrow("null function reference");
      later.initialize(null);
      later.initialize(() => "now");
      expect(later(1, "")).toBe("now");
      await expect(store.spawn(later as never, ...([1, ""] as never[]))).rejects.toMatchObject({
        message: "null function reference",
      });
    });
  });
});
