/**
 * Chaos: random calls, spawns, traps, exceptions, exhausted stacks, waits, notifications, loads and terminations over
 * eight agents.
 *
 *     npm run chaos -- [--seconds N] [--seed S]
 *
 * A finding is printed with the seed of its round, which `--seed` repeats as far as threads let anything repeat.
 */
import { Random } from "../stress/random.ts";
import { ChaosRound } from "./round.ts";

const ACTS = 1500;

function option(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? usual : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number`);
  return value;
}

const seconds = option("seconds", 60);
const firstSeed = option("seed", Math.floor(Math.random() * 2 ** 31));
const end = performance.now() + seconds * 1000;
const total = { rounds: 0, acts: 0, calls: 0, kills: 0, woken: 0, loads: 0 };
for (let seed = firstSeed; performance.now() < end; seed++) {
  try {
    const { acts, calls, kills, woken, loads } = await ChaosRound.run(new Random(seed), ACTS);
    total.rounds++;
    total.acts += acts;
    total.calls += calls;
    total.kills += kills;
    total.woken += woken;
    total.loads += loads;
  } catch (error) {
    console.error(`round with --seed ${seed}`);
    throw error;
  }
}
const { rounds, acts, calls, kills, woken, loads } = total;
console.log(
  `${rounds} rounds from seed ${firstSeed}: ${acts} acts, ${calls} calls, ${woken} waiters woken, ${loads} modules loaded, ${kills} Workers terminated; no finding`,
);
