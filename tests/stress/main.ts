/**
 * The heap under random mutators, compared with a model.
 *
 *     npm run stress -- [--seconds N] [--seed S] [--kills N]
 *
 * Runs rounds (round.ts) of random settings for so many seconds, or until so many Workers were terminated while they
 * ran. A finding is printed with the seed of its round, which `--seed` repeats as far as threads let anything repeat.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "./random.ts";
import { Round, randomSettings } from "./round.ts";

const ROUND_MILLISECONDS = 4000;

function option(name: string): number | undefined {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return undefined;
  const value = Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number`);
  return value;
}

/** The host's own collector, so that wrapper objects are finalized. */
function collectorOfHost(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

const kills = option("kills");
const seconds = option("seconds") ?? (kills === undefined ? 60 : 3600);
const firstSeed = option("seed") ?? Math.floor(Math.random() * 2 ** 31);
const end = performance.now() + seconds * 1000;
const collectHost = collectorOfHost();
const total = { rounds: 0, steps: 0, compared: 0, kills: 0, collections: 0, exhausted: 0 };

for (let seed = firstSeed; performance.now() < end && (kills === undefined || total.kills < kills); seed++) {
  const random = new Random(seed);
  const settings = kills === undefined ? randomSettings(random) : { ...randomSettings(random), kills: true };
  try {
    const result = await Round.run(random, settings, Math.min(end, performance.now() + ROUND_MILLISECONDS));
    total.rounds++;
    total.steps += result.steps;
    total.compared += result.compared;
    total.kills += result.kills;
    total.collections += result.collections;
    total.exhausted += result.exhausted;
  } catch (error) {
    console.error(`round with --seed ${seed}: ${JSON.stringify(settings)}`);
    throw error;
  }
  collectHost();
}
const { rounds, steps, compared, collections, exhausted } = total;
console.log(
  `${rounds} rounds from seed ${firstSeed}: ${steps} steps, ${compared} objects compared, ${collections} collections, out of memory ${exhausted} times, ${total.kills} Workers terminated; no finding`,
);
