/** A file has one subject: what grows to 500 lines has more than one. */
import type { Check, Sources } from "./check.ts";

const maximumLines = 500;

export function fileSizes({ scripts, modules }: Sources): Check {
  const findings = [...scripts, ...modules]
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter(({ lines }) => lines >= maximumLines)
    .map(({ path, lines }) => `${path}: ${lines} lines; split it by subject (limit ${maximumLines})`);
  return { claim: `files have fewer than ${maximumLines} lines`, findings };
}
