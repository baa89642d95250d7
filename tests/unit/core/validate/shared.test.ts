import { describe, expect, test } from "vitest";
import { expectInvalid, validate } from "./validate.fixture.ts";

/** A shared function with this body in a module with these items. */
const shared = (code: string, items = "", signature = ""): string =>
  `(module (type $f (shared (func ${signature}))) ${items} (func (type $f) ${code}))`;

describe("a shared function reaches shared items only", () => {
  test.each([
    ["functions", `(func $g)`, `(call $g)`],
    ["globals", `(global $g i32 (i32.const 0))`, `(drop (global.get $g))`],
    ["tables", `(table $t 1 funcref)`, `(drop (table.size $t))`],
    ["memories", `(memory 1)`, `(drop (memory.size))`],
    ["tags", `(tag $t)`, `(throw $t)`],
    ["data segments", `(data $d "x")`, `(data.drop $d)`],
    ["element segments", `(elem $e funcref)`, `(elem.drop $e)`],
    ["structs", `(type $s (struct))`, `(drop (struct.new $s))`],
    ["arrays", `(type $s (array i8))`, `(drop (array.new_default $s (i32.const 0)))`],
    ["arrays, structs or other references", ``, `(drop (ref.null any))`],
    ["arrays, structs or other references", ``, `(local anyref)`],
    ["arrays, structs or other references", ``, `(unreachable) (drop (ref.cast (ref null i31)))`],
  ])("not unshared %s", (what, item, code) => {
    expectInvalid(shared(code, item), `shared functions cannot access unshared ${what}`);
  });

  test.each([
    ["functions", `(type $g_t (shared (func))) (func $g (type $g_t))`, `(call $g)`],
    ["globals", `(global $g (shared i32) (i32.const 0))`, `(drop (global.get $g))`],
    ["thread-local globals", `(global $g (thread_local mut i32) (i32.const 0))`, `(global.set $g (i32.const 1))`],
    ["tables", `(table $t shared 1 (ref null (shared func)))`, `(drop (table.size $t))`],
    ["memories", `(memory 1 1 shared)`, `(drop (memory.size))`],
    ["tags", `(type $t_t (shared (func))) (tag $t (type $t_t))`, `(throw $t)`],
    ["data segments", `(data $d shared "x")`, `(data.drop $d)`],
    ["element segments", `(elem $e shared (ref null (shared func)))`, `(elem.drop $e)`],
    ["structs", `(type $s (shared (struct)))`, `(drop (struct.new $s))`],
    [
      "references",
      ``,
      `(local (ref null (shared any))) (drop (ref.eq (ref.null (shared none)) (ref.i31_shared (i32.const 1))))`,
    ],
  ])("shared %s", (_what, item, code) => {
    validate(shared(code, item));
  });
});

test("an unshared function reaches everything", () => {
  validate(`(module
    (type $s (shared (func))) (func $g (type $s)) (global $x (shared i32) (i32.const 0)) (memory 1 1 shared)
    (func (call $g) (drop (global.get $x)) (drop (ref.null any)) (drop (memory.size))))`);
});

test("exceptions of shared tags are shared", () => {
  validate(
    shared(
      `(block $l (result (ref (shared exn))) (try_table (catch_ref $t $l)) (return)) throw_ref`,
      `(type $g (shared (func))) (tag $t (type $g))`,
    ),
  );
  validate(shared(`(block $l (result (ref (shared exn))) (try_table (catch_all_ref $l)) (return)) throw_ref`));
});

describe("items", () => {
  test.each([
    [
      "a shared global of an unshared type",
      `(global (shared anyref) (ref.null any))`,
      "shared globals must have a shared value type",
    ],
    ["a shared table of an unshared type", `(table shared 1 funcref)`, "shared tables must have a shared element type"],
    [
      "a shared segment of an unshared type",
      `(elem shared funcref)`,
      "shared element segments must have a shared element type",
    ],
    ["a shared memory without a maximum", `(memory 1 shared)`, "shared memory must have maximum"],
    [
      "a shared global that reads an unshared one",
      `(global $a i32 (i32.const 0)) (global (shared i32) (global.get $a))`,
      "invalid type: shared initializers",
    ],
    [
      "a thread-local global of an unshared type",
      `(global (thread_local anyref) (ref.null any))`,
      "thread-local globals must have a shared value type",
    ],
    [
      "a thread-local global without a default",
      `(global (import "m" "g") (thread_local (ref (shared any))))`,
      "thread-local globals must have a defaultable type",
    ],
    [
      "a thread-local global with another value",
      `(global (thread_local mut i32) (i32.const 1))`,
      "thread-local globals must be initialized to the default",
    ],
    [
      "a thread-local global with a negative zero",
      `(global (thread_local f64) (f64.const -0))`,
      "thread-local globals must be initialized to the default",
    ],
  ])("%s is refused", (_what, item, phrase) => {
    expectInvalid(`(module ${item})`, phrase);
  });

  test.each(["i32 (i32.const 0)", "i64 (i64.const 0)", "f32 (f32.const 0)", "v128 (v128.const i64x2 0 0)"])(
    "a thread-local %s is valid",
    (rest) => {
      const [type, ...init] = rest.split(" ");
      validate(`(module (global (thread_local mut ${type}) ${init.join(" ")}))`);
    },
  );
});

describe("atomic accesses", () => {
  const types = `
    (type $s (shared (struct (field (mut i32)) (field (mut i8)) (field (mut f32)) (field (mut (ref null (shared any)))) (field (mut (ref null (shared eq)))) (field i64))))
    (type $a (shared (array (mut (ref null (shared i31))))))
    (type $u (struct (field (mut eqref))))`;
  const code = (text: string, signature = "(param (ref $s))"): string =>
    `(module ${types} (func ${signature} ${text}))`;
  const object = `(local.get 0)`;

  test.each([
    `(drop (struct.atomic.get seqcst $s 0 ${object}))`,
    `(drop (struct.atomic.get_u acqrel $s 1 ${object}))`,
    `(struct.atomic.set $s 1 ${object} (i32.const 1))`,
    `(drop (struct.atomic.get $s 5 ${object}))`,
    `(drop (struct.atomic.rmw.add $s 0 ${object} (i32.const 1)))`,
    `(drop (struct.atomic.rmw.xchg $s 3 ${object} (ref.null (shared none))))`,
    // What is expected may be of a supertype of the field's type, as long as it can be compared.
    `(drop (struct.atomic.rmw.cmpxchg $s 4 ${object} (ref.i31_shared (i32.const 0)) (ref.null (shared none))))`,
    `(drop (array.atomic.rmw.cmpxchg $a (ref.null $a) (i32.const 0) (ref.null (shared eq)) (ref.null (shared i31))))`,
    `(drop (struct.atomic.rmw.cmpxchg $u 0 (ref.null $u) (ref.null eq) (ref.null eq)))`,
  ])("%s is valid", (text) => {
    validate(code(text));
  });

  test.each([
    [
      `(drop (struct.atomic.get $s 2 ${object}))`,
      "invalid type: `struct.atomic.get` only allows `i32`, `i64` and subtypes of `anyref`",
    ],
    [
      `(struct.atomic.set $s 2 ${object} (f32.const 0))`,
      "invalid type: `struct.atomic.set` only allows `i8`, `i16`, `i32`, `i64` and",
    ],
    [`(struct.atomic.set $s 5 ${object} (i64.const 0))`, "immutable field"],
    [
      `(drop (struct.atomic.rmw.add $s 3 ${object} (ref.null (shared any))))`,
      "invalid type: `struct.atomic.rmw.*` only allows",
    ],
    [
      `(drop (struct.atomic.rmw.cmpxchg $s 3 ${object} (ref.null (shared eq)) (ref.null (shared any))))`,
      "invalid type: `struct.atomic.rmw.cmpxchg`",
    ],
    [`(drop (struct.atomic.rmw.cmpxchg $s 4 ${object} (ref.null eq) (ref.null (shared eq))))`, "type mismatch"],
  ])("%s is refused", (text, phrase) => {
    expectInvalid(code(text), phrase);
  });
});

describe("wait queues", () => {
  const types = `(type $s (shared (struct (field (mut i64)) (field (mut (ref null (shared eq)))) (field f32))))`;
  const wait = (text: string): string =>
    `(module ${types} (func (param (ref null $s) (ref null (shared waitqueue))) ${text}))`;

  test("wait compares an i32, an i64 or a reference that can be compared", () => {
    validate(wait(`(drop (struct.wait $s 0 (local.get 0) (local.get 1) (i64.const 1) (i64.const -1)))`));
    validate(wait(`(drop (struct.wait $s 1 (local.get 0) (local.get 1) (ref.null (shared eq)) (i64.const -1)))`));
    expectInvalid(
      wait(`(drop (struct.wait $s 2 (local.get 0) (local.get 1) (f32.const 1) (i64.const -1)))`),
      "invalid type",
    );
  });

  test("a reference that is waited for is shared", () => {
    const code = `(drop (struct.wait $u 0 (ref.null $u) (local.get 0) (ref.null eq) (i64.const 0)))`;
    expectInvalid(
      `(module (type $u (struct (field (mut eqref)))) (func (param (ref null (shared waitqueue))) ${code}))`,
      "invalid type",
    );
  });

  test("a new wait queue is a constant", () => {
    validate(`(module (global (shared (ref (shared waitqueue))) (waitqueue.new)))`);
  });

  test("an unshared wait queue cannot be notified", () => {
    expectInvalid(
      `(module (func (param waitqueueref) (drop (waitqueue.notify (local.get 0) (i32.const 1)))))`,
      "type mismatch",
    );
  });
});

test("a declarative list of indices declares shared functions too", () => {
  validate(
    `(module (type $f (shared (func))) (func $f (type $f)) (elem declare func $f) (func (result (ref $f)) (ref.func $f)))`,
  );
});

test("functions of a valid module tell whether they are shared by their type", () => {
  const valid = validate(shared("nop"));
  expect(valid.types.type(valid.functions[0]?.type ?? -1).shared).toBe(true);
});
