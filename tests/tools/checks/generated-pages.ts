/** Pages and sources that are generated say what they are generated from. */
import { existsSync, readFileSync } from "node:fs";
import { pages } from "../generate-docs.ts";
import { wrapperFiles } from "../generate-wrappers.ts";
import { root } from "../source-files.ts";
import type { Check } from "./check.ts";

export function generatedPages(): Check {
  const findings = [...outOfDate(pages(), "docs"), ...outOfDate(wrapperFiles(), "wrappers")];
  return { claim: "generated documentation and sources are up to date", findings };
}

function outOfDate(files: ReadonlyMap<string, string>, script: string): string[] {
  return [...files]
    .filter(([path, text]) => !existsSync(root + path) || readFileSync(root + path, "utf8") !== text)
    .map(([path]) => `${path}: out of date; run npm run ${script}`);
}
