import { expect, test } from "vitest";
import { I32, I64 } from "../../../../core/types/types.ts";
import { typeNames } from "../../../../core/validate/body/type-names.ts";
import type { ValidModule } from "../../../../core/validate/body/valid-module.ts";
import type { BodyObserver } from "../../../../core/validate/function.ts";
import { observeExpression, observeFunction } from "../../../../core/validate/observe.ts";
import { validate } from "./validate.fixture.ts";

/** One line per instruction: name, what it pops and what it pushes; a dagger where the code is unreachable. */
function observed(valid: ValidModule, definedIndex = 0): string[] {
  const lines: string[] = [];
  observeFunction(valid, definedIndex, recorder(valid, lines));
  return lines;
}

function recorder(valid: ValidModule, lines: string[]): BodyObserver {
  return {
    instruction(row, _immediates, popped, pushed, unreachable) {
      lines.push(`${row.name} ${typeNames(valid, popped)} ${typeNames(valid, pushed)}${unreachable ? " †" : ""}`);
    },
  };
}

test("operands are reported in stack order with the types that they really have", () => {
  const valid = validate(`(module (type $s (struct (field anyref)))
    (func (result anyref) (struct.get $s 0 (struct.new $s (ref.i31 (i32.const 1))))))`);
  expect(observed(valid)).toEqual([
    "i32.const [] [i32]",
    "ref.i31 [i32] [(ref i31)]",
    "struct.new [(ref i31)] [(ref (exact $s))]",
    "struct.get [(ref (exact $s))] [(ref null any)]",
    "end [(ref null any)] []",
  ]);
});

test("blocks pop and push their parameters, ends their results", () => {
  const valid = validate(`(module (func (param i32) (result i64)
    i64.const 1 local.get 0 if (param i64) (result i64) else drop i64.const 2 end))`);
  expect(observed(valid)).toEqual([
    "i64.const [] [i64]",
    "local.get [] [i32]",
    "if [i64 i32] [i64]",
    "else [i64] [i64]",
    "drop [i64] []",
    "i64.const [] [i64]",
    "end [i64] [i64]",
    "end [i64] []",
  ]);
});

test("branches pop what they carry, and br_if pushes it again", () => {
  const valid = validate(`(module (func (param i32) (result i64)
    i64.const 1 local.get 0 br_if 0 local.get 0 br_table 0 0 0))`);
  expect(observed(valid)).toEqual([
    "i64.const [] [i64]",
    "local.get [] [i32]",
    "br_if [i64 i32] [i64]",
    "local.get [] [i32]",
    "br_table [i64 i32] []",
    "end [any type] [] †",
  ]);
});

test("unreachable code is marked, and its made-up operands are no type", () => {
  const valid = validate(`(module (func (result i32) (block (result i32) unreachable i32.const 2 i32.add) ))`);
  expect(observed(valid)).toEqual([
    "block [] []",
    "unreachable [] []",
    "i32.const [] [i32] †",
    "i32.add [any type i32] [i32] †",
    "end [i32] [i32] †",
    "end [i32] []",
  ]);
});

test("each function is observed by its index among the module's own", () => {
  const valid = validate(`(module (import "m" "f" (func)) (func) (func (drop (i64.const 1))))`);
  expect(observed(valid, 1)).toEqual(["i64.const [] [i64]", "drop [i64] []", "end [] []"]);
});

test("constant expressions are observed too", () => {
  const valid = validate(`(module (global i32 (i32.add (i32.const 1) (i32.const 2))))`);
  const lines: string[] = [];
  const init = valid.module.globals[0]?.init;
  if (init === undefined) throw new Error("the module has a global");
  observeExpression(valid, init, I32, recorder(valid, lines));
  expect(lines).toEqual(["i32.const [] [i32]", "i32.const [] [i32]", "i32.add [i32 i32] [i32]", "end [i32] []"]);
  expect(() => observeExpression(valid, init, I64, recorder(valid, []))).toThrow("type mismatch");
});
