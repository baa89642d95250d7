import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const body = (text: string): string => `(module
  (type $p (sub (struct (field $n (mut (ref null $p))))))
  (func $callee (param i32) (result (ref $p)) (struct.new_default $p))
  ${text})`;
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("references that live across a call", () => {
  test("are stored in the first shadow slots, and the callee's frame begins behind them", () => {
    const text = functionText(
      body(`(func $f (param $a (ref $p)) (param $b (ref $p)) (result (ref $p) (ref $p))
        (drop (call $callee (i32.const 1)))
        (local.get $a) (local.get $b))`),
      "f",
    );
    expect(text).toBe(
      lines(`
        i32.const 1
        local.get 2
        local.get 0
        i32.store
        local.get 2
        local.get 1
        i32.store offset=4
        local.get 2
        i32.const 8
        i32.add
        call $callee
        drop
        local.get 0
        local.get 1`),
    );
  });

  test("are not stored again for the next call", () => {
    const text = functionText(
      body(`(func $f (param $a (ref $p)) (result (ref $p))
        (drop (call $callee (i32.const 1)))
        (drop (call $callee (i32.const 2)))
        (local.get $a))`),
      "f",
    );
    expect(count(text, "i32.store")).toBe(1);
    expect(count(text, "i32.const 4\ni32.add\ncall $callee")).toBe(2);
  });

  test("are stored again once their local was written", () => {
    const text = functionText(
      body(`(func $f (param $a (ref null $p)) (result (ref null $p))
        (drop (call $callee (i32.const 1)))
        (local.set $a (struct.get $p $n (local.get $a)))
        (drop (call $callee (i32.const 2)))
        (local.get $a))`),
      "f",
    );
    expect(count(text, "i32.store")).toBe(2);
  });

  test("keep their slot where both arms of an if stored it", () => {
    const text = functionText(
      body(`(func $f (param $a (ref $p)) (param i32) (result (ref $p))
        (if (local.get 1) (then (drop (call $callee (i32.const 1)))) (else (drop (call $callee (i32.const 2)))))
        (drop (call $callee (i32.const 3)))
        (local.get $a))`),
      "f",
    );
    expect(count(text, "i32.store")).toBe(2);
  });

  test("are stored after an if of which one arm only stored it", () => {
    const text = functionText(
      body(`(func $f (param $a (ref $p)) (param i32) (result (ref $p))
        (if (local.get 1) (then (drop (call $callee (i32.const 1)))))
        (drop (call $callee (i32.const 3)))
        (local.get $a))`),
      "f",
    );
    expect(count(text, "i32.store")).toBe(2);
  });
});

describe("references that do not live across a call", () => {
  test("are not stored: an argument that is not read again belongs to the callee", () => {
    const text = functionText(
      body(`(func $take (param (ref $p)) (drop (call $callee (i32.const 1))))
        (func $f (param $a (ref $p)) (call $take (local.get $a)))`),
      "f",
    );
    expect(text).toBe(lines("local.get 0\n local.get 1\n call $take"));
  });

  test("are not stored for a function that never lets the collector run, nor for those that call only such", () => {
    const text = functionText(
      body(`(func $add (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func $twice (param i32) (result i32) (call $add (call $add (local.get 0))))
        (func $f (param $a (ref $p)) (result (ref $p)) (drop (call $twice (i32.const 1))) (local.get $a))`),
      "f",
    );
    expect(text).toBe(lines("i32.const 1\n local.get 1\n call $twice\n drop\n local.get 0"));
  });

  test("are not stored: small integers, functions and unshared externs", () => {
    const text = functionText(
      body(`(func $f (param i31ref funcref externref) (result i31ref funcref externref)
        (drop (call $callee (i32.const 1)))
        (local.get 0) (local.get 1) (local.get 2))`),
      "f",
    );
    expect(text).not.toContain("i32.store");
  });
});

describe("references on the operand stack across a call", () => {
  test("get a local from which they are stored", () => {
    const text = functionText(
      body("(func $f (result i32) (ref.eq (call $callee (i32.const 1)) (call $callee (i32.const 2))))"),
      "f",
    );
    expect(text).toBe(
      lines(`
        i32.const 1
        local.get 0
        call $callee
        local.tee 1
        i32.const 2
        local.get 0
        local.get 1
        i32.store
        local.get 0
        i32.const 4
        i32.add
        call $callee
        i32.eq`),
    );
  });

  test("are stored from the local that they were read from, as long as that stays the same", () => {
    const source = (between: string): string =>
      body(`(func $f (param $a (ref null $p)) (result i32)
        (ref.eq (local.get $a) (block (result (ref $p)) ${between} (call $callee (i32.const 1)))))`);
    expect(functionText(source(""), "f")).not.toContain("local.tee");
    expect(functionText(source("(local.set $a (ref.null $p))"), "f")).toContain("local.tee");
  });
});

describe("loops", () => {
  test("keep what is read in the next round only", () => {
    const text = functionText(
      body(`(func $f (param $a (ref null $p)) (param $i i32)
        (loop $l
          (drop (struct.get $p $n (local.get $a)))
          (drop (call $callee (i32.const 1)))
          (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))`),
      "f",
    );
    expect(text).toContain(
      lines("local.get 2\n local.get 0\n i32.store\n local.get 2\n i32.const 4\n i32.add\n call $callee"),
    );
  });
});

describe("exceptions", () => {
  test("keep what is read where they are caught", () => {
    const text = functionText(
      `(module
        (type $p (struct))
        (tag $t)
        (func $callee (drop (struct.new $p)))
        (func $f (param $a (ref $p)) (param $b (ref $p)) (result (ref $p))
          (block $caught
            (try_table (catch $t $caught) (call $callee))
            (return (local.get $a)))
          (local.get $b)))`,
      "f",
    );
    expect(count(text, "i32.store")).toBe(2);
  });
});

describe("locals", () => {
  test("that may be read before they are written begin as null, others are left as the host has them", () => {
    const source = (write: string): string =>
      body(
        `(func $f (result (ref null $p)) (local $a (ref null $p)) (local $unused (ref null $p)) ${write} (local.get $a))`,
      );
    expect(functionText(source(""), "f")).toBe(lines("i32.const -16843010\n local.tee 1"));
    expect(functionText(source("(local.set $a (call $callee (i32.const 1)))"), "f")).not.toContain("-16843010");
  });
});

describe("the guard of the shadow stack", () => {
  const user = body(`(func $f (param $a (ref $p)) (result (ref $p))
    (drop (call $callee (i32.const 1)))
    (local.get $a))
  (func $g (param $n i32) (result i32) (local.get $n))`);

  test("is one test of one bit where a function that stores references is entered", () => {
    const text = functionText(user, "f", { stackGuard: 1 << 21 });
    expect(text.split("\n").slice(0, 7).join("\n")).toMatch(
      /^local\.get 1\ni32\.const 2097152\ni32\.and\nunlikely if\n(i32\.const \d+\n)?call \$\S+\nunreachable\nend/,
    );
  });

  test("is not in functions that store none", () => {
    expect(functionText(user, "g", { stackGuard: 1 << 21 })).toBe(lines("local.get 0"));
  });
});
