import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../api/composed-store.ts";
import { createStore, StoreClosedError } from "../../../api/heddle.ts";

const members = [
  "WebAssembly",
  "admit",
  "agentStatistics",
  "agents",
  "close",
  "collect",
  "discard",
  "heap",
  "messages",
  "run",
  "spawn",
  "statistics",
  "terminateWorker",
  "threadsEnded",
  "workers",
];

describe("a store as programs have it", () => {
  test("has the members that its interface names, and no others", async () => {
    await using store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    const prototype = Object.getPrototypeOf(store) as object;
    expect(Reflect.ownKeys(store)).toEqual([]);
    expect(Object.getPrototypeOf(prototype)).toBe(Object.prototype);
    const named = Reflect.ownKeys(prototype).filter((key): key is string => typeof key === "string");
    expect(named.filter((key) => key !== "constructor").sort()).toEqual(members);
    expect(Reflect.ownKeys(prototype).filter((key) => typeof key === "symbol")).toEqual([Symbol.asyncDispose]);
  });

  test("has insides that only internalsOf finds", async () => {
    await using store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    expect(internalsOf(store).agent.id).toBe(0);
    expect(() => internalsOf({} as typeof store)).toThrow(TypeError);
    const entry = await import("../../../api/heddle.ts");
    expect(Object.keys(entry)).not.toContain("internalsOf");
  });

  test("gives one namespace and one Posting, and a report of the heap as it is now", async () => {
    await using store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    expect(store.WebAssembly).toBe(store.WebAssembly);
    expect(store.messages).toBe(store.messages);
    const before = store.heap.collections;
    store.collect();
    expect(store.heap.collections).toBe(before + 1);
  });

  test("refuses calls and Workers once it is closed", async () => {
    const store = await createStore({ threads: 0, maximumThreads: 1, heap: { maximum: 16 << 20 } });
    const { instance } = await store.WebAssembly.instantiate(`(module
      (type $f (shared (func))) (func (export "f") (type $f)))`);
    await store.close();
    const worker = { postMessage: () => undefined, terminate: () => undefined };
    for (const refused of [store.spawn(instance.exports["f"]), store.admit(worker)]) {
      await expect(refused).rejects.toThrow(StoreClosedError);
      await expect(refused).rejects.toMatchObject({ code: "store-closed" });
    }
  });

  test("refuses numbers of threads that cannot be", async () => {
    for (const options of [{ threads: -1 }, { threads: 1.5 }, { threads: 254 }, { threads: 1, maximumThreads: 2.5 }]) {
      await expect(createStore(options)).rejects.toThrow(RangeError);
    }
  });
});
