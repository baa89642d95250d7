/**
 * No values are imported in a circle: which file of a circle runs first depends on who asks, and none of them can be
 * read or tested before the others. Types are erased and need no order; a Worker's script begins anew, on a thread of
 * its own.
 */

import { importsOf } from "../house/imports.ts";
import { circles } from "../house/strongly-connected.ts";
import type { Check, Sources } from "./check.ts";

export function importCircles({ scripts }: Sources): Check {
  const imports = new Map<string, string[]>(scripts.map(({ path }) => [path, []]));
  for (const { from, to, kind } of importsOf(scripts)) {
    if (kind === "value" && imports.has(to)) imports.get(from)?.push(to);
  }
  const findings = circles(imports).map((files) => `${files.join(", ")}: import values from each other in a circle`);
  return { claim: "no values are imported in a circle", findings };
}
