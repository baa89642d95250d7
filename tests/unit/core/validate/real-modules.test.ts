import { expect, test } from "vitest";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import { validateModule } from "../../../../core/validate/validate.ts";
import { missing, realModules } from "../binary/files.ts";

test("modules made by compilers are found", () => {
  if (realModules.length === 0) console.warn(missing);
});

test.each(realModules)("$name is valid", ({ bytes }) => {
  expect(validateModule(decodeModule(bytes)).functions.length).toBeGreaterThan(0);
});

test("modules that are loaded into one store twice add no types the second time", () => {
  const store = new TypeStore();
  const load = (): void => {
    for (const { bytes } of realModules) validateModule(decodeModule(bytes), store);
  };
  load();
  const { size } = store;
  load();
  expect(store.size).toBe(size);
});
