import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const poll = "i32.const 64\ni32.atomic.load";
const body = (text: string): string => `(module (type $p (struct (field i32))) ${text})`;
const counting = (inside: string): string =>
  body(`(func $f (param $i i32) (loop $l ${inside} (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))`);

describe("a loop", () => {
  test("polls outside of itself, so that it has but a load and a branch more", () => {
    expect(functionText(counting(""), "f")).toBe(
      lines(`
        block
          loop
            block
              loop
                i32.const 64
                i32.atomic.load
                unlikely br_if 1
                local.get 0
                i32.const 1
                i32.sub
                local.tee 0
                br_if 0
              end
              br 2
            end
            local.get 1
            call $heddle.poll.0
            br 0
          end
        end`),
    );
  });

  test("spills what lives around it when it polls", () => {
    const text = functionText(
      body(`(func $f (param $p (ref $p)) (param $i i32) (result i32)
        (loop $l (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (struct.get $p 0 (local.get $p)))`),
      "f",
    );
    expect(text).toContain("local.get 2\nlocal.get 0\ncall $heddle.poll.1");
  });

  test("with parameters carries them past its poll, and spills those that are references", () => {
    const text = functionText(
      body(`(func $f (param $p (ref $p)) (param $i i32) (result i32)
        (local.get $p)
        (loop $l (param (ref $p)) (result i32)
          (local.set $p)
          (local.get $p)
          (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))
          (drop)
          (local.get $i)))`),
      "f",
    );
    expect(text).toContain(lines(`local.tee 3\n ${poll}\n unlikely br_if 1\n local.tee 0`));
    expect(text).toContain(lines("br 2\n end\n local.get 2\n local.get 3\n call $heddle.poll.1\n br 0"));
  });

  test("that allocates each time round does not poll", () => {
    expect(functionText(counting("(drop (struct.new $p (i32.const 1)))"), "f")).not.toContain(poll);
  });

  test("that allocates some of the times round polls", () => {
    expect(functionText(counting("(if (local.get $i) (then (drop (struct.new $p (i32.const 1)))))"), "f")).toContain(
      poll,
    );
  });

  test("that allocates behind a branch back polls", () => {
    expect(functionText(counting("(br_if $l (local.get $i)) (drop (struct.new $p (i32.const 1)))"), "f")).toContain(
      poll,
    );
  });

  test("without a branch back does not poll", () => {
    expect(functionText(body("(func $f (loop $l nop))"), "f")).not.toContain(poll);
  });
});

describe("a function", () => {
  test("that calls itself polls when it is entered, with its live parameters spilled", () => {
    const text = functionText(
      body(`(func $f (param $p (ref $p)) (param $unused (ref $p)) (param $n i32) (result i32)
        (if (local.get $n) (then (return (call $f (local.get $p) (local.get $p) (i32.sub (local.get $n) (i32.const 1))))))
        (i32.const 0))`),
      "f",
    );
    expect(
      text.startsWith(lines(`${poll}\n unlikely if\n local.get 3\n local.get 0\n call $heddle.poll.1\n end`)),
    ).toBe(true);
  });

  test("that calls others only does not poll", () => {
    expect(functionText(body("(func $g) (func $f (call $g))"), "f")).not.toContain(poll);
  });

  test("that calls itself through others polls", () => {
    expect(functionText(body("(func $g (call $f)) (func $f (call $g))"), "f")).toContain(poll);
  });

  test("that may call itself through a reference polls", () => {
    const source = body(
      '(type $t (func)) (func $f (param (ref $t)) (call_ref $t (local.get 0))) (func $g) (export "f" (func $f)) (export "g" (func $g))',
    );
    expect(functionText(source, "f")).toContain(poll);
    expect(functionText(source, "g")).not.toContain(poll);
  });

  test("does not poll for functions of other types that it may call through a reference, where no foreign one gets in", () => {
    const source = body(`(type $t (func)) (type $u (func (param i32))) (elem declare func $f $leaf)
      (func $leaf (type $u)) (func $f (type $t) (call_ref $u (i32.const 1) (ref.func $leaf)))`);
    expect(functionText(source, "f")).not.toContain(poll);
  });

  test("that allocates whichever way it returns does not poll, however often it calls itself", () => {
    const text = functionText(
      body(`(func $f (param $n i32) (result (ref $p))
        (if (local.get $n) (then (drop (call $f (i32.sub (local.get $n) (i32.const 1))))))
        (struct.new $p (local.get $n)))`),
      "f",
    );
    expect(text).not.toContain(poll);
  });
});
