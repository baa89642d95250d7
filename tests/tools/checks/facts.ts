/**
 * What is to be known about an instruction is a field of its row, and what is to be known about a type is in the
 * vocabulary: nobody takes an instruction's name apart, chooses by it, or lists the types' words once more.
 */
import type { Check, Sources } from "./check.ts";

const row = String.raw`\brow[?!]?\.name\b`;
const patterns: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(`${row}\\s*(?:[!=]==|\\.\\w)`),
    "compares or takes apart an instruction's name; a field of its row says it, or rowNamed",
  ],
  [
    new RegExp(`(?:switch |has|get|test|exec|match)\\((?:[\\w#!?]+\\.)*${row}`),
    "chooses by an instruction's name; see byRow",
  ],
  [new RegExp(`\\[(?:[\\w#!?]+\\.)*${row}\\](?!\\))`), "looks up by an instruction's name; see byRow"],
  [
    /\brows(?:\.\w+\(|, )\(\{[^}]*\bname\b[^}]*\}\) =>.*(?:\bname[.)\]]|\(name\b)/,
    "reads instructions' names; a field of the row says it",
  ],
  [/\[I32, "i32"\]|\["i32", I32\]|\bi32: I32\b/, "lists types by name; core/types/vocabulary.ts does"],
  [/Object\.(?:entries|keys|values)\(AbstractHeap\)/, "lists heap types; core/types/vocabulary.ts does"],
];
/** Where the words of types are checked against their constants. */
const exempt = new Set(["tests/tools/checks/facts.ts", "tests/unit/core/types/vocabulary.test.ts"]);

export function factsInTables({ scripts }: Sources): Check {
  const findings: string[] = [];
  for (const { path, text } of scripts) {
    if (exempt.has(path)) continue;
    for (const [index, line] of text.split("\n").entries()) {
      for (const [pattern, why] of patterns) if (pattern.test(line)) findings.push(`${path}:${index + 1}: ${why}`);
    }
  }
  return { claim: "facts about instructions and types are read from their tables", findings };
}
