import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import type { Store } from "../../../../api/heddle.ts";
import { FUNCTION_COUNT, PERMANENT_BLOCKS } from "../../../../gc/layout/control-words.ts";
import { collectJs } from "../../support/host-collection.ts";
import { withStore } from "../../support/programs.ts";

type Exports = Record<string, (...args: unknown[]) => unknown>;
interface Library {
  readonly g: { value: unknown };
  readonly t: { get(index: number): unknown };
  set(value: number): void;
  get(): number;
}

/** Twice: what a host finds in a circle with weak references, it may let go of in the second turn only. */
async function collect(): Promise<void> {
  await collectJs();
  await collectJs();
}

/** What instantiations take of a store. */
function taken(store: Store): { indices: number; permanent: number; instances: number } {
  const { agent } = internalsOf(store);
  const { heap } = agent;
  return {
    indices: heap.plan(FUNCTION_COUNT),
    permanent: heap.plan(PERMANENT_BLOCKS),
    instances: agent.statistics().instances,
  };
}

/** Instantiates many times, and expects that this takes nothing any more after the first hundreds. */
async function expectSteady(
  store: Store,
  text: string,
  imports: (exports: () => Exports) => WebAssembly.Imports,
): Promise<void> {
  const module = new store.WebAssembly.Module(text);
  const round = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      let exports: Exports | undefined;
      const instance = new store.WebAssembly.Instance(
        module,
        imports(() => exports!),
      );
      exports = instance.exports as unknown as Exports;
      expect(exports["f"]!(i)).toBe(i + 1);
      if (i % 100 === 99) await collect();
    }
    await collect();
  };
  await round(300);
  const before = taken(store);
  await round(1200);
  const after = taken(store);
  expect(after.indices - before.indices).toBeLessThan(300);
  expect(after.permanent - before.permanent).toBeLessThan(5);
  expect(after.instances - before.instances).toBeLessThan(300);
}

describe("thousands of instances of one module leave a store as it is", () => {
  const none = (): WebAssembly.Imports => ({});

  test("of numbers alone", async () => {
    await withStore({ threads: 0 }, (store) =>
      expectSteady(
        store,
        '(module (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))',
        none,
      ),
    );
  });

  test("with globals, tables, memories and tags", async () => {
    const text = `(module
      (type $s (struct (field i32)))
      (table (export "t") 10 20 anyref)
      (memory (export "m") 1)
      (tag (export "e") (param i32))
      (global $g (export "g") (mut (ref null $s)) (struct.new $s (i32.const 1)))
      (func (export "f") (param i32) (result i32)
        (table.set 0 (i32.const 3) (global.get $g))
        (global.set $g (struct.new $s (local.get 0)))
        (drop (table.grow 0 (ref.null any) (i32.const 5)))
        (i32.add (struct.get $s 0 (ref.cast (ref $s) (table.get 0 (i32.const 3)))) (struct.get $s 0 (global.get $g)))))`;
    await withStore({ threads: 0 }, (store) => expectSteady(store, text, none));
  });

  test("that functions of JS lead back to", async () => {
    const text = `(module (import "js" "call" (func $call (param i32) (result i32)))
      (func (export "add") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "f") (param i32) (result i32) (call $call (local.get 0))))`;
    await withStore({ threads: 0 }, (store) =>
      expectSteady(store, text, (exports) => ({ js: { call: (value: number) => exports()["add"]!(value) as number } })),
    );
  });
});

const library = `(module
  (type $s (struct (field i32)))
  (global $g (export "g") (mut (ref null $s)) (ref.null $s))
  (table (export "t") 1 anyref)
  (func (export "set") (param i32) (global.set $g (struct.new $s (local.get 0))) (table.set (i32.const 0) (global.get $g)))
  (func (export "get") (result i32) (struct.get $s 0 (global.get $g))))`;

/** Makes and drops instances of a module, so that a place that was given back is in use again. */
async function reuse(store: Store, module: object): Promise<void> {
  await collect();
  for (let i = 0; i < 50; i++) {
    const { exports } = new store.WebAssembly.Instance(module as never);
    (exports as unknown as Exports)["set"]!(1000 + i);
    if (i % 25 === 24) await collect();
  }
}

describe("an instance stays as it is", () => {
  const holders: Record<string, (exports: Library, store: Store) => () => unknown> = {
    "while JS has one of its functions":
      ({ get }) =>
      () =>
        get!(),
    "while JS has a global of it": ({ g }, store) => {
      const reader = new store.WebAssembly.Instance(
        new store.WebAssembly.Module(`(module (type $s (struct (field i32)))
          (func (export "read") (param (ref null $s)) (result i32) (struct.get $s 0 (local.get 0))))`),
      ).exports as unknown as Exports;
      return () => reader["read"]!(g.value);
    },
    "while JS has a table of it": ({ t }, store) => {
      const reader = new store.WebAssembly.Instance(
        new store.WebAssembly.Module(`(module (type $s (struct (field i32)))
          (func (export "read") (param anyref) (result i32) (struct.get $s 0 (ref.cast (ref $s) (local.get 0)))))`),
      ).exports as unknown as Exports;
      return () => reader["read"]!(t.get(0));
    },
    "while an instance that imports its function is in use": ({ get }, store) => {
      const text = '(module (import "a" "get" (func $get (result i32))) (func (export "f") (result i32) (call $get)))';
      const { f } = new store.WebAssembly.Instance(new store.WebAssembly.Module(text), { a: { get: get as never } })
        .exports as unknown as Exports;
      return () => f!();
    },
    "while an instance that imports its table is in use": ({ t }, store) => {
      const text = `(module (type $s (struct (field i32))) (import "a" "t" (table 1 anyref))
        (func (export "f") (result i32) (struct.get $s 0 (ref.cast (ref $s) (table.get (i32.const 0))))))`;
      const { f } = new store.WebAssembly.Instance(new store.WebAssembly.Module(text), { a: { t: t as never } })
        .exports as unknown as Exports;
      return () => f!();
    },
    "while a table refers to its function": ({ get }, store) => {
      const { Table, Module, Instance } = store.WebAssembly;
      const table = new Table({ element: "anyfunc", initial: 1 });
      table.set(0, get as never);
      const text =
        '(module (import "a" "t" (table 1 funcref)) (func (export "f") (result i32) (call_indirect (result i32) (i32.const 0))))';
      const { f } = new Instance(new Module(text), { a: { t: table } }).exports as unknown as Exports;
      return () => f!();
    },
    "while a module that imported its function refers to it": ({ get }, store) => {
      const text = `(module (import "a" "get" (func $get (result i32))) (elem declare func $get)
        (global $g funcref (ref.func $get)) (func (export "take") (result funcref) (global.get $g)))`;
      const { take } = new store.WebAssembly.Instance(new store.WebAssembly.Module(text), { a: { get: get as never } })
        .exports as unknown as Exports;
      return () => (take!() as () => unknown)();
    },
  };

  test.each(Object.entries(holders))("%s", async (_what, hold) => {
    await withStore({ threads: 0 }, async (store) => {
      const module = new store.WebAssembly.Module(library);
      const held = (() => {
        const exports = new store.WebAssembly.Instance(module).exports as unknown as Library;
        exports.set(7);
        return hold(exports, store);
      })();
      await reuse(store, module);
      expect(held()).toBe(7);
      await reuse(store, module);
      expect(held()).toBe(7);
      store.collect();
      expect(store.heap.verify()).toBe(0);
    });
  });

  test("and its functions are the same objects, whoever exports them", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const { Module, Instance, Table } = store.WebAssembly;
      const { get } = new Instance(new Module(library)).exports as unknown as Library;
      const again = new Module('(module (import "a" "get" (func $get (result i32))) (export "get" (func $get)))');
      expect((new Instance(again, { a: { get: get as never } }).exports as unknown as Exports)["get"]).toBe(get);
      const table = new Table({ element: "anyfunc", initial: 1 });
      table.set(0, get as never);
      await collect();
      expect(table.get(0)).toBe(get);
      expect(table.get(0)).toBe(get);
      expect((new Instance(again, { a: { get: get as never } }).exports as unknown as Exports)["get"]).toBe(get);
    });
  });
});

test("what an instance's globals and tables kept is garbage once the instance is gone", async () => {
  await withStore({ threads: 0 }, async (store) => {
    const module =
      new store.WebAssembly.Module(`(module (type $a (array i8)) (global (mut (ref $a)) (array.new_default $a (i32.const 1000000)))
      (table 1 anyref) (func (export "f") (table.set (i32.const 0) (array.new_default $a (i32.const 1000000)))))`);
    for (let i = 0; i < 100; i++) {
      (new store.WebAssembly.Instance(module).exports as unknown as Exports)["f"]!();
      if (i % 10 === 9) await collect();
    }
    store.collect();
    expect(store.statistics().heap.liveBytes).toBeLessThan(25_000_000);
  });
});

test("an instantiation that traps takes nothing", async () => {
  await withStore({ threads: 0 }, async (store) => {
    const module = new store.WebAssembly.Module("(module (table 5 anyref) (func) (start $s) (func $s (unreachable)))");
    const round = async (): Promise<void> => {
      for (let i = 0; i < 400; i++) {
        expect(() => new store.WebAssembly.Instance(module)).toThrow(store.WebAssembly.RuntimeError);
        if (i % 100 === 99) await collect();
      }
    };
    await round();
    const before = taken(store);
    await round();
    expect(taken(store).indices - before.indices).toBeLessThan(200);
  });
});
