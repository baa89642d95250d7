import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runShape, shapes } from "./publication.ts";

const source = readFileSync(new URL("./publication.wat", import.meta.url), "utf8");
const WRITES = 1_000_000;

describe.each(["tso", "atomic"] as const)("publication by %s stores", (publication) => {
  test.each(shapes)("%s: a reader never sees an object that is not initialised", async (shape) => {
    // Plain stores are in order on x86 only; elsewhere that lowering is never chosen.
    if (publication === "tso" && !["x64", "ia32"].includes(process.arch)) return;
    expect(await runShape(source, shape, WRITES, { publication })).toBe(0);
  });
});

test("objects are whole while their memory is collected and used again all the time", async () => {
  for (const shape of shapes)
    expect(
      await runShape(source, shape, 200_000, { heap: { maximum: 16 << 20, nurseryBytes: 1 << 17, debug: true } }),
    ).toBe(0);
});
