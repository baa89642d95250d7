/** Threads are few rooms with few doors, so that a reader can say what may touch what. */

import { House } from "../house/house.ts";
import type { Check, Sources } from "./check.ts";

const floor = "threads/";
const maximumRooms = 15;
const maximumArrows = 60;

export function threadRooms({ scripts, rooms }: Sources): Check {
  const count = rooms.filter(({ path }) => path.startsWith(floor)).length;
  const files = scripts.filter(({ path }) => path.startsWith(floor));
  // What they import from other floors is no arrow between their rooms.
  const arrows = new House(rooms).arrows(files).filter(({ to }) => to.path.startsWith(floor)).length;
  const findings: string[] = [];
  if (count > maximumRooms) findings.push(`${floor}: ${count} rooms (limit ${maximumRooms})`);
  if (arrows > maximumArrows) findings.push(`${floor}: ${arrows} arrows between its rooms (limit ${maximumArrows})`);
  return {
    claim: `threads have no more than ${maximumRooms} rooms and ${maximumArrows} arrows between them`,
    findings,
  };
}
