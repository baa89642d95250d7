import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = `
  (type $point (struct (field $x (mut i32)) (field $flag (mut i8)) (field $next (mut (ref null $point)))))
  (type $spoint (shared (struct (field $x (mut i32)) (field $next (mut (ref null $spoint))))))`;
const body = (text: string): string => `(module ${types} ${text})`;

describe("struct.get", () => {
  test("is one load, which traps by itself on null", () => {
    const text = functionText(
      body("(func $f (param (ref null $point)) (result i32) (struct.get $point $x (local.get 0)))"),
      "f",
    );
    expect(text).toBe(lines("local.get 0\n i32.load offset=4"));
  });

  test("extends packed fields as the instruction says", () => {
    const get = (sign: string): string =>
      functionText(
        body(`(func $f (param (ref $point)) (result i32) (struct.get_${sign} $point $flag (local.get 0)))`),
        "f",
      );
    expect(get("s")).toBe(lines("local.get 0\n i32.load8_s offset=12"));
    expect(get("u")).toBe(lines("local.get 0\n i32.load8_u offset=12"));
  });
});

describe("struct.set", () => {
  test("of a number is one store", () => {
    const text = functionText(
      body("(func $f (param (ref null $point) i32) (struct.set $point $x (local.get 0) (local.get 1)))"),
      "f",
    );
    expect(text).toBe(lines("local.get 0\n local.get 1\n i32.store offset=4"));
  });

  test("of a reference asks the write barrier, off the usual path", () => {
    const text = functionText(
      body(
        "(func $f (param (ref null $point) (ref null $point)) (struct.set $point $next (local.get 0) (local.get 1)))",
      ),
      "f",
    );
    expect(text).toBe(
      lines(`
        local.get 0
        i32.load8_u
        i32.const 4
        i32.and
        local.tee 3
        unlikely if
          local.get 0
          local.get 3
          i32.add
          i32.const -4
          i32.add
          call $heddle.log
        end
        local.get 0
        local.get 1
        i32.store offset=8`),
    );
  });

  test("of null has no barrier", () => {
    const text = functionText(
      body("(func $f (param (ref $point)) (struct.set $point $next (local.get 0) (ref.null none)))"),
      "f",
    );
    expect(text).toBe(lines("local.get 0\n i32.const -16843010\n i32.store offset=8"));
  });

  test("publishes a reference in a shared object with an atomic store where the host may reorder stores", () => {
    const source = body(
      "(func $f (param (ref $spoint) (ref $spoint)) (struct.set $spoint $next (local.get 0) (local.get 1)))",
    );
    expect(functionText(source, "f", { publication: "atomic" })).toContain("i32.atomic.store offset=8");
    expect(functionText(source, "f", { publication: "tso" })).toContain("i32.store offset=8");
  });

  test("of a number in a shared object stays a plain store", () => {
    const source = body("(func $f (param (ref $spoint) i32) (struct.set $spoint $x (local.get 0) (local.get 1)))");
    expect(functionText(source, "f", { publication: "atomic" })).toBe(
      lines("local.get 0\n local.get 1\n i32.store offset=4"),
    );
  });
});

describe("struct.new", () => {
  test("takes from the agent's buffer in line, and stores header and fields without barriers", () => {
    const text = functionText(
      body(
        "(func $f (param i32) (result (ref $point)) (struct.new $point (local.get 0) (i32.const 7) (ref.null none)))",
      ),
      "f",
    );
    expect(text).toBe(
      lines(`
        global.get $heap.top
        local.tee 2
        i32.const 16
        i32.add
        local.tee 3
        global.get $heap.limit
        i32.gt_u
        unlikely if
          i32.const 16
          local.get 1
          call $heddle.allocate.0
          local.set 2
        else
          local.get 3
          global.set $heap.top
        end
        local.get 2
        i32.const 0
        i32.store
        local.get 2
        local.get 0
        i32.store offset=4
        local.get 2
        i32.const 7
        i32.store8 offset=12
        local.get 2
        i32.const -16843010
        i32.store offset=8
        local.get 2`),
    );
  });

  test("gives its reference operands to the slow path's stub, which spills them", () => {
    const text = functionText(
      body(
        "(func $f (param (ref $point)) (result (ref $point)) (struct.new $point (i32.const 1) (i32.const 2) (local.get 0)))",
      ),
      "f",
    );
    expect(text).toContain(lines("i32.const 16\n local.get 1\n local.get 0\n call $heddle.allocate.1"));
  });

  test("always asks the heap where every safepoint shall collect", () => {
    const text = functionText(body("(func $f (result (ref $point)) (struct.new_default $point))"), "f", {
      collectAtSafepoints: true,
    });
    expect(text).not.toContain("$heap.top");
    expect(text).toContain("call $heddle.allocate.0");
  });
});
