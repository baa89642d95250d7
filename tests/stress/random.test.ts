import { describe, expect, test } from "vitest";
import { Random } from "./random.ts";
import { Round, type RoundSettings } from "./round.ts";

const plain: RoundSettings = {
  threads: 2,
  megabytes: 48,
  nurseryKilobytes: 256,
  debug: false,
  collectAtSafepoints: false,
  kills: false,
};
const variants: Readonly<Record<string, Partial<RoundSettings>>> = {
  "in a heap with small nurseries": {},
  "in a heap that is verified after each collection": { debug: true },
  "in a heap that is collected at every safepoint": { debug: true, collectAtSafepoints: true, megabytes: 24 },
  "while threads are terminated": { kills: true },
};

describe("random mutators and their model agree", () => {
  for (const [name, settings] of Object.entries(variants)) {
    test(name, async () => {
      const { steps, compared } = await Round.run(new Random(7), { ...plain, ...settings }, performance.now() + 2000);
      expect(steps).toBeGreaterThan(0);
      expect(compared).toBeGreaterThan(0);
    });
  }
});
