import { describe, expect, test } from "vitest";
import { CompileError, WebAssembly as Heddle, LinkError, RuntimeError } from "../../../api/heddle.ts";
import { exportsOf, withStore } from "../support/programs.ts";

type AnyFunction = (...args: unknown[]) => unknown;

describe("WebAssembly namespace", () => {
  test("validate tells valid modules from others, and compile says what is wrong and where", async () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    expect(Heddle.validate(empty)).toBe(true);
    expect(Heddle.validate(empty.buffer)).toBe(true);
    expect(Heddle.validate(empty.subarray(0, 7))).toBe(false);
    await expect(Heddle.compile(empty.subarray(0, 7))).rejects.toBeInstanceOf(CompileError);
    await expect(Heddle.compile("(module (func (result i32)))")).rejects.toMatchObject({ name: "CompileError" });
    await expect(Heddle.compile(3 as never)).rejects.toBeInstanceOf(TypeError);
  });

  test("Module tells imports, exports and custom sections", async () => {
    const module = await Heddle.compile(
      `(module (import "a" "f" (func)) (import "a" "m" (memory 1)) (global (export "g") i32 (i32.const 1)) (func (export "x")) (@custom "note" "hi"))`,
    );
    expect(Heddle.Module.imports(module)).toEqual([
      { module: "a", name: "f", kind: "function" },
      { module: "a", name: "m", kind: "memory" },
    ]);
    expect(Heddle.Module.exports(module)).toEqual([
      { name: "g", kind: "global" },
      { name: "x", kind: "function" },
    ]);
    expect(new TextDecoder().decode(Heddle.Module.customSections(module, "note")[0])).toBe("hi");
    expect(() => Heddle.Module.exports({} as never)).toThrow(TypeError);
  });

  test("exports are frozen, without prototype, and functions have the standard's shape", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { instance } = await store.WebAssembly.instantiate(
        `(module (func $f (export "f") (param i32 i64) (result i64) (local.get 1)) (export "again" (func $f)))`,
      );
      const { f, again } = instance.exports as { f: AnyFunction; again: AnyFunction };
      expect(Object.isFrozen(instance.exports)).toBe(true);
      expect(Object.getPrototypeOf(instance.exports)).toBeNull();
      expect(f).toBe(again);
      expect(f.length).toBe(2);
      expect(f.name).toMatch(/^\d+$/);
      expect(f(1, 2n)).toBe(2n);
      expect(() => f(1, 2)).toThrow(TypeError);
      expect(() => f(1)).toThrow(TypeError);
      expect(() => f(1n, 2n)).toThrow(TypeError);
      expect(f(1, 2n ** 64n + 5n)).toBe(5n);
    });
  });

  test("functions of JS are called with converted values and may call back; their errors pass through", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const log: unknown[] = [];
      const exports: { f: AnyFunction; g: AnyFunction; two: AnyFunction } = await exportsOf(
        store,
        `(module (import "m" "log" (func $log (param i32 f64 externref) (result i32)))
          (import "m" "two" (func $two (result i32 i64)))
          (func (export "g") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
          (func (export "two") (result i32 i64) (call $two))
          (func (export "f") (param i32 externref) (result i32) (call $log (local.get 0) (f64.const 0.5) (local.get 1))))`,
        {
          m: {
            log: (...args: unknown[]) => {
              log.push(args);
              if (args[0] === 13) throw new Error("thirteen");
              return exports.g(args[0]);
            },
            two: () => [1, 2n],
          },
        } as never,
      );
      const value = { any: "thing" };
      expect(exports.f(21, value)).toBe(42);
      expect(log).toEqual([[21, 0.5, value]]);
      expect(exports.two()).toEqual([1, 2n]);
      expect(() => exports.f(13, undefined)).toThrow("thirteen");
      expect(exports.f(1, null)).toBe(2);
    });
  });

  test("traps are RuntimeErrors with the standard's messages, catchable by nobody inside; an exhausted stack is a RangeError", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, AnyFunction>>(
        store,
        `(module (table 2 funcref) (memory 1) (type $v (func))
          (func $loop (export "recurse") (call $loop) (call $loop))
          (func (export "unreachable") unreachable)
          (func (export "memory") (drop (i32.load (i32.const 65536))))
          (func (export "indirect") (call_indirect (type $v) (i32.const 5)))
          (func (export "null") (call_indirect (type $v) (i32.const 1)))
          (func (export "truncate") (drop (i32.trunc_f32_s (f32.const nan)))))`,
      );
      const messages: Record<string, string> = {
        recurse: "call stack exhausted",
        unreachable: "unreachable",
        memory: "out of bounds memory access",
        indirect: "undefined element",
        null: "uninitialized element",
      };
      for (const [name, message] of Object.entries(messages)) {
        expect(exports[name], name).toThrow(message);
        expect(exports[name], name).toThrow(name === "recurse" ? RangeError : RuntimeError);
      }
      expect(exports["truncate"]).toThrow(RuntimeError);
    });
  });

  test("imports of a wrong kind or type do not link, and missing modules are TypeErrors", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { instantiate } = store.WebAssembly;
      const module = `(module (import "m" "x" (func (param i32))))`;
      await expect(instantiate(module)).rejects.toBeInstanceOf(TypeError);
      await expect(instantiate(module, {})).rejects.toBeInstanceOf(TypeError);
      await expect(instantiate(module, { m: {} })).rejects.toBeInstanceOf(LinkError);
      await expect(instantiate(module, { m: { x: 1 } } as never)).rejects.toBeInstanceOf(LinkError);
      const { f } = await exportsOf<{ f: never }>(store, `(module (func (export "f") (param i64)))`);
      await expect(instantiate(module, { m: { x: f } })).rejects.toBeInstanceOf(LinkError);
      await expect(
        instantiate(`(module (import "m" "x" (global i64)))`, { m: { x: 1 } } as never),
      ).rejects.toBeInstanceOf(LinkError);
      await expect(
        instantiate(`(module (import "m" "x" (memory 2)))`, { m: { x: new store.WebAssembly.Memory({ initial: 1 }) } }),
      ).rejects.toBeInstanceOf(LinkError);
    });
  });

  test("globals, tables and memories are the same items for all instances", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { instantiate, Global, Table } = store.WebAssembly;
      const first = (
        await instantiate(
          `(module (global (export "g") (mut i64) (i64.const 5)) (table (export "t") 2 10 funcref) (memory (export "m") 1)
            (func (export "f") (result i32) (i32.const 7)))`,
        )
      ).instance.exports;
      const second = (
        await instantiate(
          `(module (import "a" "g" (global $g (mut i64))) (import "a" "t" (table $t 2 funcref)) (import "a" "m" (memory 1))
            (import "a" "f" (func $f (result i32)))
            (export "g" (global $g)) (export "t" (table $t)) (export "m" (memory 0)) (export "f" (func $f))
            (type $v (func (result i32)))
            (func (export "add") (global.set $g (i64.add (global.get $g) (i64.const 1))) (i32.store (i32.const 8) (i32.const 9)))
            (func (export "call") (param i32) (result i32) (call_indirect $t (type $v) (local.get 0))))`,
          { a: first as never },
        )
      ).instance.exports;
      for (const name of ["g", "t", "m", "f"]) expect(second[name], name).toBe(first[name]);
      second["add"]();
      expect(first["g"].value).toBe(6n);
      expect(new Int32Array(first["m"].buffer)[2]).toBe(9);
      first["g"].value = 10n;
      second["add"]();
      expect(second["g"].value).toBe(11n);
      const table = first["t"];
      expect(table.get(0)).toBeNull();
      table.set(0, first["f"]);
      expect(second["call"](0)).toBe(7);
      expect(table.get(0)).toBe(first["f"]);
      expect(table.grow(3)).toBe(2);
      expect(table.length).toBe(5);
      expect(() => table.grow(100)).toThrow(RangeError);
      expect(() => table.get(5)).toThrow(RangeError);
      expect(() => table.set(0, () => 1)).toThrow(TypeError);
      expect(new Global({ value: "f32", mutable: true }, 0.1).value).toBe(Math.fround(0.1));
      expect(new Table({ element: "externref", initial: 1 }, "x").get(0)).toBe("x");
      expect(() => {
        new Global({ value: "i32" }, 1).value = 2;
      }).toThrow(TypeError);
    });
  });

  test("a start function runs, and a trapping one rejects", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, { value: unknown }>>(
        store,
        `(module (global $g (export "g") (mut i32) (i32.const 0)) (func $s (global.set $g (i32.const 3))) (start $s))`,
      );
      expect(exports["g"]?.value).toBe(3);
      await expect(store.WebAssembly.instantiate(`(module (func $s unreachable) (start $s))`)).rejects.toBeInstanceOf(
        RuntimeError,
      );
    });
  });
});
