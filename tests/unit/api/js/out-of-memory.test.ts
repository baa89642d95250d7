import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStore, RuntimeError, type Store, type TagObject } from "../../../../api/heddle.ts";

const source = `(module
  (type $node (shared (struct (field $next (ref null $node)) (field i64))))
  (type $f (shared (func (result i32))))
  (global $kept (shared mut (ref null $node)) (ref.null $node))
  (func (export "fill") (type $f) (result i32)
    (loop $again
      (global.set $kept (struct.new $node (global.get $kept) (i64.const 0)))
      (br $again))
    (unreachable))
  (func (export "drop") (global.set $kept (ref.null $node)))
  (func (export "kept") (result i32)
    (local $node (ref null $node)) (local $count i32)
    (local.set $node (global.get $kept))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $node)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $node (struct.get $node $next (local.get $node)))
        (br $next)))
    (local.get $count))
  (tag $t (export "tag") (param i32 i64))
  (func (export "throw") (throw $t (i32.const 1) (i64.const 2)))
  (func (export "any") (param anyref) (result anyref) (local.get 0))
  (func (export "internal") (param externref) (result externref) (extern.convert_any (any.convert_extern (local.get 0))))
  (func (export "same") (param (ref null (shared extern))) (result (ref null (shared extern))) (local.get 0))
  (func (export "queue") (result (ref (shared waitqueue))) (waitqueue.new))
  (table (export "table") 1 10000 anyref)
  (global (export "global") (mut anyref) (ref.null any)))`;

interface Exports {
  readonly fill: () => number;
  drop(): void;
  kept(): number;
  readonly tag: TagObject;
  throw(): void;
  any(value: unknown): unknown;
  internal(value: unknown): unknown;
  same(value: unknown): unknown;
  queue(): unknown;
  readonly table: WebAssembly.Table;
  readonly global: WebAssembly.Global;
}

const outOfMemory = { name: "RuntimeError", message: "out of memory", code: "out-of-memory" };
const text = "a string of the program's";

/** What makes objects in the heap behind an interface of JavaScript. */
const requests: Readonly<Record<string, (store: Store, program: Exports) => unknown>> = {
  "an argument that is a value of JavaScript": (_, { any }) => any({}),
  "a value of JavaScript that becomes internal": (_, { internal }) => internal({}),
  "a string that becomes a shared extern": (_, { same }) => same(text),
  "a long string that becomes a shared extern": (_, { same }) => same(text.repeat(10_000)),
  "a number that becomes a shared extern": (_, { same }) => same(0.5),
  "a table's element": (_, { table }) => table.set(0, {}),
  "a table's new elements": (_, { table }) => table.grow(1, {}),
  "a new table's elements": ({ WebAssembly: w }) =>
    new w.Table({ element: "anyref" as WebAssembly.TableKind, initial: 1 }, {}),
  "a global's value": (_, { global }) => {
    global.value = {};
  },
  "a new global's value": ({ WebAssembly: w }) => new w.Global({ value: "anyref" as WebAssembly.ValueType }, {}),
  "a new shared global's value": ({ WebAssembly: w }) => {
    return new w.Global({ value: "externref", shared: true } as WebAssembly.GlobalDescriptor, text);
  },
  "an exception of JavaScript's": ({ WebAssembly: w }, { tag }) => new w.Exception(tag, [1, 2n]),
  "thread-bound data": ({ WebAssembly: w }) => new w.ThreadBoundData({}),
  "a wait queue": ({ WebAssembly: w }) => new w.WaitQueue(),
};

describe("in a full heap", () => {
  let store: Store;
  let program: Exports;
  beforeEach(async () => {
    store = await createStore({ threads: 1, heap: { maximum: 4 << 20 } });
    const { instance } = await store.WebAssembly.instantiate(source);
    program = instance.exports as unknown as Exports;
  });
  afterEach(() => store.close());

  test.each(Object.entries(requests))(
    "%s is refused by a RuntimeError, and by nothing when there is room again",
    (_, request) => {
      expect(program.fill).toThrow(expect.objectContaining(outOfMemory));
      const kept = program.kept();
      for (let round = 0; round < 3; round++) {
        expect(() => request(store, program)).toThrow(RuntimeError);
        expect(() => request(store, program)).toThrow(expect.objectContaining(outOfMemory));
      }
      expect(program.kept()).toBe(kept);
      expect(store.heap.verify()).toBe(0);
      program.drop();
      request(store, program);
      expect(store.heap.verify()).toBe(0);
    },
  );

  test("what needs no object goes on", async () => {
    const held = program.queue();
    program.table.set(0, "kept");
    expect(program.fill).toThrow(RuntimeError);
    expect(program.same(held)).toBe(held);
    expect([program.any(7), program.any(null), program.same(7)]).toEqual([7, null, 7]);
    expect(program.table.get(0)).toBe("kept");
    await expect(store.spawn(program.fill)).rejects.toMatchObject(outOfMemory);
    // The heap has no room for the program's exception.
    expect(() => program.throw()).toThrow(RuntimeError);
    expect(() => program.queue()).toThrow(RuntimeError);
    expect(store.heap.types()[0]).toMatchObject({ name: "node" });
    expect(store.heap.snapshot().length).toBeGreaterThan(0);
  });
});

test("permanent data that finds no room leaves collected objects theirs", async () => {
  const store = await createStore({ threads: 0, heap: { maximum: 4 << 20 } });
  const { WebAssembly: w } = store;
  const module = await w.compile(source);
  const { exports } = new w.Instance(module);
  const { fill, kept, drop } = exports as unknown as Exports;
  const exhaust = (request: () => unknown): void => {
    for (let i = 0; i < 100_000; i++) request();
  };
  for (const initial of [100_000, 1000, 1]) {
    expect(() => exhaust(() => new w.Table({ element: "anyref" as WebAssembly.TableKind, initial }))).toThrow(
      RangeError,
    );
  }
  expect(() => exhaust(() => new w.Global({ value: "anyref" as WebAssembly.ValueType }, null))).toThrow(RangeError);
  expect(() => exhaust(() => new w.Instance(module))).toThrow(RangeError);
  for (let round = 0; round < 2; round++) {
    expect(fill).toThrow(expect.objectContaining(outOfMemory));
    // 16 bytes each: 4 MB but for what cannot be filled.
    expect(kept()).toBeGreaterThan(0.9 * (4 << 16));
    drop();
  }
  expect(store.heap.verify()).toBe(0);
  await store.close();
});
