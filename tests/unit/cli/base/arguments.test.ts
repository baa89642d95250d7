import { describe, expect, test } from "vitest";
import { featuresOf, onlyFile, parseArguments, positive } from "../../../../cli/base/arguments.ts";
import { UsageError } from "../../../../cli/base/usage.ts";

const options = {
  "--invoke": "call",
  "--threads": "value",
  "--time": "flag",
  "--features": "value",
  "-o": "value",
} as const;
const parse = (line: string) => parseArguments(line.split(" "), options);

describe("parseArguments", () => {
  test("tells files, flags, values and calls apart", () => {
    const parsed = parse("a.wasm --invoke run 1 2 --threads 4 --time --invoke stop");
    expect(parsed.files).toEqual(["a.wasm"]);
    expect(parsed.calls).toEqual([
      { name: "run", arguments: ["1", "2"] },
      { name: "stop", arguments: [] },
    ]);
    expect(parsed.values.get("--threads")).toBe("4");
    expect(parsed.flags.has("--time")).toBe(true);
  });

  test("takes negative numbers, nan and inf as arguments of a call", () => {
    expect(parse("a.wasm --invoke f -1 -0x10 -inf nan -.5").calls[0]?.arguments).toEqual([
      "-1",
      "-0x10",
      "-inf",
      "nan",
      "-.5",
    ]);
  });

  test("takes a value after an equals sign", () => {
    expect(parse("--threads=8 a.wasm").values.get("--threads")).toBe("8");
  });

  test.each(["--unknown", "--threads", "--time=1", "--invoke"])("refuses %s", (line) => {
    expect(() => parse(line)).toThrow(UsageError);
  });
});

test("exactly one file is taken where a command works on one", () => {
  expect(onlyFile(parse("a.wasm"))).toBe("a.wasm");
  expect(() => onlyFile(parse("--time"))).toThrow("no file");
  expect(() => onlyFile(parse("a.wasm b.wasm"))).toThrow("b.wasm");
});

test.each(["0", "-1", "1.5", "many", "1e3"])("%s is no number of threads", (word) => {
  expect(() => positive(parse(`--threads=${word}`), "--threads")).toThrow("whole number");
});

test("--features switches proposals on and off with what depends on them", () => {
  const set = featuresOf(parse("--features=-threads,half-precision"));
  expect(set.has("threads")).toBe(false);
  expect(set.has("shared-everything-threads")).toBe(false);
  expect(set.has("half-precision")).toBe(true);
  expect(() => featuresOf(parse("--features=-everything"))).toThrow("everything");
});
