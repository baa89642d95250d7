/** Who opens a folder sees what is in it at a glance. */
import { posix } from "node:path";
import type { Check, Sources } from "./check.ts";

const maximumFiles = 20;

export function folderSizes({ scripts, rooms }: Sources): Check {
  const counts = new Map<string, number>();
  for (const { path } of scripts) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const excused = new Set(rooms.filter(({ crowded }) => crowded !== undefined).map(({ path }) => path));
  const findings = [
    ...[...counts]
      .filter(([folder, count]) => count > maximumFiles && !excused.has(folder))
      .map(([folder, count]) => `${folder}: ${count} files; make rooms of it by subject (limit ${maximumFiles})`),
    ...[...excused]
      .filter((folder) => (counts.get(folder) ?? 0) <= maximumFiles)
      .map((folder) => `${folder}: needs no leave in tests/tools/rooms.ts for more than ${maximumFiles} files`),
  ];
  return { claim: `folders have no more than ${maximumFiles} source files`, findings };
}
