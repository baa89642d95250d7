/** What `new WebAssembly.Module` says of sources that are none, and of modules beyond its limits. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";

let store: Store;
beforeAll(async () => {
  store = await createStore({ threads: 0, heap: { maximum: 64 << 20 } });
});
afterAll(() => store.close());

/** The error that compiling raises. */
function refusal(source: string): unknown {
  try {
    new store.WebAssembly.Module(source as unknown as BufferSource);
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each(["", "  ", "wasm", "\n"])("the string %j is no text of a module", (source) => {
  expect(refusal(source)).toBeInstanceOf(TypeError);
  expect(refusal(source)).toMatchObject({ code: "not-a-module-text" });
});

describe("a table has at most 10,000,000 elements", () => {
  test.each([
    "(module (table 4294967295 funcref))",
    "(module (table 10000001 funcref))",
    "(module (table i64 0x1_0000_0000 funcref))",
    '(module (import "a" "b" (table 10000001 funcref)))',
  ])("%s", (text) => {
    expect(refusal(text)).toBeInstanceOf(store.WebAssembly.CompileError);
    expect(refusal(text)).toMatchObject({ code: "limit" });
  });
  test("its maximum may be larger", () => {
    expect(refusal("(module (table 10 4294967295 funcref))")).toBeUndefined();
  });
});
