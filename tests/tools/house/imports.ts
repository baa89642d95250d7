/** What the sources import: one entry per statement, with the file that it names. */
import { posix } from "node:path";
import type { SourceFile } from "../source-files.ts";

/** An import of a file of the project's own. */
export interface Import {
  readonly from: string;
  /** Path from the root. */
  readonly to: string;
  /**
   * A value that is imported makes the other file run first. A type is erased before; a URL names a file, as a Worker's
   * script.
   */
  readonly kind: "value" | "type" | "url";
}

/**
 * Statements, `import(...)` and `new URL(...)`; what is between the keyword and `from` is captured, to tell types from
 * values.
 */
const importPattern =
  /^\s*(?:import|export)\s(?:([^"'`;]*?)\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|\bnew URL\(\s*["'](\.[^"']+)["']/gm;

function importsTypesOnly(clause: string | undefined): boolean {
  if (clause === undefined) return false;
  if (/^type\b/.test(clause)) return true;
  const names = /^\{([^}]*)\}$/.exec(clause.trim())?.[1];
  return (
    names !== undefined && /^\s*type\s/.test(names) && names.split(",").every((name) => /^\s*(type\s|$)/.test(name))
  );
}

/** The imports of the project's own files, in order of the files. AssemblyScript's have no extension. */
export function importsOf(files: readonly SourceFile[]): Import[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(importPattern)].flatMap(([, clause, statement, dynamic, url]): Import[] => {
      const specifier = statement ?? dynamic ?? url ?? "";
      if (!specifier.startsWith(".")) return [];
      const target = posix.normalize(posix.join(posix.dirname(path), specifier));
      const kind = url !== undefined ? "url" : importsTypesOnly(clause) ? "type" : "value";
      return [{ from: path, to: paths.has(`${target}.ts`) ? `${target}.ts` : target, kind }];
    }),
  );
}
