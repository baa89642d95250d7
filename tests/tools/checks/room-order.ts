/** A file imports from its own room and from those before it in the table of rooms, types included. */

import { House } from "../house/house.ts";
import type { Check, Sources } from "./check.ts";

export function roomOrder({ scripts, rooms }: Sources): Check {
  const house = new House(rooms);
  const findings = house
    .arrows(scripts)
    .filter(({ from, to }) => !house.isBelow(to, from))
    .flatMap(({ from, to, imports }) =>
      imports.map(
        (one) => `${one.from}: imports ${one.to}; ${to.path} comes after ${from.path} in tests/tools/rooms.ts`,
      ),
    );
  return { claim: "rooms import from those below them only", findings };
}
