/** Small trees of sources for the tests of checks: paths and texts, and rooms in their order. */
import type { Check, Checker, Sources } from "../../../tools/checks/check.ts";
import type { Room } from "../../../tools/rooms.ts";
import type { SourceFile } from "../../../tools/source-files.ts";

const filesOf = (texts: Readonly<Record<string, string>>, ...extensions: string[]): SourceFile[] =>
  Object.entries(texts)
    .filter(([path]) => extensions.some((extension) => path.endsWith(extension)))
    .map(([path, text]) => ({ path, text }));

export const room = (path: string, more: Partial<Room> = {}): Room => ({ path, holds: "", ...more });

function sources(texts: Readonly<Record<string, string>>, rooms: readonly (string | Room)[] = []): Sources {
  return {
    scripts: filesOf(texts, ".ts", ".mjs"),
    modules: filesOf(texts, ".wat"),
    pages: filesOf(texts, ".md"),
    rooms: rooms.map((one) => (typeof one === "string" ? room(one) : one)),
  };
}

/** What a check finds in a small tree. */
export async function findings(
  check: Checker,
  texts: Readonly<Record<string, string>>,
  rooms: readonly (string | Room)[] = [],
): Promise<readonly string[]> {
  const found: Check = await check(sources(texts, rooms));
  return found.findings;
}
