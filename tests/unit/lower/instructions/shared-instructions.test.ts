import { expect, test } from "vitest";
import { Immediates } from "../../../../core/ops/immediates.ts";
import type { Row } from "../../../../core/ops/row.ts";
import { rowByName } from "../../../../core/ops/table.ts";
import { I32, type ValType } from "../../../../core/types/types.ts";
import { onStack } from "../../../../lower/function/rule.ts";
import type { Instruction } from "../../../../lower/instructions/instruction.ts";
import { SharedInstructions } from "../../../../lower/instructions/shared-instructions.ts";

const immediates = new Immediates();
const popped: readonly ValType[] = [I32, I32];
const pushed: readonly ValType[] = [I32];

function instruction(name: string): Instruction {
  return { row: rowByName(name) as Row, immediates, popped, pushed, offset: 7, rule: onStack(() => undefined) };
}

function findAfterKeeping(name: string): Instruction | undefined {
  const shared = new SharedInstructions();
  const kept = instruction(name);
  shared.keep(kept);
  return shared.find(kept.row, immediates, popped, pushed);
}

test("instructions whose place nobody asks for are shared", () => {
  expect(findAfterKeeping("i32.add")).toMatchObject({ row: { name: "i32.add" } });
  expect(findAfterKeeping("local.get")).toMatchObject({ row: { name: "local.get" } });
});

test("instructions that may trap or call, or that are of control, have objects of their own", () => {
  for (const name of ["i32.div_s", "i32.load", "call", "block", "end", "br_if", "struct.get", "array.len"]) {
    expect(findAfterKeeping(name), name).toBe(undefined);
  }
});

test("what differs in its row, immediates or types is not found", () => {
  const shared = new SharedInstructions();
  const kept = instruction("i32.add");
  shared.keep(kept);
  expect(shared.find(rowByName("i32.sub") as Row, immediates, popped, pushed)).toBe(undefined);
  expect(shared.find(kept.row, new Immediates(), popped, pushed)).toBe(undefined);
  expect(shared.find(kept.row, immediates, [I32, I32], pushed)).toBe(undefined);
});
