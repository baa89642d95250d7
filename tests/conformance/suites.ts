/** Finds scripts. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

/** A script and the suite that it belongs to. */
export interface ScriptFile {
  readonly suite: string;
  /** Its path from the suite's folder: what the lists of expected failures call it. */
  readonly name: string;
  readonly path: string;
}

function scriptsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".wast"))
    .sort()
    .map((name) => join(folder, name));
}

/** The scripts at a path: a file, a suite's folder, or a folder of suites. */
export function findScripts(path: string): ScriptFile[] {
  const full = resolve(path);
  if (statSync(full).isFile()) return [{ suite: basename(dirname(full)), name: basename(full), path: full }];
  const suite = (folder: string): ScriptFile[] =>
    scriptsBelow(folder).map((script) => ({ suite: basename(folder), name: relative(folder, script), path: script }));
  const entries = readdirSync(full, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith(".wast"))) return suite(full);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => suite(join(full, name)));
}
