/**
 * Threads beside what the host has without Heddle: spawning, locks, waking one another, handing over objects, loading
 * modules, and how much more threads do than one.
 *
 *     npm run bench -- threads [--runs N] [--json] [spawn|locks|ping-pong|handover|loading|scaling]...
 *
 * Each measurement has a process of its own, in which Heddle and the peer take turns.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { quantile, ratioOf } from "./heap/statistics.ts";
import type { BenchmarkOptions } from "./main.ts";
import type { Figure } from "./threads/figure.ts";
import type { Scaling } from "./threads/scaling.ts";

/** Scripts, how many turns they take for each run that was asked for, and further words. */
const scripts: readonly (readonly [name: string, turns: number, ...words: string[]])[] = [
  ["spawn", 40],
  ["spawn", 40, "awake"],
  ["locks", 1],
  ["ping-pong", 1],
  ["handover", 1],
  ["loading", 2],
];

function runScript<T>(name: string, ...words: readonly string[]): T {
  const script = fileURLToPath(new URL(`./threads/${name}.ts`, import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [script, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }),
  ) as T;
}

const range = (samples: readonly number[]): string =>
  `${round(quantile(samples, 0.25))} to ${round(quantile(samples, 0.75))}`;
const round = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function printFigure({ title, unit, own, peer }: Figure): void {
  const print = (name: string, samples: readonly number[]): void =>
    console.log(`  ${name.padEnd(32)}${round(quantile(samples, 0.5)).padStart(8)} ${unit}  (${range(samples)})`);
  console.log(`\n${title}`);
  print("Heddle", own);
  if (peer === undefined) return;
  print(peer.title, peer.samples);
  const ratio = ratioOf(peer.samples, own);
  console.log(`  ${round(ratio.median)} times as fast (${round(ratio.low)} to ${round(ratio.high)})`);
}

function printScaling(scalings: readonly Scaling[]): void {
  console.log(`\n${scalings[0]?.threads} threads beside one, in milliseconds`);
  for (const { title, alone, together } of scalings) {
    const ratio = ratioOf(alone, together);
    const times = [alone, together].map((samples) => (quantile(samples, 0.5) * 1000).toFixed(1).padStart(8)).join("");
    console.log(
      `  ${title.padEnd(38)}${times}   ${round(ratio.median)}x (${round(ratio.low)} to ${round(ratio.high)})`,
    );
  }
}

/** Measures and prints. */
export async function threads({ runs, json, names }: BenchmarkOptions): Promise<void> {
  const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);
  const figures = scripts.flatMap(([name, turns, ...words]) =>
    isWanted(name) ? runScript<Figure[]>(name, String(runs * turns), ...words) : [],
  );
  const counts = [...new Set([2, availableParallelism()])];
  const scalings = isWanted("scaling")
    ? counts.map((count) => runScript<Scaling[]>("scaling", String(runs), String(count)))
    : [];
  if (json) {
    console.log(JSON.stringify({ figures, scalings }, undefined, 2));
    return;
  }
  console.log(
    `Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model}, ${availableParallelism()} cores; medians and quartiles`,
  );
  for (const figure of figures) printFigure(figure);
  for (const scaling of scalings) printScaling(scaling);
}
