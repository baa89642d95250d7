/**
 * Sources that comments and documentation name are there: by their whole path, by its end, or from where they are
 * named.
 */
import { posix } from "node:path";
import { commentsOf } from "../comments.ts";
import type { SourceFile } from "../source-files.ts";
import type { Check, Sources } from "./check.ts";

/** A path of TypeScript or JavaScript; not the end of an address, of a package's name or of a pattern. */
const namePattern = /(?<![\w/.@*<>$}-])(?:\.\.?\/)*(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:ts|mjs)\b(?![\w/])/g;

function proseOf({ path, text }: SourceFile): string {
  if (path.endsWith(".md")) return text;
  return commentsOf(text)
    .map(({ start, end }) => text.slice(start, end))
    .join("\n");
}

/** The ends of a path, from the whole of it to the file's name. */
function endsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(index).join("/"));
}

export function namedFiles({ scripts, pages }: Sources): Check {
  const known = new Set(scripts.flatMap(({ path }) => endsOf(path)));
  const findings = [...scripts, ...pages].flatMap((file) =>
    [...proseOf(file).matchAll(namePattern)]
      .map(([name]) => name)
      .filter(
        (name) => !/\bbuild\//.test(name) && !known.has(name) && !known.has(posix.join(posix.dirname(file.path), name)),
      )
      .map((name) => `${file.path}: names ${name}, which does not exist`),
  );
  return { claim: "files that comments and documentation name are there", findings };
}
