import { describe, expect, test } from "vitest";
import { createStore, type InstanceObject } from "../../../../api/heddle.ts";

const { WebAssembly: namespace } = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });

/** Passes a value of each type in and out, and to a function of JS and back. */
async function through(
  type: string,
): Promise<{ same(value: unknown): unknown; viaJs(value: unknown): unknown; readonly seen: unknown[] }> {
  const seen: unknown[] = [];
  const { instance } = await namespace.instantiate(
    `(module
      (type $struct (struct))
      (type $function (func (result i32)))
      (import "js" "f" (func $f (param ${type}) (result ${type})))
      (func (export "same") (param ${type}) (result ${type}) (local.get 0))
      (func (export "viaJs") (param ${type}) (result ${type}) (call $f (local.get 0))))`,
    { js: { f: (value: unknown) => seen.push(value) && value } } as never,
  );
  return { ...(instance.exports as { same(value: unknown): unknown; viaJs(value: unknown): unknown }), seen };
}

const object = { valueOf: () => 7 };
const values = { symbol: Symbol.iterator, big: 5n, text: "x", object, none: undefined, nil: null, truth: true };

/** For each type: what comes out of what goes in; `TypeError` for what is refused. */
const cases: Readonly<Record<string, readonly (readonly [unknown, unknown])[]>> = {
  i32: [
    [1.9, 1],
    [-1.9, -1],
    [2 ** 31, -(2 ** 31)],
    [2 ** 32 + 5, 5],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    ["0x10", 16],
    ["x", 0],
    [values.object, 7],
    [values.nil, 0],
    [values.none, 0],
    [values.truth, 1],
    [values.big, TypeError],
    [values.symbol, TypeError],
  ],
  i64: [
    [5n, 5n],
    [2n ** 63n, -(2n ** 63n)],
    [2n ** 64n + 1n, 1n],
    ["12", 12n],
    [values.truth, 1n],
    ["x", SyntaxError],
    [5, TypeError],
    [values.nil, TypeError],
    [values.none, TypeError],
    [values.object, TypeError],
    [values.symbol, TypeError],
  ],
  f32: [
    [0.1, Math.fround(0.1)],
    [-0, -0],
    [1e40, Number.POSITIVE_INFINITY],
    [values.none, Number.NaN],
    [values.nil, 0],
    [values.object, 7],
    [values.big, TypeError],
    [values.symbol, TypeError],
  ],
  f64: [
    [0.1, 0.1],
    [-0, -0],
    ["1e3", 1000],
    [values.none, Number.NaN],
    [values.big, TypeError],
    [values.symbol, TypeError],
  ],
  externref: Object.values(values).map((value) => [value, value] as const),
  "(ref extern)": [
    [values.none, undefined],
    [values.object, values.object],
    [values.nil, TypeError],
  ],
  nullexternref: [
    [values.nil, null],
    [values.none, TypeError],
    [values.object, TypeError],
  ],
  anyref: [...Object.values(values), 0, -0, 1.5, 2 ** 29, 2 ** 30 - 1, -(2 ** 30), 2 ** 30, Number.NaN].map(
    (value) => [value, value] as const,
  ),
  "(ref any)": [
    [values.text, values.text],
    [values.nil, TypeError],
  ],
  eqref: [
    [5, 5],
    [values.nil, null],
    [2 ** 30, TypeError],
    [values.object, TypeError],
    [values.none, TypeError],
  ],
  i31ref: [
    [2 ** 30 - 1, 2 ** 30 - 1],
    [-(2 ** 30), -(2 ** 30)],
    [values.nil, null],
    [2 ** 30, TypeError],
    [-0, TypeError],
    [0.5, TypeError],
    [5n, TypeError],
    ["5", TypeError],
  ],
  structref: [
    [values.nil, null],
    [5, TypeError],
    [values.object, TypeError],
  ],
  arrayref: [
    [values.nil, null],
    [[1], TypeError],
  ],
  "(ref null $struct)": [
    [values.nil, null],
    [values.object, TypeError],
    [3, TypeError],
  ],
  "(ref $struct)": [[values.nil, TypeError]],
  nullref: [
    [values.nil, null],
    [0, TypeError],
  ],
  funcref: [
    [values.nil, null],
    [() => 1, TypeError],
    [values.none, TypeError],
    [values.object, TypeError],
  ],
  "(ref func)": [[values.nil, TypeError]],
  "(ref null $function)": [
    [values.nil, null],
    [() => 1, TypeError],
  ],
  nullfuncref: [
    [values.nil, null],
    [values.none, TypeError],
  ],
};

describe.each(Object.entries(cases))("%s", (type, pairs) => {
  test.each(pairs)("%s is %s for lowered code", async (value, expected) => {
    const { same, viaJs, seen } = await through(type);
    if (typeof expected === "function" && expected !== value) {
      expect(() => same(value)).toThrow(expected as never);
      expect(seen).toEqual([]);
      return;
    }
    expect(same(value)).toBe(expected);
    expect(viaJs(value)).toBe(expected);
    expect(seen).toEqual([expected]);
  });
});

describe.each(["v128", "exnref", "nullexnref"])("%s", (type) => {
  test("is opaque: functions that have it are TypeErrors to call, and nothing is converted before", async () => {
    const touched: unknown[] = [];
    const spy = { valueOf: () => touched.push("converted") };
    const { instance } = await namespace.instantiate(
      `(module (func (export "in") (param i32 ${type})) (func (export "out") (param i32) (result ${type}) (unreachable)))`,
    );
    expect(() => instance.exports["in"](spy, null)).toThrow(TypeError);
    expect(() => instance.exports["out"](spy)).toThrow(TypeError);
    expect(touched).toEqual([]);
  });

  test("is a TypeError for lowered code that calls a function of JS with it, which it may catch", async () => {
    let called = 0;
    const { instance } = await namespace.instantiate(
      `(module
        (import "js" "in" (func $in (param i32 ${type})))
        (import "js" "out" (func $out (result ${type} i32)))
        (import "js" "tag" (tag $js (param externref)))
        (func (export "in") (param i32) (result i32)
          (block $caught (try_table (catch_all $caught) (call $in (local.get 0) (${type === "v128" ? "v128.const i64x2 1 2" : "ref.null noexn"})) (return (i32.const 1))))
          (i32.const 2))
        (func (export "out") (result externref)
          (block $caught (result externref) (try_table (catch $js $caught) (call $out) (drop) (drop)) (ref.null extern))))`,
      { js: { in: () => called++, out: () => called++, tag: namespace.JSTag } } as never,
    );
    expect(instance.exports["in"](0)).toBe(2);
    expect(instance.exports["out"]()).toBeInstanceOf(TypeError);
    expect(called).toBe(0);
  });
});

describe("functions and objects", () => {
  const source = `(module
    (type $struct (struct (field i32)))
    (type $function (func (result i32)))
    (func $one (export "one") (type $function) (i32.const 1))
    (func (export "wide") (result i64) (i64.const 1))
    (func (export "function") (param (ref null $function)) (result funcref) (local.get 0))
    (func (export "make") (result (ref $struct)) (struct.new $struct (i32.const 1)))
    (func (export "array") (result arrayref) (array.new_fixed $array 0))
    (type $array (array i8))
    (func (export "struct") (param (ref null $struct)) (result anyref) (local.get 0))
    (func (export "extern") (param externref) (result anyref) (any.convert_extern (local.get 0)))
    (func (export "two") (param i32) (result i32 externref) (local.get 0) (extern.convert_any (ref.i31 (local.get 0)))))`;
  const load = async (): Promise<InstanceObject["exports"]> => (await namespace.instantiate(source)).instance.exports;

  test("keep their identity across round trips", async () => {
    const exports = await load();
    expect(exports["function"](exports["one"])).toBe(exports["one"]);
    const made = exports["make"]();
    expect(exports["struct"](made)).toBe(made);
    expect(exports["extern"](made)).toBe(made);
    expect(exports["make"]()).not.toBe(made);
  });

  test("are refused where they have another type, or come from another store", async () => {
    const exports = await load();
    expect(() => exports["function"](exports["wide"])).toThrow(TypeError);
    expect(() => exports["struct"](exports["array"]())).toThrow(TypeError);
    const other = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    const foreign = (await other.WebAssembly.instantiate(source)).instance.exports;
    expect(() => exports["function"](foreign["one"])).toThrow(TypeError);
    expect(() => exports["struct"](foreign["make"]())).toThrow(TypeError);
    await other.close();
  });

  test("of several results are arrays, and a function of JS may return anything iterable for them", async () => {
    const { two } = (await load()) as { two(value: number): unknown };
    expect(two(5)).toEqual([5, 5]);
    const call = async (result: unknown): Promise<unknown> => {
      const { instance } = await namespace.instantiate(
        `(module (import "js" "f" (func $f (result i32 i64))) (func (export "f") (result i32 i64) (call $f)))`,
        { js: { f: () => result } } as never,
      );
      return instance.exports["f"]();
    };
    expect(await call(new Set([1, 2n]))).toEqual([1, 2n]);
    for (const wrong of [undefined, 5, [1], [1, 2n, 3], [1, 2]]) await expect(call(wrong)).rejects.toThrow(TypeError);
  });

  test("are opaque: frozen, without properties and without a prototype", async () => {
    const made = (await load())["make"]() as Record<string, unknown>;
    expect(Object.getPrototypeOf(made)).toBeNull();
    expect(Reflect.ownKeys(made)).toEqual([]);
    expect(Object.isExtensible(made)).toBe(false);
    expect(() => Reflect.set(made, "x", 1)).toThrow(TypeError);
    expect(() => {
      made["x"] = 1;
    }).toThrow(TypeError);
    expect(() => Object.defineProperty(made, "x", { value: 1 })).toThrow(TypeError);
    expect(made["x"]).toBeUndefined();
    expect(typeof made).toBe("object");
  });
});
