/** Members of classes that nobody else may touch are hidden by the language (`#name`), not by its types alone. */
import type { Check, Sources } from "./check.ts";

/** A constructor cannot have a `#`: `private constructor` says that a class is made by a function of its own. */
const keyword = /^\s*(?:(?:static|readonly|override|async|abstract)\s+)*(private|protected)\s+(?!constructor\b)[\w*[]/;

export function hiddenMembers({ scripts }: Sources): Check {
  const findings: string[] = [];
  for (const { path, text } of scripts) {
    for (const [index, line] of text.split("\n").entries()) {
      const found = keyword.exec(line);
      if (found !== null) findings.push(`${path}:${index + 1}: ${found[1]} member; hide it with #`);
    }
  }
  return { claim: "members of classes are hidden with #", findings };
}
