import { expect, test } from "vitest";
import { hiddenMembers } from "../../../tools/checks/hidden-members.ts";
import { objectLayout } from "../../../tools/checks/object-layout.ts";
import { findings } from "./sources.ts";

test("members that are hidden by types alone are refused, private constructors are not", async () => {
  const word = "private";
  const text = `class A {\n  ${word} readonly a = 1;\n  static ${word} b(): void {}\n  ${word} constructor() {}\n  #c = 2;\n}\n`;
  expect(await findings(hiddenMembers, { "core/a.ts": text })).toEqual([
    "core/a.ts:2: private member; hide it with #",
    "core/a.ts:3: private member; hide it with #",
  ]);
});

test("the heap and the compiler know how objects lie, others what kinds there are", async () => {
  const texts = {
    "gc/layout/objects.ts": "",
    "gc/layout/record-kinds.ts": "",
    "gc/heap/a.ts": 'import { ARRAY_LENGTH } from "../layout/objects.ts";',
    "lower/b.ts": 'import { ARRAY_LENGTH } from "../gc/layout/objects.ts";',
    "threads/c.ts": 'import { KIND_ARRAY } from "../gc/layout/record-kinds.ts";',
    "threads/d.ts": 'import { ARRAY_LENGTH } from "../gc/layout/objects.ts";',
  };
  expect(await findings(objectLayout, texts)).toEqual([
    "threads/d.ts: imports gc/layout/objects.ts; look at objects through gc/objects.ts",
  ]);
});
