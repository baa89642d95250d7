/**
 * Each error has a code: what the sources throw is of a class in core/base/errors.ts, or made by a function there. Only
 * the JS API has errors without, its TypeErrors and RangeErrors, which the standard asks for.
 */
import type { Check, Sources } from "./check.ts";

const sources = /^(core|memory|gc|lower|threads|api|cli)\//;
/** Where codes are given. */
const home = "core/base/errors.ts";
/** The rooms that do what the JS API says. */
const jsApi = /^(api\/js|threads\/(values|functions|wait|builtins|link|modules))\//;
/** A stack is asked for without an error. */
const uncoded = /\bnew Error\((?!\)\.stack)|\bextends Error\b/;
const uncodedOutside = /\bnew (?:Type|Range)Error\(/;

export function codedErrors({ scripts }: Sources): Check {
  const findings: string[] = [];
  for (const { path, text } of scripts) {
    if (!sources.test(path) || path === home) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const found = uncoded.exec(line) ?? (jsApi.test(path) ? null : uncodedOutside.exec(line));
      if (found !== null) findings.push(`${path}:${index + 1}: ${found[0]} has no code; see ${home}`);
    }
  }
  return { claim: "errors have codes", findings };
}
