import { describe, expect, test } from "vitest";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import type { Row } from "../../../../../core/ops/row.ts";
import { rows } from "../../../../../core/ops/table.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import { Arities } from "../../../../../core/text/print/print-arity.ts";
import { type Observed, type RowModule, rowModule } from "../../../support/row-modules.ts";

/** Twice for each row: with the first immediates that suit it, and with the last. */
const modules: readonly RowModule[] = rows.flatMap((row) => [rowModule(row, false), rowModule(row, true)]);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The text of the parenthesis that opens behind the last `nop`. */
function behindNop(text: string): string {
  const start = text.indexOf("(", text.lastIndexOf("(nop)") + 1);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/** Blocks, whose operands stand in front of them in the folded form too. */
const takesNothing = ({ control }: Row): boolean =>
  control === "block" || control === "loop" || control === "try" || control === "try_table";

describe("every instruction", () => {
  test.each(["flat", "folded"])("is printed and parsed back to the same bytes, %s", (form) => {
    for (const { row, module } of modules) {
      const bytes = encodeModule(module);
      const text = printModule(decodeModule(bytes), { fold: form === "folded" });
      expect(hex(encodeModule(parseModule(text))), `${row.name}\n${text}`).toBe(hex(bytes));
    }
  });

  test("has its operands inside, in the folded form", () => {
    for (const { row, module, operands } of modules) {
      if (takesNothing(row)) continue;
      const group = behindNop(printModule(decodeModule(encodeModule(module)), { fold: true }));
      expect(group.replace(`(${row.keyword}`, "").match(/\(local\.get /g)?.length ?? 0, `${row.name}\n${group}`).toBe(
        operands,
      );
    }
  });
});

describe("a row's typing", () => {
  const opens = ({ typing }: Row): boolean => typing.results.includes("block*");

  /** How many results an instruction has: those of a block that it opens are pushed by the block's end. */
  function resultsOf(observed: readonly Observed[], at: number): number {
    let end = at;
    for (let depth = opens((observed[at] as Observed).row) ? 1 : 0; depth > 0; ) {
      const { row } = observed[++end] as Observed;
      if (opens(row)) depth++;
      else if (row.control === "end" || row.control === "delegate") depth--;
    }
    return (observed[end] as Observed).pushed.length;
  }

  test("counts as many operands and results as the validator pops and pushes", () => {
    for (const { row, module, observed } of modules) {
      const arities = new Arities(module);
      arities.begin(1);
      for (const [at, one] of observed.entries()) {
        const [operands, results] = arities.step(one.row, one.immediates);
        expect([one.row.name, operands], row.name).toEqual([one.row.name, one.popped.length]);
        expect([one.row.name, results], row.name).toEqual([one.row.name, resultsOf(observed, at)]);
      }
    }
  });

  test("has the types that the validator pops and pushes", () => {
    for (const { row, observed, at } of modules) {
      const { popped, pushed } = observed[at] as Observed;
      for (const [slots, found] of [[row.typing.params, popped] as const, [row.typing.results, pushed] as const]) {
        if (slots.some((slot) => typeof slot === "string" && slot !== "any")) continue;
        // A reference may be to a subtype, and what unreachable code makes up has any type.
        slots.forEach((slot, i) => {
          if (typeof slot === "number" && slot < 0) expect(found[i], row.name).toBe(slot);
        });
      }
    }
  });

  test("is followed by code that is not reached just where the row is terminal", () => {
    for (const { row, observed, at } of modules) {
      const isArm = row.control === "else" || row.control === "catch";
      if (!isArm) expect(observed[at]?.unreachable, row.name).toBe(row.control === "delegate");
      if (row.control === undefined || row.control === "branch" || row.control === "return")
        expect(observed[at + 1]?.unreachable, row.name).toBe(row.terminal);
      else expect(row.terminal, row.name).toBe(false);
    }
  });
});
