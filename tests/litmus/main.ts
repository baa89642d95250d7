/**
 * All litmus tests, as often as one wants, on any host: publication of fresh objects, and the order of accesses to
 * every kind of place.
 *
 *     npm run litmus -- [--iterations N] [--rounds N] [--host=node|deno|bun|chromium|firefox]
 *
 * `--iterations` are writes of each test of publication (ten million), `--rounds` those of each test of order (a
 * million; none in browsers). Plain accesses may be reordered: how often they are seen to be, in SB, says what the
 * harness can see on this machine.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isHere, runUnder } from "../conformance/hosts.ts";
import { type Order, type Place, places, runOrdering, type ShapeName, shapes } from "./ordering.ts";
import { runPublication } from "./publication.ts";

const hosts = ["node", "deno", "bun", "chromium", "firefox"] as const;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number`);
  return value;
}

/** Loaded only for that: it needs Playwright and esbuild. */
async function runInPage(host: "chromium" | "firefox", iterations: number): Promise<number> {
  const { chromiumStarter, firefoxStarter } = await import("../tools/browsers.ts");
  const { runInBrowser } = await import("./run-browser.ts");
  return runInBrowser(host === "chromium" ? chromiumStarter() : firefoxStarter(), iterations, console.log);
}

async function runOrder(
  name: ShapeName,
  place: Place,
  order: Order,
  rounds: number,
  outcomes: string,
): Promise<number> {
  const start = performance.now();
  const found = await runOrdering(name, place, order, rounds);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name} ${place} ${order}, ${rounds} rounds: ${found} ${outcomes} (${seconds} s)`);
  return found;
}

/** All tests of order; returns how many forbidden outcomes there were. */
async function runOrders(rounds: number): Promise<number> {
  let forbidden = 0;
  for (const place of places) {
    for (const name of Object.keys(shapes) as ShapeName[]) {
      forbidden += await runOrder(name, place, "seqcst", rounds, "forbidden outcomes");
      if (!shapes[name].needsTotalOrder)
        forbidden += await runOrder(name, place, "acqrel", rounds, "forbidden outcomes");
    }
    await runOrder("SB", place, "plain", rounds, "reordered");
  }
  return forbidden;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      iterations: { type: "string", default: "10000000" },
      rounds: { type: "string", default: "1000000" },
      host: { type: "string", default: "node" },
    },
  });
  const host = hosts.find((one) => one === values.host);
  if (host === undefined) throw new Error(`--host=${values.host} is none of ${hosts.join(", ")}`);
  if ((host === "bun" || host === "deno") && !isHere(host))
    return runUnder(host, import.meta.filename, process.argv.slice(2));
  const [iterations, rounds] = [count("iterations", values.iterations), count("rounds", values.rounds)];
  let forbidden = 0;
  if (host === "chromium" || host === "firefox") forbidden = await runInPage(host, iterations);
  else {
    const source = readFileSync(new URL("./publication.wat", import.meta.url), "utf8");
    // Plain stores are in order on x86 only; elsewhere that lowering is never chosen.
    const inOrder = ["x64", "ia32"].includes(process.arch);
    if (iterations > 0) forbidden += await runPublication(source, iterations, inOrder, console.log);
    if (rounds > 0) forbidden += await runOrders(rounds);
  }
  console.log(`${forbidden} forbidden outcomes`);
  return forbidden === 0 ? 0 : 1;
}

process.exitCode = await main();
