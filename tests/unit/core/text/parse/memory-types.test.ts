import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../../core/base/errors.ts";
import { featureSet } from "../../../../../core/base/features.ts";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import { validateModule } from "../../../../../core/validate/validate.ts";

const memoryOf = (text: string) => parseModule(`(module ${text})`).memories[0]?.type;
const throughBinary = (text: string): string =>
  printModule(decodeModule(encodeModule(parseModule(`(module ${text})`))));

describe("memories of memory control in text", () => {
  test("virtual comes before the limits, and goes with everything else", () => {
    expect(memoryOf("(memory virtual 2 3)")).toMatchObject({ minimum: 2n, maximum: 3n, virtual: true, shared: false });
    expect(memoryOf("(memory i64 virtual 2 3 shared (pagesize 1))")).toMatchObject({
      is64: true,
      virtual: true,
      shared: true,
      pageSizeLog2: 0,
    });
    expect(memoryOf('(memory virtual (data "abc"))')).toMatchObject({ minimum: 1n, maximum: 1n, virtual: true });
  });
  test("protected pages stand behind the limits; what is left out is none", () => {
    expect(memoryOf("(memory 1 2 (no-access 3) (read-only 4))")?.protection).toEqual({ noAccess: 3, readOnly: 4 });
    expect(memoryOf("(memory 1 (no-access 3))")?.protection).toEqual({ noAccess: 3, readOnly: 0 });
    expect(memoryOf("(memory 1 (read-only 4))")?.protection).toEqual({ noAccess: 0, readOnly: 4 });
  });
  test.each([
    "(memory virtual 2 3)",
    "(memory i64 virtual 2 3 shared (pagesize 1))",
    "(memory 1 (no-access 3) (read-only 0))",
    '(import "m" "n" (memory virtual 1 1 (no-access 1) (read-only 2)))',
  ])("%s is printed as it was read", (text) => {
    expect(throughBinary(text).replace(/\(;.*?;\) ?/g, "")).toContain(text.slice(text.indexOf("(memory") + 1, -1));
  });
  test("a virtual memory needs a maximum", () => {
    expect(() => memoryOf("(memory virtual 2)")).toThrow(CompileError);
    expect(() => memoryOf("(memory virtual 2)")).toThrow("a virtual memory has a maximum");
  });
  test("protected pages count towards the size that a memory may have", () => {
    const validate = (text: string) => validateModule(parseModule(`(module ${text})`));
    expect(() => validate("(memory 65534 65534 (no-access 1) (read-only 1))")).not.toThrow();
    expect(() => validate("(memory 65534 65534 (no-access 1) (read-only 2))")).toThrow(
      "memory size must be at most 65536 pages",
    );
  });
  test("without the feature both are refused by its name", () => {
    const features = featureSet([], ["memory-control"]);
    for (const text of ["(memory virtual 1 1)", "(memory 1 (no-access 1))", "(memory 1 (read-only 1))"]) {
      expect(() => parseModule(text, features)).toThrow("memory-control");
    }
  });
});

describe("spellings that tools use", () => {
  test("shared may stand before a memory's limits", () => {
    expect(memoryOf("(memory shared 1 2)")).toEqual(memoryOf("(memory 1 2 shared)"));
  });
  test("the mutability of a shared or thread-local global may have parentheses", () => {
    const bytes = (text: string) => Buffer.from(encodeModule(parseModule(text))).toString("hex");
    for (const word of ["shared", "thread_local"]) {
      expect(bytes(`(global (${word} (mut i32)) (i32.const 0))`)).toBe(
        bytes(`(global (${word} mut i32) (i32.const 0))`),
      );
    }
  });
  test("an element segment may be shared at its type", () => {
    const [inside, outside] = [
      "(elem (shared (ref null (shared func))))",
      "(elem shared (ref null (shared func)))",
    ].map((text) => parseModule(text).elements[0]);
    expect(inside).toMatchObject({ shared: true, mode: { kind: "passive" }, type: outside?.type });
    expect(inside?.flags).toBe(outside?.flags);
    const active = parseModule(
      "(table shared 1 (ref null (shared func))) (elem (i32.const 0) (shared (ref null (shared func))) (ref.null (shared func)))",
    );
    expect(active.elements[0]).toMatchObject({ shared: true, mode: { kind: "active" } });
  });
});
