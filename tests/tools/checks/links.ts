/** Links between the documentation's pages lead somewhere. */
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { root } from "../source-files.ts";
import type { Check, Sources } from "./check.ts";

export function links({ pages }: Sources): Check {
  const findings: string[] = [];
  for (const page of pages) {
    const text = page.text.replaceAll(/```[\s\S]*?```/g, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target === undefined || /^[a-z]+:|^#/.test(target)) continue;
      const path = posix.join(posix.dirname(page.path), target.replace(/#.*/, ""));
      if (!existsSync(root + path)) findings.push(`${page.path}: link to ${target}, which does not exist`);
    }
  }
  return { claim: "links in the documentation lead somewhere", findings };
}
