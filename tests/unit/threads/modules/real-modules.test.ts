import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withStore } from "../../support/programs.ts";

/** Modules that a toolchain made, with the results that other engines computed; they lie beside the repository. */
const folder = new URL("../../../../../shared/real-modules/", import.meta.url);
const available = existsSync(new URL("expected.json", folder));

interface Expected {
  readonly run: readonly (readonly [argument: number, result: number])[];
}
const expected: Record<string, Expected> = available
  ? JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"))
  : {};

describe.skipIf(!available)(`real modules (${folder.pathname}${available ? "" : " is absent"})`, () => {
  for (const kind of ["wasmgc", "shared-objects"]) {
    for (const [name, { run }] of Object.entries(expected)) {
      test(`${kind}/${name} computes what other engines do, on this thread and on 2 Workers`, async () => {
        const bytes = readFileSync(new URL(`${kind}/${name}.wasm`, folder));
        await withStore({ threads: 2, heap: { maximum: 256 << 20 } }, async (store) => {
          const { module, instance } = await store.WebAssembly.instantiate(bytes);
          for (const [argument, result] of run) {
            expect(instance.exports["run"](argument)).toBe(result);
            expect(await Promise.all([1, 2, 3].map(() => store.run(module, "run", [argument])))).toEqual([
              result,
              result,
              result,
            ]);
          }
        });
      });
    }
  }
});
