/**
 * All litmus tests, as often as one wants: publication of fresh objects, and the order of accesses to every kind of place.
 *
 *     npm run litmus -- [--iterations N] [--rounds N]
 *
 * `--iterations` are writes of each test of publication (ten million), `--rounds` those of each test of order (a million). Plain accesses may be reordered: how often
 * they are seen to be, in SB, says what the harness can see on this machine.
 */
import { type Order, type Place, places, runOrdering, type ShapeName, shapes } from "./ordering.ts";
import { shapes as publications, runShape } from "./publication.ts";

function option(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? usual : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number`);
  return value;
}

async function timed(label: string, run: () => Promise<number>, outcomes: string): Promise<number> {
  const start = performance.now();
  const found = await run();
  console.log(`${label}: ${found} ${outcomes} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return found;
}

const iterations = option("iterations", 10_000_000);
const rounds = option("rounds", 1_000_000);
let forbidden = 0;
if (iterations > 0) {
  for (const shape of publications) {
    forbidden += await timed(`${shape}, ${iterations} writes`, () => runShape(shape, iterations), "forbidden outcomes");
  }
}
const order = async (name: ShapeName, place: Place, order: Order, outcomes: string): Promise<number> =>
  timed(`${name} ${place} ${order}, ${rounds} rounds`, () => runOrdering(name, place, order, rounds), outcomes);
if (rounds > 0) {
  for (const place of places) {
    for (const name of Object.keys(shapes) as ShapeName[]) {
      forbidden += await order(name, place, "seqcst", "forbidden outcomes");
      if (!shapes[name].needsTotalOrder) forbidden += await order(name, place, "acqrel", "forbidden outcomes");
    }
    await order("SB", place, "plain", "reordered");
  }
}
console.log(`${forbidden} forbidden outcomes`);
process.exitCode = forbidden === 0 ? 0 : 1;
