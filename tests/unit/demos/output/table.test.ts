import { expect, test } from "vitest";
import {
  formatChecksum,
  formatCount,
  formatPause,
  formatSeconds,
  formatTable,
} from "../../../../demos/output/table.ts";

test("columns are as wide as their widest cell, aligned as asked, without spaces at the end", () => {
  const columns = [
    { title: "n", align: "right" },
    { title: "name", align: "left" },
  ] as const;
  expect(
    formatTable(columns, [
      ["1", "a"],
      ["100", "bcdef"],
    ]),
  ).toEqual(["  n  name", "───  ─────", "  1  a", "100  bcdef"]);
});

test("numbers are written for people", () => {
  expect(formatCount(252_000_000n)).toBe("252,000,000");
  expect(formatSeconds(1234)).toBe("1.23 s");
  expect(formatPause(0.256)).toBe("0.26 ms");
  expect(formatPause(110.66)).toBe("110.7 ms");
  expect(formatChecksum(-1n)).toBe("ffffffffffffffff");
});
