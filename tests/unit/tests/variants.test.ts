import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeModule } from "../../../core/binary/encode.ts";
import { parseModule } from "../../../core/text/parse/parse.ts";
import { variantOf } from "../../bench/variants.ts";

const source = readFileSync(new URL("../../../demos/hashmap/hashmap.wat", import.meta.url), "utf8");

test("a program made unshared is one that the host runs by itself", () => {
  const bytes = encodeModule(parseModule(variantOf(source, "unshared")));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { setup, work, failures } = exports as Record<string, (...values: number[]) => number | bigint>;
  setup?.(1000, 3, 64);
  expect(work?.(16)).toBe(15_000n);
  expect(failures?.()).toBe(0);
});

test("only functions and globals lose their sharing when objects keep it", () => {
  const types = parseModule(variantOf(source, "shared-objects")).types;
  expect(types.filter(({ shared, composite }) => shared !== (composite.kind !== "func"))).toEqual([]);
});
