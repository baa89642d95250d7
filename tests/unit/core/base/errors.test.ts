import { describe, expect, test } from "vitest";
import { createStore, errorCodes, HeddleError } from "../../../../api/heddle.ts";
import { InternalError } from "../../../../core/base/assert.ts";
import { rangeError, typeError } from "../../../../core/base/errors.ts";

describe("errors beside those of the standard", () => {
  test("have a code of the table, and the class that JS has for their kind", () => {
    const cause = new Error("cause");
    expect(new HeddleError("store-closed", "closed", { cause })).toMatchObject({
      name: "HeddleError",
      code: "store-closed",
      cause,
    });
    expect(new InternalError("a")).toMatchObject({
      name: "InternalError",
      code: "internal",
      message: "internal error: a",
    });
    expect(rangeError("no-worker", "a", { cause })).toMatchObject({
      name: "RangeError",
      code: "no-worker",
      message: "a",
      cause,
    });
    expect(typeError("not-shared", "a")).toBeInstanceOf(TypeError);
    expect(typeError("not-shared", "a")).toMatchObject({ code: "not-shared" });
    for (const [code, text] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });

  test("are what stores reject with", async () => {
    await expect(createStore({ threads: -1 })).rejects.toMatchObject({ name: "RangeError", code: "thread-count" });
    const sizes = { threads: 0, heap: { maximum: 2 ** 40 } };
    await expect(createStore(sizes)).rejects.toMatchObject({ name: "RangeError", code: "heap-options" });
    const store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
    try {
      await expect(store.spawn(() => 1)).rejects.toMatchObject({ name: "TypeError", code: "not-exported" });
      await expect(store.terminateWorker(7)).rejects.toMatchObject({ name: "RangeError", code: "no-worker" });
      const { instance } = await store.WebAssembly.instantiate(
        `(module (func (export "f") (type $f)) (type $f (shared (func))))`,
      );
      const f = instance.exports["f"] as () => void;
      await expect(store.spawn(f)).rejects.toMatchObject({ name: "RangeError", code: "no-threads" });
      await store.close();
      await expect(store.spawn(f)).rejects.toMatchObject({ name: "StoreClosedError", code: "store-closed" });
    } finally {
      await store.close();
    }
  });
});
