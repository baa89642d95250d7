import { afterAll, beforeAll, expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";

let store: Store;
beforeAll(async () => {
  store = await createStore({ threads: 1 });
});
afterAll(() => store.close());

type Exports = Record<string, (...args: never[]) => unknown>;

async function exportsOf(text: string, imports: WebAssembly.Imports = {}): Promise<Exports> {
  const { instance } = await store.WebAssembly.instantiate(text, imports);
  return instance.exports as Exports;
}

const sum = `(func $sum (export "sum") (param $n i32) (result i64) (local $s i64)
  (loop $next
    (local.set $s (i64.add (local.get $s) (i64.extend_i32_u (local.get $n))))
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $s))`;

test("an exported function of numbers that needs nothing is the host's own", async () => {
  const { sum: exported, divide } = await exportsOf(`(module ${sum}
    (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 6) (local.get 0))))`);
  // What the host exports is native; what takes care of traps is a function of JS.
  expect(Function.prototype.toString.call(exported)).toContain("[native code]");
  expect(Function.prototype.toString.call(divide)).not.toContain("[native code]");
  expect(exported?.(...([100_000] as never[]))).toBe(5_000_050_000n);
});

test("it has the shape of an Exported Function", async () => {
  const { second } = await exportsOf(
    `(module (func) (func (export "second") (param i32 i64) (result f64 i64) (f64.const 1) (local.get 1)))`,
  );
  expect([second?.name, second?.length]).toEqual(["1", 2]);
  expect(Object.getPrototypeOf(second)).toBe(store.WebAssembly.Function.prototype);
  expect(second?.(...([0, 7n] as never[]))).toEqual([1, 7n]);
  expect(() => second?.(...([0, 7] as never[]))).toThrow(TypeError);
});

test("it is one object, however JS comes by it", async () => {
  const seen: unknown[] = [];
  const {
    sum: exported,
    show,
    table,
    again,
  } = await exportsOf(
    `(module (import "js" "see" (func $see (param funcref)))
      ${sum} (export "again" (func $sum))
      (table (export "table") 1 funcref) (elem (i32.const 0) $sum)
      (func (export "show") (call $see (ref.func $sum))))`,
    { js: { see: (value: unknown) => seen.push(value) } },
  );
  show?.();
  expect(seen).toEqual([exported]);
  expect(again).toBe(exported);
  expect((table as unknown as WebAssembly.Table).get(0)).toBe(exported);
});

test("another module imports it with its type", async () => {
  const { sum: exported } = await exportsOf(`(module ${sum})`);
  const imports = { m: { sum: exported } } as unknown as WebAssembly.Imports;
  const { twice } = await exportsOf(
    `(module (import "m" "sum" (func $sum (param i32) (result i64)))
      (func (export "twice") (param i32) (result i64) (i64.mul (i64.const 2) (call $sum (local.get 0)))))`,
    imports,
  );
  expect(twice?.(...([10] as never[]))).toBe(110n);
  await expect(exportsOf('(module (import "m" "sum" (func (param i64))))', imports)).rejects.toThrow(
    store.WebAssembly.LinkError,
  );
});

test("its polls neither wait nor count while another thread wants to collect", async () => {
  const shared = await exportsOf(`(module
    (type $box (shared (struct (field i32))))
    (type $churn (shared (func (param i32))))
    (func $churn (export "churn") (type $churn) (loop $next
      (drop (struct.new $box (i32.const 1)))
      (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`);
  const { sum: exported } = await exportsOf(`(module ${sum})`);
  const churned = store.spawn(shared["churn"] as unknown as (count: number) => void, 3_000_000);
  const started = store.heap.collections;
  for (let i = 0; i < 50; i++) expect(exported?.(...([200_000] as never[]))).toBe(20_000_100_000n);
  await churned;
  expect(store.heap.collections).toBeGreaterThan(started);
  expect(store.heap.verify()).toBe(0);
});
