import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lower } from "./lowered-text.ts";

const root = join(import.meta.dirname, "..", "..");
/** Modules of real toolchains: beside the repository where they are, and from the packages that it installs. */
const folders = ["wasmgc", "shared-objects"]
  .map((name) => join(root, "..", "shared", "real-modules", name))
  .filter((path) => existsSync(path));
const files = [
  ...folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
  join(root, "node_modules", "@sqlite.org", "sqlite-wasm", "sqlite-wasm", "jswasm", "sqlite3.wasm"),
].filter((path) => existsSync(path));

describe("modules of real toolchains", () => {
  test("lower to modules that the host takes", () => {
    for (const file of files) {
      for (const publication of ["tso", "atomic"] as const) {
        const { bytes, relocations } = lower(readFileSync(file), { publication });
        for (const { offset } of relocations)
          expect(bytes.subarray(offset, offset + 5)).toEqual(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0));
      }
    }
  });

  test("lower for collection at every safepoint as well", () => {
    for (const file of files.filter((path) => path.includes("real-modules")))
      lower(readFileSync(file), { collectAtSafepoints: true });
  });
});
