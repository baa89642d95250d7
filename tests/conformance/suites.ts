/** Finds scripts, and says which features each suite is about. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type FeatureName, type FeatureSet, featureSet } from "../../core/features.ts";

/** A script and the suite that it belongs to. */
export interface ScriptFile {
  readonly suite: string;
  /** Its path from the suite's folder: what the lists of expected failures call it. */
  readonly name: string;
  readonly path: string;
}

/**
 * Features that are off in a suite: its scripts were written for a language without them, and check that it refuses what they add.
 * Suites that are not named here run with everything on.
 */
const offBySuite: Readonly<Record<string, readonly FeatureName[]>> = {
  // The standard alone: later proposals give meaning to encodings that it calls malformed, and relax some of its rules.
  core: ["shared-everything-threads", "custom-descriptors", "stack-switching", "custom-page-sizes"],
  // Has the standard's own scripts too, which call a memory's flag for a page size malformed.
  "custom-descriptors": ["custom-page-sizes"],
  // Written against the first version of the standard.
  threads: ["reference-types", "multi-memory", "memory64"],
};

/** The features with which a suite's scripts are run. */
export function featuresOf(suite: string): FeatureSet {
  return featureSet([], offBySuite[suite] ?? []);
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
