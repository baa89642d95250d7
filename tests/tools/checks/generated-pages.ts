/** Pages that are generated from the source say what the source says. */
import { existsSync, readFileSync } from "node:fs";
import { pages } from "../generate-docs.ts";
import { root } from "../source-files.ts";
import type { Check } from "./check.ts";

export function generatedPages(): Check {
  const findings = [...pages()]
    .filter(([path, text]) => !existsSync(root + path) || readFileSync(root + path, "utf8") !== text)
    .map(([path]) => `${path}: out of date; run npm run docs`);
  return { claim: "generated documentation is up to date", findings };
}
