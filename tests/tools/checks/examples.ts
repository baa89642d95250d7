/**
 * The examples of the documentation are of this code: in a block of ```diff, a line `// path: ...` names a file, and
 * the lines with a plus that follow are lines of it.
 */
import { existsSync, readFileSync } from "node:fs";
import { root, type SourceFile } from "../source-files.ts";
import type { Check, Sources } from "./check.ts";

function missing(page: SourceFile, scripts: ReadonlyMap<string, string>): string[] {
  const findings: string[] = [];
  let inExample = false;
  let path: string | undefined;
  let lines = new Set<string>();
  for (const [index, line] of page.text.split("\n").entries()) {
    if (line.startsWith("```")) inExample = line === "```diff";
    if (!inExample) continue;
    const place = `${page.path}:${index + 1}`;
    const named = /^ \/\/ (\S+?\.\w+)\b/.exec(line)?.[1];
    if (named !== undefined) {
      path = named;
      const text = scripts.get(path) ?? (existsSync(root + path) ? readFileSync(root + path, "utf8") : "");
      lines = new Set(text.split("\n").map((one) => one.trim()));
    } else if (line.startsWith("+") && !lines.has(line.slice(1).trim())) {
      findings.push(
        path === undefined ? `${place}: no file is named before this line` : `${place}: no line of ${path}`,
      );
    }
  }
  return findings;
}

export function examples({ scripts, pages }: Sources): Check {
  const texts = new Map(scripts.map(({ path, text }) => [path, text]));
  return {
    claim: "examples in the documentation are lines of the files that they name",
    findings: pages.flatMap((page) => missing(page, texts)),
  };
}
