import { expect, test } from "vitest";
import { examples } from "../../../tools/checks/examples.ts";
import { findings } from "./sources.ts";

const page = (...lines: string[]): string => ["```diff", ...lines, "```", "+ not in an example"].join("\n");
const source = "export const rows = [\n  row(1),\n  row(2),\n];\n";

test("lines of the file that is named are found", async () => {
  const text = page(" // core/ops/a.ts: a row", "+  row(1),", "   context", "+row(2),");
  expect(await findings(examples, { "core/ops/a.ts": source, "A.md": text })).toEqual([]);
});

test("a line that is not in the file is refused", async () => {
  const text = page(" // core/ops/a.ts: a row", "+  row(3),");
  expect(await findings(examples, { "core/ops/a.ts": source, "A.md": text })).toEqual([
    "A.md:3: no line of core/ops/a.ts",
  ]);
});

test("a file that is not there has no lines", async () => {
  expect(await findings(examples, { "A.md": page(" // core/ops/b.ts", "+  row(1),") })).toEqual([
    "A.md:3: no line of core/ops/b.ts",
  ]);
});

test("a line without a file is refused", async () => {
  expect(await findings(examples, { "A.md": page("+  row(1),") })).toEqual([
    "A.md:2: no file is named before this line",
  ]);
});
