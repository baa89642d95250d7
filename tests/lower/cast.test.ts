import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = `
  (type $root (sub (struct)))
  (type $leaf (sub final $root (struct (field i32))))
  (type $node (sub $root (struct (field i64))))
  (type $function (func))
  (type $open (sub (func)))`;
const cast = (source: string, target: string): string =>
  functionText(
    `(module ${types} (func $f (param ${source}) (result (${target})) (ref.cast (${target}) (local.get 0))))`,
    "f",
  );
const testing = (source: string, target: string): string =>
  functionText(`(module ${types} (func $f (param ${source}) (result i32) (ref.test (${target}) (local.get 0))))`, "f");

describe("ref.cast", () => {
  test("to a final type is one compare of the header, and a null traps in its load", () => {
    expect(cast("(ref null $root)", "ref $leaf")).toBe(
      lines(`
        block
          local.get 0
          i32.load
          i32.const 0
          i32.xor
          i32.const 8
          i32.ge_u
          unlikely if
            call $heddle.trap.castFailure
            unreachable
          end
        end
        local.get 0`),
    );
  });

  test("to another type compares the header first and then looks into the display", () => {
    expect(cast("(ref $root)", "ref $node")).toBe(
      lines(`
        block
          local.get 0
          i32.load
          local.tee 2
          i32.const 0
          i32.xor
          i32.const 8
          i32.lt_u
          br_if 0
          local.get 2
          i32.const -8
          i32.and
          i32.load offset=4
          local.tee 3
          i32.load offset=36
          i32.const 0
          i32.eq
          i32.eqz
          unlikely if
            call $heddle.trap.castFailure
            unreachable
          end
        end
        local.get 0`),
    );
  });

  test("to a nullable type lets null pass", () => {
    expect(cast("(ref null $root)", "ref null $leaf")).toContain(
      lines("block\n local.get 0\n i32.const -16843010\n i32.eq\n br_if 0"),
    );
  });

  test("from a type that small integers belong to tells those apart first", () => {
    expect(cast("eqref", "ref $leaf")).toContain(
      lines("local.get 0\n i32.const 1\n i32.and\n unlikely if\n call $heddle.trap.castFailure"),
    );
    expect(cast("structref", "ref $leaf")).not.toContain("i32.and");
  });

  test("to a supertype does nothing", () => {
    expect(cast("(ref null $leaf)", "ref null $root")).toBe("local.get 0");
  });

  test("that only takes null away checks for null", () => {
    expect(cast("(ref null $leaf)", "ref $root")).toContain("i32.const -16843010\ni32.ne\ni32.eqz");
  });
});

describe("ref.test", () => {
  test("for i31 looks at the low bit", () => {
    expect(testing("(ref eq)", "ref i31")).toBe(lines("local.get 0\n i32.const 1\n i32.and"));
  });

  test("for a kind of object looks at the type record", () => {
    expect(testing("(ref $root)", "ref null none")).toBe("i32.const 0");
    expect(testing("(ref eq)", "ref array")).toContain(lines("i32.load offset=4\n i32.load\n i32.const 1\n i32.eq"));
    expect(testing("(ref any)", "ref eq")).toContain(lines("i32.load offset=4\n i32.load\n i32.const 1\n i32.le_u"));
  });

  test("of a function finds its type by its index", () => {
    expect(testing("(ref func)", "ref $function")).toBe(
      lines(
        "i32.const 68\n i32.load\n local.get 0\n i32.const 2\n i32.shl\n i32.add\n i32.load\n i32.const 0\n i32.eq",
      ),
    );
    expect(testing("(ref func)", "ref $open")).toContain("i32.load offset=32");
  });

  test("beyond the display's guaranteed part checks the depth", () => {
    const chain = Array.from(
      { length: 10 },
      (_, i) => `(type $t${i} (sub ${i === 0 ? "" : `$t${i - 1}`} (struct)))`,
    ).join(" ");
    const text = functionText(
      `(module ${chain} (func $f (param (ref $t0)) (result i32) (ref.test (ref $t9) (local.get 0))))`,
      "f",
    );
    expect(text).toContain(lines("i32.load offset=24\n i32.const 9\n i32.ge_u\n if (result i32)"));
  });
});

describe("branches on casts", () => {
  test("leave the reference on the stack for either way", () => {
    const text = functionText(
      `(module ${types} (func $f (param (ref $root)) (result (ref $root))
        (block $is (result (ref $leaf)) (br_on_cast $is (ref $root) (ref $leaf) (local.get 0)) (return))))`,
      "f",
    );
    expect(text).toBe(
      lines(`
        block (result i32)
          local.get 0
          local.get 0
          i32.load
          i32.const 0
          i32.xor
          i32.const 8
          i32.lt_u
          br_if 0
          return
        end`),
    );
  });

  test("on null compare with the null address, on externs with the host's null", () => {
    const source = (type: string): string =>
      `(module (func $f (param ${type}) (block $null (br_on_null $null (local.get 0)) (drop))))`;
    expect(functionText(source("anyref"), "f")).toContain(
      lines("local.get 0\n i32.const -16843010\n i32.eq\n br_if 0\n local.get 0"),
    );
    expect(functionText(source("externref"), "f")).toContain(
      lines("local.get 0\n ref.is_null\n br_if 0\n local.get 0"),
    );
  });
});
