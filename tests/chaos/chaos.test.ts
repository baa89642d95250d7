import { expect, test } from "vitest";
import { Random } from "../stress/random.ts";
import { ChaosRound } from "./round.ts";

test("random calls, failures, waits, loads and terminations on eight agents all come to an end, and leave a sound heap", async () => {
  const { calls, kills, woken, loads } = await ChaosRound.run(new Random(11), 500);
  for (const count of [calls, kills, woken, loads]) expect(count).toBeGreaterThan(0);
});
