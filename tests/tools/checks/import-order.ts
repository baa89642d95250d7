/** A file may import from its own folder and from those before it; `core` knows no feature folder. */
import { layers } from "../source-files.ts";
import type { Check, Sources } from "./check.ts";
import { importsOf } from "./imports.ts";

/** Ways up that are being taken out. */
const goingAway = new Set(["threads/store/store.ts"]);

const layerOf = (path: string): number => layers.findIndex((layer) => path.startsWith(`${layer}/`));

export function importOrder({ scripts }: Sources): Check {
  const findings = importsOf(scripts)
    .filter(({ from, to }) => layerOf(to) > layerOf(from) && !goingAway.has(from))
    .map(({ from, to }) => `${from}: imports ${to}, which is in a later folder (${layers.join(" <- ")})`);
  return { claim: "imports go from later folders to earlier ones only", findings };
}
