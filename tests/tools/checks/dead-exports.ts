/**
 * Nothing is exported, kept or depended upon that nobody uses. Knip follows the imports from the entries that
 * knip.jsonc names; what it takes no notice of is said there, too.
 */
import { execFile } from "node:child_process";
import { root } from "../source-files.ts";
import type { Check } from "./check.ts";

/** What knip finds in one file, by kind. */
type Issues = Readonly<Record<string, string | readonly { readonly name: string; readonly line?: number }[]>>;

const remedies: Readonly<Record<string, string>> = {
  exports: "is imported by nobody: take the export away, or what it exports",
  types: "is imported by nobody: take the export away, or what it exports",
  files: "is imported by nobody: take it away, or name it among the entries in knip.jsonc",
  dependencies: "is a dependency that nobody imports",
  devDependencies: "is a dependency that nobody imports",
  unlisted: "is imported, and is no dependency in package.json",
  unresolved: "is imported, and is not there",
  duplicates: "is exported under two names",
};

/** The findings of a report of knip's. */
export function findingsOf(issues: readonly Issues[]): string[] {
  return issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, found]) =>
      Array.isArray(found)
        ? found
            .flat()
            .map(
              ({ name, line }) =>
                `${file}${line === undefined ? "" : `:${line}`}: ${name} ${remedies[kind] ?? `(${kind})`}`,
            )
        : [],
    ),
  );
}

/** Runs knip, whose exit code is 1 where it finds something, and 2 where it cannot look. */
function report(): Promise<{ readonly issues: readonly Issues[] }> {
  const words = ["node_modules/knip/bin/knip.js", "--no-progress", "--reporter", "json"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 }, (error, output, errors) => {
      if (error !== null && error.code !== 1) reject(new Error(`knip: ${errors || error.message}`));
      else resolve(JSON.parse(output) as { readonly issues: readonly Issues[] });
    });
  });
}

export async function deadExports(): Promise<Check> {
  const { issues } = await report();
  return { claim: "exports, files and dependencies are used by somebody", findings: findingsOf(issues) };
}
