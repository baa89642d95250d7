/** The project's own source files, as the checks and the test runner see them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { floors } from "./rooms.ts";

/** The repository's root, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

const skipped = new Set(["node_modules", "dist", "build", "coverage"]);

/** A source file with its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All files on the floors, in order of their paths, with one of the given extensions. */
export function sourceFiles(extensions: readonly string[]): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(path);
      } else if (extensions.some((extension) => entry.name.endsWith(extension))) {
        files.push({ path, text: readFileSync(root + path, "utf8") });
      }
    }
  };
  for (const { name } of floors) if (existsSync(root + name)) walk(name);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The documentation's pages: those at the root and those under `docs`. */
export function pageFiles(): SourceFile[] {
  const names = [...readdirSync(root), ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];
  return names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((path) => ({ path, text: readFileSync(root + path, "utf8") }));
}
