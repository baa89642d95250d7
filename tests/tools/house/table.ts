/** The table of rooms as ARCHITECTURE.md shows it. */
import { type Floor, floors } from "../rooms.ts";

const begin = "<!-- Rooms, by `npm run docs` from tests/tools/rooms.ts -->";
const end = "<!-- End of rooms -->";

function linesOf({ name, title, rooms }: Floor): string[] {
  return [
    `| **${name}** | **${title}** | |`,
    ...rooms.map(({ path, holds, next }) => `| \`${path}\` | ${holds} | ${next ?? ""} |`),
  ];
}

/** A page with the table put in place of the one that it has. */
export function withRooms(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md: has no \`${begin}\` with \`${end}\` after it`);
  const table = ["| room | what lives there | the next of its kind |", "|---|---|---|", ...floors.flatMap(linesOf)];
  return `${page.slice(0, from + begin.length)}\n\n${table.join("\n")}\n\n${page.slice(to)}`;
}
