import { expect, test } from "vitest";
import { errorOf, expectInvalid, validate } from "./validate.fixture.ts";

test("blocks pass their parameters in and their results out", () => {
  validate(`(module (func (result i32) i32.const 1 i64.const 2
    (block (param i32 i64) (result i32) drop)))`);
});

test("a block must leave exactly its results", () => {
  expectInvalid(`(module (func (block (i32.const 1))))`, "type mismatch: block requires [] but stack has [i32]");
  expectInvalid(
    `(module (func (result i32) (block (result i32))))`,
    "type mismatch: instruction requires [i32] but stack has []",
  );
});

test("an if without else must not change its operands", () => {
  validate(`(module (func (param i32) (result i32) local.get 0 local.get 0 if (param i32) (result i32) end))`);
  expectInvalid(
    `(module (func (result i32) (if (result i32) (i32.const 1) (then (i32.const 2)))))`,
    "type mismatch: if without else",
  );
});

test("a loop's label takes its parameters, a block's label its results", () => {
  validate(`(module (func (result i32) i32.const 1 (loop $l (param i32) (result i32) (br $l))))`);
  validate(`(module (func (result i32) (block $l (result i32) (br $l (i32.const 1)))))`);
  expectInvalid(`(module (func (block $l (result i32) (br $l (i64.const 1))) drop))`, "type mismatch");
});

test("a branch out of the function's reach is an unknown label", () => {
  expectInvalid(`(module (func (br 1)))`, "unknown label 1");
  validate(`(module (func (br 0)))`);
});

test("br_table's labels agree in arity, and each fits the operands", () => {
  expectInvalid(
    `(module (func (param i32) (block (block (result i32) (br_table 0 1 (i32.const 0) (local.get 0))) drop)))`,
    "type mismatch: br_table",
  );
  validate(`(module (func (param i32) (block (block (br_table 0 1 0 1 2 (local.get 0))))))`);
  // In unreachable code operands may be of any type, the arity still counts.
  validate(
    `(module (func (block (result f32) (block (result f64) unreachable (br_table 0 1 (i32.const 0))) drop (f32.const 0)) drop))`,
  );
});

test("what follows a branch is typed as unreachable: it may take any operand, but not leave too many", () => {
  validate(`(module (func (result i32) unreachable i32.add))`);
  validate(`(module (func (result i64) (return (i64.const 0)) select drop i64.const 1))`);
  expectInvalid(`(module (func unreachable i32.const 0))`, "type mismatch: block requires [] but stack has [i32]");
  expectInvalid(
    `(module (func unreachable i64.const 0 i32.eqz drop))`,
    "type mismatch: instruction requires [i32] but stack has [i64]",
  );
});

test("a reference of unreachable code stays a reference", () => {
  expectInvalid(`(module (func unreachable ref.as_non_null i32.eqz drop))`, "type mismatch");
  validate(`(module (type $s (struct)) (func (result (ref $s)) unreachable ref.as_non_null))`);
});

test("select without a type takes numbers and vectors of one type", () => {
  validate(`(module (func (drop (select (v128.const i64x2 0 0) (v128.const i64x2 0 0) (i32.const 0)))))`);
  expectInvalid(`(module (func (drop (select (i32.const 0) (i64.const 0) (i32.const 0)))))`, "type mismatch");
  expectInvalid(
    `(module (func (param anyref) (drop (select (local.get 0) (local.get 0) (i32.const 0)))))`,
    "type mismatch",
  );
  validate(`(module (func (param anyref) (drop (select (result anyref) (local.get 0) (local.get 0) (i32.const 0)))))`);
});

test("a tail call returns what its caller returns, or a subtype", () => {
  validate(`(module (func $f (result i31ref) (ref.null i31)) (func (result eqref) (return_call $f)))`);
  expectInvalid(
    `(module (func $f (result eqref) (ref.null eq)) (func (result i31ref) (return_call $f)))`,
    "type mismatch: the caller returns",
  );
});

test("br_on_null keeps the reference without null, br_on_non_null passes it on", () => {
  validate(
    `(module (func (param anyref) (result (ref any)) (block $l (return (br_on_null $l (local.get 0)))) unreachable))`,
  );
  validate(`(module (func (param anyref) (result (ref any)) (br_on_non_null 0 (local.get 0)) unreachable))`);
  expectInvalid(`(module (func (param anyref) (br_on_non_null 0 (local.get 0))))`, "type mismatch: label must take");
});

test("a local without a default value is read only after it was set in the same or an outer block", () => {
  validate(
    `(module (func (param (ref any)) (result (ref any)) (local $x (ref any)) (local.set $x (local.get 0)) (block) (local.get $x)))`,
  );
  validate(
    `(module (func (param (ref any)) (local $x (ref any)) (block (local.set $x (local.get 0)) (drop (local.get $x)))))`,
  );
  expectInvalid(
    `(module (func (param (ref any)) (local $x (ref any)) (block (local.set $x (local.get 0))) (drop (local.get $x))))`,
    "uninitialized local 1",
  );
  expectInvalid(
    `(module (func (param (ref any) i32) (local $x (ref any))
      (if (local.get 1) (then (local.set $x (local.get 0))) (else (drop (local.get $x))))))`,
    "uninitialized local 2",
  );
});

test("setting a local in one function says nothing about the next", () => {
  expectInvalid(
    `(module
      (func (param (ref any)) (local $x (ref any)) (local.set $x (local.get 0)))
      (func (param (ref any)) (local $x (ref any)) (drop (local.get $x))))`,
    "uninitialized local 1",
  );
});

test("locals far beyond the first are found by their run", () => {
  const runs = `(local ${"i32 ".repeat(300)}) (local f64 ${"i64 ".repeat(300)}) (local (ref any))`;
  validate(
    `(module (func ${runs} (local.set 299 (i32.const 0)) (local.set 300 (f64.const 0)) (local.set 600 (i64.const 0))))`,
  );
  expectInvalid(`(module (func ${runs} (drop (local.get 601))))`, "uninitialized local 601");
  expectInvalid(`(module (func ${runs} (drop (local.get 602))))`, "unknown local 602");
});

test("the legacy catch and delegate close what try opened", () => {
  validate(
    `(module (tag $t (param i32)) (func (result i32) try (result i32) i32.const 1 catch $t catch_all i32.const 2 end))`,
  );
  validate(`(module (func try $l try delegate $l catch_all rethrow $l end))`);
  expectInvalid(`(module (func try rethrow 0 catch_all end))`, "invalid rethrow label");
});

test("try_table's clauses pass what they catch", () => {
  validate(`(module (tag $t (param i32))
    (func (result i32 exnref) (block $l (result i32 exnref) (try_table (catch_ref $t $l) (return (i32.const 1) (ref.null exn))) unreachable)))`);
  expectInvalid(
    `(module (tag $t (param i32)) (func (block $l (result i64) (try_table (catch $t $l)) unreachable) drop))`,
    "type mismatch: catch passes [i32]",
  );
});

test("an error tells the place in the text, the byte offset, what was expected and what was found", () => {
  const error = errorOf(
    `(module\n  (type $point (struct))\n  (func (param (ref null $point)) (result i32)\n    local.get 0))`,
  );
  expect(error.message).toContain("instruction requires [i32] but stack has [(ref null $point)]");
  expect(error.position?.line).toBe(4);
  expect(error.code).toBe("type-mismatch");
  expect(error.expected).toBe("i32");
  expect(error.offset).toBeGreaterThan(0);
});
