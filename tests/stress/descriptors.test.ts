import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createStore, type StoreOptions } from "../../api/heddle.ts";
import { expressions, type Form } from "../bench/programs/expressions.ts";

/** Builds and evaluates the class-heavy program of the benchmark. */
async function evaluate(form: Form, options: Omit<StoreOptions, "threads">): Promise<readonly number[]> {
  const store = await createStore({ threads: 0, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(expressions(form));
    const { build, evaluate: run, count } = instance.exports as Record<string, (...values: number[]) => number>;
    build?.(20, 4);
    return [count?.() ?? 0, ...[1, 2, 3].map((x) => run?.(x) ?? 0)];
  } finally {
    await store.close();
  }
}

test("a class-heavy program gives the same with a collection at every safepoint, in a checked heap", async () => {
  const heap = { maximum: 64 << 20, debug: true };
  const expected = await evaluate("field", {});
  expect(await evaluate("descriptor", {})).toEqual(expected);
  expect(await evaluate("descriptor", { heap, collectAtSafepoints: true })).toEqual(expected);
});

describe("objects whose descriptors only their headers hold", () => {
  const source = readFileSync(new URL("../programs/descriptors.wat", import.meta.url), "utf8");

  async function exchange(threads: number, count: number, options: Omit<StoreOptions, "threads">): Promise<number> {
    const store = await createStore({ threads, ...options });
    try {
      const { instance } = await store.WebAssembly.instantiate(source);
      const { make, exchange: work } = instance.exports as unknown as {
        make(size: number): object;
        exchange(window: object, count: number, seed: number): number;
      };
      const window = make(1000);
      const wrong = await Promise.all(
        Array.from({ length: threads }, (_, i) => store.spawn(work, window, count, i + 1)),
      );
      return (wrong as number[]).reduce((sum, one) => sum + one, 0);
    } finally {
      await store.close();
    }
  }

  test("pass between 4 threads in a small heap", async () => {
    expect(await exchange(4, 2_000_000, { heap: { maximum: 16 << 20 } })).toBe(0);
  });

  test("pass between 2 threads in a checked heap", async () => {
    expect(await exchange(2, 300_000, { heap: { maximum: 8 << 20, debug: true } })).toBe(0);
  });
});
