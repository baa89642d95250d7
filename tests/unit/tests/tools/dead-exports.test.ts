import { expect, test } from "vitest";
import { findingsOf } from "../../../tools/checks/dead-exports.ts";

test("what nobody uses is found by its place and its name, with what to do about it", () => {
  const none = { exports: [], types: [], files: [], devDependencies: [] };
  expect(
    findingsOf([
      { ...none, file: "core/a.ts", exports: [{ name: "unused", line: 3 }], types: [{ name: "Unused", line: 7 }] },
      { ...none, file: "core/b.ts", files: [{ name: "core/b.ts" }] },
      { ...none, file: "package.json", devDependencies: [{ name: "left-pad", line: 60 }] },
      { ...none, file: "core/c.ts", enumMembers: [{ name: "A.b", line: 1 }] },
    ]),
  ).toEqual([
    "core/a.ts:3: unused is imported by nobody: take the export away, or what it exports",
    "core/a.ts:7: Unused is imported by nobody: take the export away, or what it exports",
    "core/b.ts: core/b.ts is imported by nobody: take it away, or name it among the entries in knip.jsonc",
    "package.json:60: left-pad is a dependency that nobody imports",
    "core/c.ts:1: A.b (enumMembers)",
  ]);
});
