import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../api/heddle.ts";
import { admit } from "../support/admit.ts";
import type { JoinedService } from "../support/joined-worker.ts";

const program = `(module
  (type $cell (shared (struct (field $value (mut i32)))))
  (type $make (shared (func (param i32) (result (ref $cell)))))
  (type $get (shared (func (param (ref $cell)) (result i32))))
  (type $set (shared (func (param (ref $cell) i32))))
  (type $apply (shared (func (param i32) (result i32))))
  (func (export "make") (type $make) (struct.new $cell (local.get 0)))
  (func (export "get") (type $get) (struct.atomic.get $cell $value (local.get 0)))
  (func (export "set") (type $set) (struct.atomic.set $cell $value (local.get 0) (local.get 1)))
  (func (export "trap") (type $apply) (unreachable))
  (func (export "churn") (type $apply) (param $count i32) (result i32)
    (loop $next
      (drop (struct.new $cell (local.get $count)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (i32.const 0)))`;

interface Exports {
  make(value: number): object;
  get(cell: object): number;
  set(cell: object, value: number): void;
  trap(value: number): number;
  churn(count: number): number;
}

let store: Store;
let worker: Worker;
let service: Comlink.Remote<JoinedService>;
let agent: number;
let exports: Exports;
beforeAll(async () => {
  store = await createStore({ threads: 1 });
  Comlink.transferHandlers.set("heddle", store.messages.transferHandler as Comlink.TransferHandler<unknown, unknown>);
  const { instance } = await store.WebAssembly.instantiate(program);
  exports = instance.exports as unknown as Exports;
  ({ worker, service, agent } = await admit(store));
});
afterAll(async () => {
  await worker.terminate();
  await store.close();
});

describe("a Worker that was admitted", () => {
  test("is an agent of the store", async () => {
    expect(await service.agent()).toBe(agent);
    expect(store.workers).toContain(agent);
  });

  test("gets shared objects as themselves, and gives them back", async () => {
    const cell = exports.make(7);
    await service.keep("cell", cell);
    expect(await service.isKept("cell", cell)).toBe(true);
    expect(await service.echo(cell)).toBe(cell);
    expect(await service.isKept("cell", exports.make(7))).toBe(false);
  });

  test("calls shared functions on them, which trap there as here", async () => {
    const cell = exports.make(1);
    expect(await service.call(exports.get as never, cell)).toBe(1);
    await service.call(exports.set as never, cell, 2);
    expect(exports.get(cell)).toBe(2);
    const made = await service.call(exports.make as never, 3);
    expect(exports.get(made as object)).toBe(3);
    await expect(service.call(exports.trap as never, 0)).rejects.toThrow("unreachable");
  });

  test("knows instances that come later", async () => {
    const { instance } = await store.WebAssembly.instantiate(
      '(module (type $f (shared (func (result i32)))) (func (export "f") (type $f) (i32.const 11)))',
    );
    expect(await service.call(instance.exports["f"] as never)).toBe(11);
  });

  test("has functions of its own JS behind thread-local functions", async () => {
    const type = { parameters: ["i32"], results: ["i32"], "thread-local": true } as const;
    const local = new store.WebAssembly.Function(type, (value: number) => value + 1);
    await service.initialize(local as never, 10);
    expect([local(5), await service.call(local as never, 5)]).toEqual([6, 50]);
  });

  test("shares globals, tables and tags, and has thread-local globals of its own", async () => {
    const { Global, Table, Tag } = store.WebAssembly;
    const global = new Global({ value: "i32", mutable: true, shared: true }, 1);
    expect(await service.global(global as never, 2)).toBe(1);
    expect(global.value).toBe(2);
    const local = new Global({ value: "i32", mutable: true, "thread-local": true }, 1);
    expect(await service.global(local as never, 5)).toBe(0);
    expect([local.value, await service.global(local as never, 6)]).toEqual([1, 5]);
    const cell = exports.make(4);
    const table = new Table({ element: "anyref", initial: 2, maximum: 2, shared: true }, cell);
    expect(await service.element(table as never, 1)).toBe(cell);
    const tag = new Tag({ parameters: ["i32"], shared: true });
    for (const value of [global, local, table, tag]) expect(await service.echo(value)).toBe(value);
    const exception = new store.WebAssembly.Exception(tag, [9]);
    const back = (await service.echo(exception)) as typeof exception;
    expect(back).toBe(exception);
    expect(back.getArg(tag, 0)).toBe(9);
  });

  test("cannot read the data of another thread, and may wait in queues", async () => {
    const data = new store.WebAssembly.ThreadBoundData({ secret: 1 });
    expect(await service.bound(data as never)).toContain("bound to another thread");
    expect(await service.echo(data)).toBe(data);
    const queue = new store.WebAssembly.WaitQueue();
    const waiting = service.wait(queue as never);
    while (queue.notify(1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await waiting).toBe("ok");
  });

  test("makes no types: its constructors of tags refuse", async () => {
    expect(await service.refused()).toContain("TypeError");
  });
});

test("a Worker that ends is no agent any more, and leaves the others running", async () => {
  await using own = await createStore({ threads: 1, maximumThreads: 2 });
  const { instance } = await own.WebAssembly.instantiate(program);
  const { make, get } = instance.exports as unknown as Exports;
  for (let i = 0; i < 3; i++) {
    const joined = await admit(own);
    await expect(own.admit(new Worker("", { eval: true }))).rejects.toThrow(RangeError);
    await joined.worker.terminate();
    while (own.workers.includes(joined.agent)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await own.spawn(get, make(5))).toBe(5);
  expect(own.heap.verify()).toBe(0);
});

test("a Worker that its embedder terminates while it allocates keeps nobody waiting, collections at once included", async () => {
  await using own = await createStore({
    threads: 0,
    maximumThreads: 1,
    heap: { maximum: 32 << 20, nurseryBytes: 1 << 18 },
  });
  const { instance } = await own.WebAssembly.instantiate(program);
  const { churn } = instance.exports as unknown as Exports;
  Comlink.transferHandlers.set("heddle", own.messages.transferHandler as Comlink.TransferHandler<unknown, unknown>);
  for (let i = 0; i < 5; i++) {
    const joined = await admit(own);
    void joined.service.call(churn as never, 2_000_000_000);
    while (own.heap.agents.find(({ agent: id }) => id === joined.agent)?.state !== "running")
      await new Promise((resolve) => setTimeout(resolve, 1));
    void joined.worker.terminate();
    expect(churn(1_000_000)).toBe(0);
    own.collect();
    while (own.workers.includes(joined.agent)) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(own.heap.verify()).toBe(0);
  }
});
