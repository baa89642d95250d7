/** Bodies in the flat form: one instruction a line, indented by nesting. */

import type { FeatureSet } from "../../base/features.ts";
import { InstructionCursor } from "../../binary/instructions.ts";
import type { Row } from "../../ops/row.ts";
import type { Expression } from "../../types/module.ts";
import { indentation } from "./print-indent.ts";
import type { BodyNames, InstructionPrinter } from "./print-instructions.ts";

/** The lines of a body, its final `end` left out. `hints` are the annotations by offset in the expression. */
export function printFlat(
  printer: InstructionPrinter,
  expression: Expression,
  features: FeatureSet,
  body: BodyNames,
  hints: ReadonlyMap<number, string> | undefined,
  indent: string,
): string {
  const cursor = new InstructionCursor(expression, features);
  const lines: string[] = [];
  while (cursor.next()) {
    const { row, immediates } = cursor;
    if (cursor.nesting === 0) break;
    const closes = row.control === "end" || row.control === "delegate";
    const arm = row.control === "else" || row.control === "catch";
    if (closes) body.labels.pop();
    // `nesting` already counts what a block opens and what an end closes.
    const depth = cursor.nesting - (opensBlock(row) || arm ? 2 : 1);
    const hint = hints?.get(cursor.offset - expression.offset) ?? "";
    const operands = printer.immediates(row, immediates, body);
    const label = opensBlock(row) ? body.open() : "";
    lines.push(`${indentation(indent, depth)}${hint}${row.keyword}${label}${operands}`);
  }
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

function opensBlock({ control }: Row): boolean {
  return control === "block" || control === "loop" || control === "if" || control === "try" || control === "try_table";
}
