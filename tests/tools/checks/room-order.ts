/** A file imports from its own room and from those before it in the table of rooms, types included. */

import { House } from "../house/house.ts";
import type { Check, Sources } from "./check.ts";

/** Ways up that are being taken out. */
const goingAway = new Set(["threads/store/store.ts"]);

export function roomOrder({ scripts, rooms }: Sources): Check {
  const house = new House(rooms);
  const findings = house
    .arrows(scripts)
    .filter(({ from, to }) => !house.isBelow(to, from))
    .flatMap(({ from, to, imports }) =>
      imports
        .filter((one) => !goingAway.has(one.from))
        .map((one) => `${one.from}: imports ${one.to}; ${to.path} comes after ${from.path} in tests/tools/rooms.ts`),
    );
  return { claim: "rooms import from those below them only", findings };
}
