import { expect, test } from "vitest";
import { namedFiles } from "../../../tools/checks/named-files.ts";
import { findings } from "./sources.ts";

const others = { "gc/layout/queue.ts": "", "gc/heap/heap.ts": "" };

test.each([
  "// gc/layout/queue.ts draws it",
  "// drawn in layout/queue.ts",
  "// drawn in queue.ts",
  "// drawn in ../layout/queue.ts",
  "// made: gc/build/runtime.ts",
  "// see https://example.org/queues.ts",
  'import "./gone.ts";',
])("is there, or is no name of ours: %s", async (text) => {
  expect(await findings(namedFiles, { ...others, "gc/heap/a.ts": text })).toEqual([]);
});

test.each(["// gc/queue.ts draws it", "/** drawn in queues.ts */", "// drawn in ./queue.ts"])(
  "is not there: %s",
  async (text) => {
    expect(await findings(namedFiles, { ...others, "gc/heap/a.ts": text })).toHaveLength(1);
  },
);

test("documentation names files, too", async () => {
  expect(await findings(namedFiles, { ...others, "docs/heap.md": "In `gc/heap/heap.ts`; not `gc/heap.ts`." })).toEqual([
    "docs/heap.md: names gc/heap.ts, which does not exist",
  ]);
});
