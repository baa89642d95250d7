import { describe, expect, test } from "vitest";
import { exportsOf, withStore } from "../../../support/programs.ts";

type AnyFunction = (...args: never[]) => unknown;

describe("references between JS and wasm", () => {
  test("anyref takes i31 numbers, objects of the store and any JS value, and gives them back", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { id, isI31, isNull } = await exportsOf<Record<string, (value: unknown) => unknown>>(
        store,
        `(module (func (export "id") (param anyref) (result anyref) (local.get 0))
          (func (export "isI31") (param anyref) (result i32) (ref.test (ref i31) (local.get 0)))
          (func (export "isNull") (param anyref) (result i32) (ref.is_null (local.get 0))))`,
      );
      const object = { an: "object" };
      for (const value of [
        null,
        0,
        -1,
        2 ** 30 - 1,
        -(2 ** 30),
        2 ** 30,
        0.5,
        Number.NaN,
        "text",
        object,
        Symbol.iterator,
        undefined,
        5n,
        true,
      ]) {
        expect(id!(value)).toBe(value);
      }
      expect(isI31!(5)).toBe(1);
      expect(isI31!(2 ** 30)).toBe(0);
      expect(isNull!(null)).toBe(1);
      expect(isNull!(undefined)).toBe(0);
    });
  });

  test("any.convert_extern and extern.convert_any keep every value", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { round, isEq } = await exportsOf<Record<string, (value: unknown) => unknown>>(
        store,
        `(module (func (export "round") (param externref) (result externref) (extern.convert_any (any.convert_extern (local.get 0))))
          (func (export "isEq") (param externref) (result i32) (ref.test (ref eq) (any.convert_extern (local.get 0)))))`,
      );
      const { make } = await exportsOf<{ make(): object }>(
        store,
        `(module (type $s (struct)) (func (export "make") (result (ref $s)) (struct.new $s)))`,
      );
      const struct = make();
      for (const value of [null, 7, -0, 1e10, "text", struct, {}, undefined]) expect(round!(value)).toBe(value);
      expect([struct, 7, "text", 0.5, null].map((value) => isEq!(value))).toEqual([1, 1, 0, 0, 0]);
    });
  });

  test("defined types accept their objects and subtypes' objects only", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, AnyFunction>>(
        store,
        `(module (type $a (sub (struct (field i32)))) (type $b (sub $a (struct (field i32) (field i64)))) (type $list (array (mut i8)))
          (type $shared (shared (struct (field i32))))
          (func (export "a") (result (ref $a)) (struct.new $a (i32.const 1)))
          (func (export "b") (result (ref $a)) (struct.new $b (i32.const 2) (i64.const 3)))
          (func (export "list") (result (ref array)) (array.new_default $list (i32.const 3)))
          (func (export "shared") (result (ref $shared)) (struct.new $shared (i32.const 1)))
          (func (export "takeA") (param (ref $a)) (result i32) (struct.get $a 0 (local.get 0)))
          (func (export "takeB") (param (ref null $b)))
          (func (export "takeStruct") (param structref)) (func (export "takeArray") (param arrayref)) (func (export "takeEq") (param eqref))
          (func (export "takeAny") (param anyref))
          (func (export "takeSharedAny") (param (ref null (shared any)))))`,
      );
      const call = (name: string, value: unknown): unknown => (exports[name] as (value: unknown) => unknown)(value);
      const make = (name: string): unknown => (exports[name] as () => unknown)();
      const [a, b, list, shared] = ["a", "b", "list", "shared"].map(make);
      expect(call("takeA", a)).toBe(1);
      expect(call("takeA", b)).toBe(2);
      call("takeB", b);
      call("takeB", null);
      call("takeStruct", a);
      call("takeArray", list);
      for (const value of [a, list, 5]) call("takeEq", value);
      call("takeSharedAny", shared);
      const refused: [string, unknown][] = [
        ["takeA", null],
        ["takeA", list],
        ["takeA", 5],
        ["takeA", {}],
        ["takeB", a],
        ["takeStruct", list],
        ["takeArray", a],
        ["takeEq", "text"],
        ["takeEq", 0.5],
        ["takeAny", shared],
        ["takeSharedAny", a],
        ["takeSharedAny", "text"],
      ];
      for (const [name, value] of refused)
        expect(() => call(name, value), `${name} ${String(typeof value)}`).toThrow(TypeError);
      expect(() => Object.assign(a as object, { x: 1 })).toThrow(TypeError);
    });
  });

  test("function references keep their identity and their type", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { f, g, id, typed, imported } = await exportsOf<Record<string, (value?: unknown) => unknown>>(
        store,
        `(module (type $v (func (result i32))) (import "m" "js" (func $js (type $v))) (elem declare func $js)
          (func $f (export "f") (type $v) (i32.const 1)) (func (export "g") (param i32))
          (func (export "id") (param funcref) (result funcref) (local.get 0))
          (func (export "typed") (param (ref $v)) (result i32) (call_ref $v (local.get 0)))
          (func (export "imported") (param i32) (result funcref) (ref.func $js)))`,
        { m: { js: () => 99 } },
      );
      expect(id!(f)).toBe(f);
      expect(id!(null)).toBeNull();
      expect(typed!(f)).toBe(1);
      const js = imported!(0) as () => number;
      expect(js()).toBe(99);
      expect(imported!(0)).toBe(js);
      expect(typed!(js)).toBe(99);
      expect(() => typed!(g)).toThrow(TypeError);
      expect(() => id!(() => 1)).toThrow(TypeError);
    });
  });

  test("objects that JS holds survive collections, others do not", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make, read } = await exportsOf<{ make(value: number): object; read(box: object): number }>(
        store,
        `(module (type $box (struct (field i32)))
          (func (export "make") (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
          (func (export "read") (param (ref $box)) (result i32) (struct.get $box 0 (local.get 0))))`,
      );
      const kept = Array.from({ length: 5000 }, (_, i) => make(i));
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 5000; i++) make(-i);
        store.collect();
      }
      expect(kept.every((box, i) => read(box) === i)).toBe(true);
      expect(new Set(kept).size).toBe(5000);
    });
  });

  test("globals hold references of all hierarchies", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, { value: unknown } & (() => unknown)>>(
        store,
        `(module (type $box (struct (field i32))) (type $sbox (shared (struct (field i32))))
          (global $any (export "any") (mut anyref) (struct.new $box (i32.const 1)))
          (global (export "extern") (mut externref) (ref.null extern))
          (global $shared (export "shared") (shared mut (ref null $sbox)) (struct.new $sbox (i32.const 4)))
          (global (export "func") (mut funcref) (ref.func $read))
          (func $read (export "read") (result i32) (struct.get $box 0 (ref.cast (ref $box) (global.get $any))))
          (func (export "readShared") (result i32) (struct.get $sbox 0 (global.get $shared))))`,
      );
      const box = exports["any"]!.value;
      store.collect();
      expect(exports["read"]!()).toBe(1);
      exports["any"]!.value = 7;
      expect(() => exports["read"]!()).toThrow("cast failure");
      exports["any"]!.value = box;
      expect(exports["read"]!()).toBe(1);
      exports["extern"]!.value = "text";
      expect(exports["extern"]!.value).toBe("text");
      expect(exports["readShared"]!()).toBe(4);
      expect(exports["shared"]!.value).toBe(exports["shared"]!.value);
      expect(exports["func"]!.value).toBe(exports["read"]);
      expect(() => {
        exports["shared"]!.value = box;
      }).toThrow(TypeError);
    });
  });
});
