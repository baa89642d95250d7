/** The table of rooms names every folder of sources, and none that is not there. */
import { posix } from "node:path";
import { House } from "../house/house.ts";
import type { Check, Sources } from "./check.ts";

export function roomsListed({ scripts, rooms }: Sources): Check {
  const house = new House(rooms);
  const folders = new Set(
    scripts.filter(({ path }) => house.roomOf(path) === undefined).map(({ path }) => posix.dirname(path)),
  );
  const inhabited = new Set(scripts.map(({ path }) => house.roomOf(path)));
  const paths = rooms.map(({ path }) => path);
  const findings = [
    ...[...folders].map(
      (folder) => `${folder}: is no room in tests/tools/rooms.ts; say there what it holds, and what it may import`,
    ),
    ...rooms
      .filter((room) => !inhabited.has(room))
      .map(({ path }) => `${path}: is a room in tests/tools/rooms.ts, and has no sources`),
    ...paths
      .filter((path, index) => paths.indexOf(path) !== index)
      .map((path) => `${path}: is twice in tests/tools/rooms.ts`),
  ];
  return { claim: "every folder of sources is a room in the table of rooms", findings };
}
