import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../../core/base/errors.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";

/** The code of the error in a `v128.const` with these operands. */
function errorOf(operands: string): string {
  try {
    parseModule(`(func (v128.const ${operands}) drop)`);
    return "none";
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.code;
  }
}

describe("a vector literal", () => {
  test("is refused for the number of its lanes before it is for their size", () => {
    expect(errorOf("i32x4 0x10000000000000000 0x10000000000000000")).toBe("lane-count");
    expect(errorOf("i32x4 1 0x100000000 3 4 5")).toBe("lane-count");
  });

  test("is refused for a lane that is too large where it has as many as it should", () => {
    expect(errorOf("i32x4 1 0x100000000 3 4")).toBe("constant-out-of-range");
    expect(errorOf("i32x4 1 2 3 0x100000000")).toBe("constant-out-of-range");
    expect(errorOf("i32x4 1 2 3 4")).toBe("none");
  });
});
