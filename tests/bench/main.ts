/**
 * Benchmarks.
 *
 *     npm run bench -- [calls|slice|frontend|execution|descriptors|heap|threads] [--runs N] [--json] [PROGRAM...]
 *
 * Without a name all run, which takes half an hour.
 */
import { calls } from "./calls.ts";
import { descriptors } from "./descriptors.ts";
import { execution } from "./execution.ts";
import { frontend } from "./frontend.ts";
import { heap } from "./heap.ts";
import { slice } from "./slice.ts";
import { threads } from "./threads.ts";

/** What every benchmark takes. */
export interface BenchmarkOptions {
  /** Samples per figure; the median counts. */
  readonly runs: number;
  readonly json: boolean;
  /** What to measure, where not all of it. */
  readonly names: readonly string[];
}

const benchmarks: Readonly<Record<string, (options: BenchmarkOptions) => Promise<void>>> = {
  calls,
  descriptors,
  execution,
  frontend,
  heap,
  slice,
  threads,
};

function readOptions(words: readonly string[]): BenchmarkOptions {
  const at = words.indexOf("--runs");
  const runs = at < 0 ? 5 : Number(words[at + 1]);
  if (!Number.isInteger(runs) || runs < 1) throw new Error("--runs needs a whole number of at least 1");
  const names = words.filter((word, i) => !word.startsWith("--") && (at < 0 || i !== at + 1));
  return { runs, json: words.includes("--json"), names };
}

/** Runs one benchmark, or all of them one after the other where none is named. */
async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name.startsWith("--")) {
    for (const [title, benchmark] of Object.entries(benchmarks)) {
      const options = readOptions(words);
      if (!options.json) console.log(`\n== ${title}\n`);
      await benchmark(options);
    }
    return 0;
  }
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) {
    console.error(`usage: npm run bench -- [${Object.keys(benchmarks).join("|")}] [--runs N] [--json]`);
    return 2;
  }
  await benchmark(readOptions(rest));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
