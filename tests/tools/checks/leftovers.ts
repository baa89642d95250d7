/** Unfinished work is finished, not noted. */
import type { Check, Sources } from "./check.ts";

/** Spelled in two halves, so that this file does not find itself. */
const leftovers = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);

export function nothingLeftBehind({ scripts, modules }: Sources): Check {
  const findings: string[] = [];
  for (const file of [...scripts, ...modules]) {
    for (const [index, line] of file.text.split("\n").entries()) {
      const found = leftovers.exec(line);
      if (found !== null) findings.push(`${file.path}:${index + 1}: ${found[1]}`);
    }
  }
  return { claim: "no notes of unfinished work", findings };
}
