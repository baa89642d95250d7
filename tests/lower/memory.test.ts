import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const trap = `
  unlikely if
  call $heddle.trap.memoryOutOfBounds
  unreachable
  end`;

describe("memories with pages of a byte", () => {
  const body = (text: string): string => `(module (memory 10 20 (pagesize 1)) (memory i64 1 (pagesize 1)) ${text})`;

  test("an access ends at or before the length, which is a cell of the instance's block; the host checks the address", () => {
    const text = functionText(body("(func $f (param i32) (result i32) (i32.load offset=4 (local.get 0)))"), "f");
    const check =
      "local.get 0\n i64.extend_i32_u\n i64.const 8\n i64.add\n global.get $base.shared\n i64.load\n i64.gt_u";
    expect(text).toBe(lines(`${check} ${trap}\n local.get 0\n i32.load 1 offset=4`));
  });

  test("the size is the length", () => {
    expect(functionText(body("(func $f (result i32) (memory.size))"), "f")).toBe(
      lines("global.get $base.shared\n i64.load\n i32.wrap_i64"),
    );
    expect(functionText(body("(func $f (result i64) (memory.size 1))"), "f")).toBe(
      lines("global.get $base.shared\n i64.load offset=8"),
    );
  });

  test("growing is a function of the host module, which adds pages of the host where they are missing", () => {
    const source = body("(func $f (param i32) (result i32) (memory.grow (local.get 0)))");
    expect(functionText(source, "f")).toBe(
      lines("local.get 0\n i64.extend_i32_u\n call $heddle.memory.grow.0\n i32.wrap_i64"),
    );
    expect(functionText(source, "heddle.memory.grow.0")).toContain("memory.grow 1");
  });

  test("a shared length is exchanged, so that threads which grow at once each add their part", () => {
    const source =
      "(module (memory 1 9 shared (pagesize 1)) (func $f (param i32) (result i32) (memory.grow (local.get 0))))";
    expect(functionText(source, "heddle.memory.grow.0")).toContain("i64.atomic.rmw.cmpxchg");
  });
});

describe("64-bit memories on a host without them", () => {
  const body = (text: string): string => `(module (memory i64 1) ${text})`;
  const options = { memory64: "lowered" } as const;

  test("an address is checked to have 32 bits", () => {
    const text = functionText(
      body("(func $f (param i64 i32) (i32.store offset=8 (local.get 0) (local.get 1)))"),
      "f",
      options,
    );
    const check = "local.get 0\n i64.const 4294967295\n i64.gt_u";
    expect(text).toBe(lines(`${check} ${trap}\n local.get 0\n i32.wrap_i64\n local.get 1\n i32.store 1 offset=8`));
  });

  test("an offset that no 32-bit memory has traps always", () => {
    const text = functionText(
      body("(func $f (param i64) (result i32) (i32.load offset=0x100000000 (local.get 0)))"),
      "f",
      options,
    );
    expect(text).toContain(lines(`local.get 0\n i64.const 0\n i64.ge_u ${trap}`));
  });

  test("on a host that has them, nothing changes", () => {
    const text = functionText(body("(func $f (param i64) (result i32) (i32.load offset=8 (local.get 0)))"), "f");
    expect(text).toBe(lines("local.get 0\n i32.load 1 offset=8"));
  });
});
