import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = `
  (type $bytes (array (mut i8)))
  (type $shorts (array (mut i16)))
  (type $longs (array (mut i64)))
  (type $refs (array (mut anyref)))
  (type $srefs (shared (array (mut (ref null (shared any))))))`;
const body = (text: string): string => `(module ${types} ${text} (data $d "0123456789"))`;

/** The check of an index; the local `length` is free. */
const bounds = (length: number): string => `
  local.get 0
  i32.load offset=4
  local.tee ${length}
  i32.ge_u
  unlikely if
    local.get ${length}
    call $heddle.trap.arrayOutOfBounds.with
    unreachable
  end`;

describe("array.get", () => {
  test("checks the index against the length, whose load traps on null, and then loads", () => {
    const text = functionText(
      body("(func $f (param (ref null $shorts) i32) (result i32) (array.get_u $shorts (local.get 0) (local.get 1)))"),
      "f",
    );
    expect(text).toBe(
      lines(
        `local.get 1 ${bounds(3)}\n local.get 0\n local.get 1\n i32.const 1\n i32.shl\n i32.add\n i32.load16_u offset=8`,
      ),
    );
  });

  test("computes an index that is not a local once", () => {
    const text = functionText(
      body(
        "(func $f (param (ref $bytes) i32) (result i32) (array.get_s $bytes (local.get 0) (i32.add (local.get 1) (i32.const 1))))",
      ),
      "f",
    );
    expect(text).toBe(
      lines(
        `local.get 1\n i32.const 1\n i32.add\n local.tee 3 ${bounds(4)}\n local.get 0\n local.get 3\n i32.add\n i32.load8_s offset=8`,
      ),
    );
  });

  test("of a constant index adds nothing", () => {
    const text = functionText(
      body("(func $f (param (ref $longs)) (result i64) (array.get $longs (local.get 0) (i32.const 3)))"),
      "f",
    );
    expect(text).toBe(lines(`i32.const 3 ${bounds(2)}\n local.get 0\n i64.load offset=32`));
  });
});

describe("array.set", () => {
  test("of a reference asks the write barrier between the check and the store", () => {
    const text = functionText(
      body("(func $f (param (ref $refs) i32 anyref) (array.set $refs (local.get 0) (local.get 1) (local.get 2)))"),
      "f",
    );
    const check = text.indexOf("arrayOutOfBounds");
    const barrier = text.indexOf("call $heddle.log");
    const store = text.indexOf("i32.store offset=8");
    expect([check > 0, barrier > check, store > barrier]).toEqual([true, true, true]);
  });

  test("of a small integer has no barrier", () => {
    const text = functionText(
      body("(func $f (param (ref $refs) i32) (array.set $refs (local.get 0) (local.get 1) (ref.i31 (i32.const 1))))"),
      "f",
    );
    expect(text).not.toContain("$heddle.log");
  });
});

describe("new arrays", () => {
  test("of a length known here need no check of their size, and small ones are filled in line", () => {
    const text = functionText(
      body("(func $f (result (ref $shorts)) (array.new $shorts (i32.const 258) (i32.const 5)))"),
      "f",
    );
    expect(text).not.toContain("allocationTooLarge");
    // 5 * 2 bytes of elements, to the end of the object's last eight bytes.
    expect(text).toContain("i32.const 24\ni32.add");
    expect(text).toContain(`i64.const ${0x0102010201020102n}`);
    expect(text.split("i64.store").length - 1).toBe(2);
  });

  test("of a length found at run time trap where it is out of reach, and ask the heap where the buffer is too short", () => {
    const text = functionText(
      body("(func $f (param i32) (result (ref $bytes)) (array.new_default $bytes (local.get 0)))"),
      "f",
    );
    expect(text).toContain("call $heddle.trap.allocationTooLarge");
    expect(text).toContain("i32.const 32768\ni32.gt_u");
    expect(text).toContain("i64.const 0\ncall $heddle.array.pattern");
  });

  test("of references are filled with null, never with zero", () => {
    const text = functionText(
      body("(func $f (param i32) (result (ref $refs)) (array.new_default $refs (local.get 0)))"),
      "f",
    );
    expect(text).toContain("i64.const -72340172838076674\ncall $heddle.array.pattern");
  });

  test("from operands store each where it belongs", () => {
    const text = functionText(
      body("(func $f (param i32) (result (ref $bytes)) (array.new_fixed $bytes 2 (i32.const 9) (local.get 0)))"),
      "f",
    );
    expect(text).toContain(
      lines("local.get 2\n i32.const 9\n i32.store8 offset=8\n local.get 2\n local.get 0\n i32.store8 offset=9"),
    );
  });

  test("from data are copied by the host's memory.init, once the segment is known to be long enough", () => {
    const text = functionText(
      body("(func $f (param i32 i32) (result (ref $shorts)) (array.new_data $shorts $d (local.get 0) (local.get 1)))"),
      "f",
    );
    expect(text.indexOf("call $heddle.trap.memoryOutOfBounds")).toBeLessThan(text.indexOf("$heap.top"));
    expect(text).toContain("memory.init 0");
  });
});

describe("array.copy", () => {
  const copy = (type: string): string =>
    body(`(func $f (param (ref ${type}) (ref ${type}) i32)
      (array.copy ${type} ${type} (local.get 0) (i32.const 0) (local.get 1) (i32.const 1) (local.get 2)))`);

  test("checks both ranges, without a sum that could wrap, and copies bytes", () => {
    const text = functionText(copy("$bytes"), "f");
    expect(text.split("arrayOutOfBounds").length - 1).toBe(2);
    expect(text).toContain("call $heddle.array.copy");
    expect(text).not.toContain("$heddle.log");
  });

  test("copies few bytes by loads before stores, and leaves more to the host", () => {
    const stub = functionText(copy("$bytes"), "heddle.array.copy").split("\n");
    expect(stub.filter((line) => line === "memory.copy")).toHaveLength(1);
    const kinds = stub.filter((line) => /(load|store)/.test(line)).map((line) => line.replace(/ .*/, ""));
    const both = (name: string, count: number): string[] =>
      ["load", "store"].flatMap((kind) => new Array<string>(count).fill(`${name}.${kind}`));
    const fewest = [...new Array<string>(3).fill("i32.load8_u"), ...new Array<string>(3).fill("i32.store8")];
    expect(kinds).toEqual([...both("v128", 4), ...both("v128", 2), ...both("i64", 2), ...both("i32", 2), ...fewest]);
  });

  test("of references asks the write barrier once", () => {
    expect(functionText(copy("$refs"), "f").split("call $heddle.log").length - 1).toBe(1);
  });

  test("of shared references publishes one by one where the host may reorder stores", () => {
    expect(functionText(copy("$srefs"), "f", { publication: "atomic" })).toContain("call $heddle.copy.words.atomic");
    expect(functionText(copy("$srefs"), "f")).toMatch(/call \$heddle\.array\.copy$/);
  });
});
