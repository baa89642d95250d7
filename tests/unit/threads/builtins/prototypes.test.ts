import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";
import {
  type Callable,
  ConfigurationFault,
  configurePrototypes,
} from "../../../../threads/builtins/configure-prototypes.ts";

import { withStore } from "../../support/programs.ts";

type Exports = Readonly<Record<string, (...values: unknown[]) => unknown>>;

async function load(store: Store, source: string, imports: WebAssembly.Imports = {}): Promise<Exports> {
  const { instance } = await store.WebAssembly.instantiate(source, imports, { builtins: ["js-prototypes"] });
  return instance.exports as Exports;
}

/** A module that makes an object whose descriptor has one field of this type. */
const maker = (field: string): string => `(module
  (rec
    (type $object (descriptor $object.desc) (struct))
    (type $object.desc (describes $object) (struct ${field})))
  (func (export "make") (param externref) (result (ref $object))
    (struct.new_desc $object (struct.new $object.desc (local.get 0)))))`;

const noObjects = [null, undefined, "", "text", true, 1, -0, 10n, Number.NaN, Symbol.iterator];

describe("the prototype of a heap object", () => {
  test("is the object in the first field of its descriptor", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make } = await load(store, maker("(field externref)"));
      const heapObject = make!(null);
      for (const prototype of [{}, new Proxy({}, {}), () => 1, heapObject]) {
        expect(Object.getPrototypeOf(make!(prototype))).toBe(prototype);
      }
      for (const value of noObjects) expect(Object.getPrototypeOf(make!(value))).toBeNull();
    });
  });

  test("is null where that field is mutable, not the first one, or no extern", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make } = await load(store, maker("(field (mut externref))"));
      expect(Object.getPrototypeOf(make!({}))).toBeNull();
      const second = await load(
        store,
        `(module
          (rec (type $o (descriptor $d) (struct)) (type $d (describes $o) (struct (field i32) (field externref))))
          (rec (type $p (descriptor $e) (struct)) (type $e (describes $p) (struct (field anyref))))
          (rec (type $q (descriptor $f) (struct)) (type $f (describes $q) (struct)))
          (func (export "second") (param externref) (result anyref)
            (struct.new_desc $o (struct.new $d (i32.const 0) (local.get 0))))
          (func (export "any") (param anyref) (result anyref) (struct.new_desc $p (struct.new $e (local.get 0))))
          (func (export "none") (result anyref) (struct.new_desc $q (struct.new $f))))`,
      );
      expect(Object.getPrototypeOf(second["second"]!({}))).toBeNull();
      expect(Object.getPrototypeOf(second["any"]!({}))).toBeNull();
      expect(Object.getPrototypeOf(second["none"]!())).toBeNull();
    });
  });

  test("of a descriptor comes from the descriptor's own descriptor, not from its fields", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make } = await load(
        store,
        `(module
          (rec
            (type $object (descriptor $desc) (struct))
            (type $desc (describes $object) (descriptor $meta) (struct (field externref)))
            (type $meta (describes $desc) (struct (field externref))))
          (func (export "make") (param externref externref) (result (ref $desc) (ref $object)) (local $desc (ref null (exact $desc)))
            (local.set $desc (struct.new_desc $desc (local.get 0) (struct.new $meta (local.get 1))))
            (ref.as_non_null (local.get $desc)) (struct.new_desc $object (local.get $desc))))`,
      );
      const [first, second] = [{}, {}];
      const [descriptor, object] = make!(first, second) as [object, object];
      expect(Object.getPrototypeOf(descriptor)).toBe(second);
      expect(Object.getPrototypeOf(object)).toBe(first);
    });
  });

  test("does not open the object: it stays without properties of its own", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { make } = await load(store, maker("(field (ref null extern))"));
      const object = make!({ method: () => 5 }) as { method(): number };
      expect(object.method()).toBe(5);
      expect(Reflect.ownKeys(object)).toEqual([]);
      expect(Object.isExtensible(object)).toBe(false);
      expect(Reflect.setPrototypeOf(object, {})).toBe(false);
      expect(() => Object.defineProperty(object, "x", { value: 1 })).toThrow(TypeError);
    });
  });

  test("gives it methods that call into the module: the overview's counter", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const prototype: Record<string, unknown> = {};
      const exports = await load(
        store,
        `(module
          (rec
            (type $counter (descriptor $counter.vtable) (struct (field $val (mut i32))))
            (type $counter.vtable (describes $counter) (struct (field $proto (ref extern)) (field $get (ref $get_t))))
            (type $get_t (func (param (ref null $counter)) (result i32))))
          (import "env" "counter.proto" (global $counter.proto (ref extern)))
          (elem declare func $counter.get)
          (global $counter.vtable (ref (exact $counter.vtable))
            (struct.new $counter.vtable (global.get $counter.proto) (ref.func $counter.get)))
          (global $counter (export "counter") (ref $counter) (struct.new_default_desc $counter (global.get $counter.vtable)))
          (func $counter.get (export "counter.get") (type $get_t) (struct.get $counter $val (local.get 0)))
          (func (export "counter.inc") (param (ref null $counter))
            (struct.set $counter $val (local.get 0) (i32.add (struct.get $counter $val (local.get 0)) (i32.const 1)))))`,
        { env: { "counter.proto": prototype as never } },
      );
      prototype["get"] = function (this: unknown) {
        return exports["counter.get"]!(this);
      };
      prototype["inc"] = function (this: unknown) {
        exports["counter.inc"]!(this);
      };
      const counter = (exports["counter"] as unknown as { value: { get(): number; inc(): void } }).value;
      expect(counter.get()).toBe(0);
      counter.inc();
      expect(counter.get()).toBe(1);
    });
  });
});

test("JS cannot pass an object of a subtype where an exact type is declared", async () => {
  await withStore({ threads: 0 }, async (store) => {
    const exports = await load(
      store,
      `(module
        (type $super (sub (struct)))
        (type $sub (sub $super (struct)))
        (func (export "super") (result (ref $super)) (struct.new $super))
        (func (export "sub") (result (ref $super)) (struct.new $sub))
        (func (export "exact") (param (ref (exact $super))))
        (func (export "inexact") (param (ref $super))))`,
    );
    const [above, below] = [exports["super"]!(), exports["sub"]!()];
    exports["inexact"]!(below);
    exports["exact"]!(above);
    expect(() => exports["exact"]!(below)).toThrow(TypeError);
  });
});

/** Bytes of configuration data; texts become names. */
function bytes(...parts: readonly (number | string)[]): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === "number") return [part & 0x7f];
      const name = encoder.encode(part);
      return [name.length, ...name];
    }),
  );
}

const NO_PARENT = -1;

describe("configuring prototypes", () => {
  const configure = (
    prototypes: readonly unknown[],
    functions: readonly (Callable | null)[],
    data: Uint8Array,
    constructors: unknown = null,
  ): void => configurePrototypes({ prototypes, functions, data, constructors });

  test("installs methods, getters and setters that hand their receiver over", () => {
    const prototype = {};
    const functions = [
      (self: unknown, a: unknown) => [self, a],
      (self: unknown) => self,
      (self: unknown, value: unknown) => void Object.assign(self as object, { seen: value }),
    ];
    configure([prototype], functions, bytes(1, 0, 3, 0, "method", 1, "x", 2, "x", NO_PARENT));
    const object = Object.create(prototype) as { method(a: number): unknown; x: unknown; seen: unknown };
    expect(object.method(7)).toEqual([object, 7]);
    expect(object.x).toBe(object);
    object.x = 9;
    expect(object.seen).toBe(9);
    const { method, x } = Object.getOwnPropertyDescriptors(prototype) as Record<string, PropertyDescriptor>;
    expect(method).toMatchObject({ writable: true, enumerable: false, configurable: true });
    expect(x).toMatchObject({ enumerable: false, configurable: true });
    expect([method!.value.name, method!.value.length, x!.get!.name, x!.set!.name]).toEqual([
      "method",
      1,
      "get x",
      "set x",
    ]);
    expect(() => new method!.value()).toThrow(TypeError);
  });

  test("makes constructors with static members, with or without new", () => {
    const [prototype, constructors] = [
      {},
      {} as Record<string, Callable & { make: unknown; new (a: unknown): object }>,
    ];
    const made = Object.create(prototype) as object;
    const make = (_: unknown): object => made;
    configure([prototype], [make, make], bytes(1, 1, "Thing", 1, 0, "make", 0, NO_PARENT), constructors);
    const Thing = constructors["Thing"]!;
    expect(new Thing(1)).toBe(made);
    expect(Thing(1)).toBe(made);
    expect(made instanceof Thing).toBe(true);
    expect(Thing.make).toBe(make);
    expect([Thing.name, Thing.length, Thing.prototype]).toEqual(["Thing", 1, prototype]);
    expect((prototype as { constructor: unknown }).constructor).toBe(Thing);
    expect(Object.getOwnPropertyDescriptor(Thing, "prototype")).toMatchObject({
      writable: false,
      enumerable: false,
      configurable: false,
    });
    expect(Object.getOwnPropertyDescriptor(constructors, "Thing")).toMatchObject({
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  test("makes chains of prototypes, the parents first", () => {
    const [a, b, c] = [{}, {}, {}];
    configure([a, b, c, null], [], bytes(4, 0, 0, NO_PARENT, 0, 0, 0, 0, 0, 1, 0, 0, NO_PARENT));
    expect(Object.getPrototypeOf(c)).toBe(b);
    expect(Object.getPrototypeOf(b)).toBe(a);
    expect(() => configure([a], [], bytes(1, 0, 0, 0))).toThrow(
      "prototype 0 cannot be the parent of prototype 0 (at byte 3 of the data)",
    );
    expect(() => configure([undefined, b], [], bytes(2, 0, 0, NO_PARENT, 0, 0, 0))).toThrow(TypeError);
  });

  test("names take any UTF-8", () => {
    const prototype = {};
    configure([prototype], [() => 0], bytes(1, 0, 1, 0, "\u{1F3B6}ꙮ", NO_PARENT));
    expect(Object.keys(Object.getOwnPropertyDescriptors(prototype))).toEqual(["\u{1F3B6}ꙮ"]);
  });

  test.each<[string, readonly unknown[], readonly (Callable | null)[], Uint8Array]>([
    ["no data", [], [], bytes()],
    ["data that ends early", [{}], [], bytes(1, 0, 0)],
    ["data left over", [], [], bytes(0, 0)],
    ["too few prototypes", [], [], bytes(1, 0, 0, NO_PARENT)],
    ["too many prototypes", [{}], [], bytes(0)],
    ["too few functions", [{}], [], bytes(1, 0, 1, 0, "x", NO_PARENT)],
    ["too many functions", [], [() => 0], bytes(0)],
    ["a null function", [{}], [null], bytes(1, 0, 1, 0, "x", NO_PARENT)],
    ["two constructors", [{}], [() => 0, () => 0], bytes(1, 2, "A", 0, "B", 0, 0, NO_PARENT)],
    ["an unknown kind of method", [{}], [() => 0], bytes(1, 0, 1, 3, "x", NO_PARENT)],
    ["a name that is no UTF-8", [{}], [() => 0], Uint8Array.of(1, 0, 1, 0, 2, 0xdf, 0, 0x7f)],
  ])("refuses %s, with the place in the data", (_, prototypes, functions, data) => {
    expect(() => configure(prototypes, functions, data, {})).toThrow(ConfigurationFault);
    expect(() => configure(prototypes, functions, data, {})).toThrow(/at byte \d+ of the data/);
  });

  test("leaves to the objects whether they take a property", () => {
    const data = bytes(1, 0, 1, 0, "x", NO_PARENT);
    for (const no of [null, undefined, 10, "text", Object.preventExtensions({}), Object.freeze({ x: 1 })]) {
      expect(() => configure([no], [() => 0], data)).toThrow(TypeError);
    }
    const rewritable = Object.preventExtensions({ x: 5 as unknown });
    configure([rewritable], [() => 6], data);
    expect((rewritable.x as Callable)()).toBe(6);
    expect(() => configure([{}], [() => 0], bytes(1, 1, "A", 0, 0, NO_PARENT), null)).toThrow(TypeError);
  });
});

describe("configureAll", () => {
  const source = (data: string): string => `(module
    (rec
      (type $counter (descriptor $counter.desc) (struct (field $value (mut i32))))
      (type $counter.desc (describes $counter) (struct (field externref))))
    (type $prototypes (array (mut externref)))
    (type $functions (array (mut funcref)))
    (type $data (array (mut i8)))
    (import "wasm:js-prototypes" "configureAll"
      (func $configureAll (param (ref null $prototypes) (ref null $functions) (ref null $data) externref)))
    (import "env" "prototype" (global $prototype externref))
    (import "env" "constructors" (global $constructors externref))
    (elem $prototypes externref (global.get $prototype))
    (elem $functions funcref (ref.func $new) (ref.func $get) (ref.func $inc))
    (data $data "${data}")
    (global $counter.desc (ref (exact $counter.desc)) (struct.new $counter.desc (global.get $prototype)))
    (func $new (param i32) (result (ref $counter)) (struct.new_desc $counter (local.get 0) (global.get $counter.desc)))
    (func $get (param (ref $counter)) (result i32) (struct.get $counter $value (local.get 0)))
    (func $inc (param (ref $counter))
      (struct.set $counter $value (local.get 0) (i32.add (struct.get $counter $value (local.get 0)) (i32.const 1))))
    (func (export "configure") (param i32)
      (call $configureAll
        (array.new_elem $prototypes $prototypes (i32.const 0) (i32.const 1))
        (array.new_elem $functions $functions (i32.const 0) (i32.const 3))
        (array.new_data $data $data (i32.const 0) (local.get 0))
        (global.get $constructors)))
    (func (export "caught")
      (block $caught (try_table (catch_all $caught)
        (call $configureAll (array.new_fixed $prototypes 0) (array.new_fixed $functions 0) (array.new_fixed $data 0) (ref.null extern)))))
    (func (export "null") (call $configureAll (ref.null none) (ref.null none) (ref.null none) (global.get $constructors))))`;
  const data = String.raw`\01\01\07Counter\00\02\00\03get\00\03inc\7f`;
  interface Counter {
    get(): number;
    inc(): void;
  }

  test("gives the overview's counter a class in JS", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const constructors: Record<string, new (start: number) => Counter> = {};
      const { configure } = await load(store, source(data), imports({}, constructors));
      configure!(23);
      const { Counter } = constructors;
      const counter = new Counter!(3);
      counter.inc();
      expect(counter.get()).toBe(4);
      expect(counter instanceof Counter!).toBe(true);
      expect(() => Reflect.apply(counter.get, {}, [])).toThrow(TypeError);
    });
  });

  test("traps where the data is wrong or an array is null, and leaves the TypeErrors of objects alone", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const exports = await load(store, source(data), imports({}, {}));
      const { RuntimeError } = store.WebAssembly;
      expect(() => exports["configure"]!(22)).toThrow(RuntimeError);
      expect(() => exports["configure"]!(22)).toThrow("unexpected end of section or function (at byte 22 of the data)");
      expect(() => exports["null"]!()).toThrow("null array reference");
      expect(() => exports["caught"]!()).toThrow("unexpected end of section or function (at byte 0 of the data)");
      const refused = await load(store, source(data), imports(Object.freeze({}), {}));
      expect(() => refused["configure"]!(23)).toThrow(TypeError);
    });
  });

  const imports = (prototype: object, constructors: object): WebAssembly.Imports => ({
    env: { prototype: prototype as never, constructors: constructors as never },
  });
});

test("the documentation's example prints what it says", async () => {
  const page = readFileSync(new URL("../../../../docs/custom-descriptors.md", import.meta.url), "utf8");
  const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";
  const script = block("js");
  const printed: string[] = [];
  const log = (...values: unknown[]): number => printed.push(values.join(" "));
  const run = new Function("createStore", "source", "console", `return (async () => {${script}})()`);
  await run(createStore, block("wat"), { log });
  expect(printed).toEqual([...script.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line));
  expect(printed).toEqual(["42 true true"]);
});
