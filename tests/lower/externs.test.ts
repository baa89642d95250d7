import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = "(module (type $pair (struct (field (mut externref)) (field (mut i32)) (field (mut externref)))) ";

describe("unshared externs in memory", () => {
  test("are made internal where they were pushed, and external again where they are loaded", () => {
    const text = functionText(
      `${types} (func $f (param externref externref) (result (ref $pair)) (struct.new $pair (local.get 0) (i32.const 1) (local.get 1))))`,
      "f",
    );
    expect(text.match(/^local.get [01]$|^call \$heap.internalize$/gm)?.slice(0, 2)).toEqual([
      "local.get 0",
      "call $heap.internalize",
    ]);
    expect(text.split("call $heap.internalize").length - 1).toBe(2);
    const load = functionText(
      `${types} (func $f (param (ref $pair)) (result externref) (struct.get $pair 2 (local.get 0))))`,
      "f",
    );
    expect(load).toBe(lines("local.get 0\n i32.load offset=12\n call $heap.externalize"));
  });

  test("are stored behind the write barrier", () => {
    const text = functionText(
      `${types} (func $f (param (ref $pair) externref) (struct.set $pair 0 (local.get 0) (local.get 1))))`,
      "f",
    );
    expect(text).toContain("call $heddle.log");
  });

  test("need no call where they are null", () => {
    const text = functionText(
      `${types} (func $f (result (ref $pair)) (struct.new $pair (ref.null extern) (i32.const 1) (ref.null extern))))`,
      "f",
    );
    expect(text).not.toContain("internalize");
    expect(text).toContain("i32.const -16843010");
  });

  test("wait in locals where control flow lies between", () => {
    const text = functionText(
      `${types} (func $f (param externref i32 externref) (result (ref $pair))
        (local.get 0) (if (result i32) (local.get 1) (then (i32.const 1)) (else (i32.const 2))) (local.get 2) (struct.new $pair)))`,
      "f",
    );
    expect(text.split("call $heap.internalize").length - 1).toBe(2);
    expect(text.indexOf("internalize")).toBeGreaterThan(text.indexOf("else"));
  });
});
