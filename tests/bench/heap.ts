/**
 * The heap beside V8's collectors: allocation and collection in whole programs, pauses, and memory.
 *
 *     npm run bench -- heap [--runs N] [--json] [CASE | threads=N,... | plots=FOLDER]...
 *
 * Each sample has a process of its own. Engines and numbers of threads take turns, and ratios are between runs of one
 * turn, so that a change of the machine's speed meets both sides. Beside the time on the clock there is processor time,
 * of all threads together: where other programs use the machine too, only that says something.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { cases, type HeapCase } from "./heap/cases.ts";
import { type Engine, type EngineInfo, engines, hasEngine } from "./heap/engines.ts";
import type { HeapSample } from "./heap/measure.ts";
import type { MemorySample } from "./heap/measure-memory.ts";
import type { PauseSample } from "./heap/measure-pauses.ts";
import { writePlots } from "./heap/plots.ts";
import { type CaseResult, printResults, type Results } from "./heap/report.ts";
import { median, ratioOf } from "./heap/statistics.ts";
import type { BenchmarkOptions } from "./main.ts";

const script = (name: string): string => fileURLToPath(new URL(`./heap/${name}.ts`, import.meta.url));

function runScript<T>(name: string, flags: readonly string[], words: readonly string[]): T {
  const output = execFileSync(process.execPath, [...flags, script(name), ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as T;
}

/** The value of a word `name=value`. */
function optionOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function caseOf(name: string): HeapCase {
  const found = cases.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no case called ${name}: ${cases.map((one) => one.name).join(", ")}`);
  return found;
}

/** Measures a program on each number of threads, in turns, so that numbers of threads can be compared too. */
function measureWork(work: HeapCase, threadCounts: readonly number[], runs: number): CaseResult[] {
  const series = threadCounts.map((threads) => {
    const taking = engines.filter(({ engine }) => hasEngine(engine, work) && (threads === 1 || engine !== "bump"));
    return { threads, taking, samples: new Map<Engine, HeapSample[]>(taking.map(({ engine }) => [engine, []])) };
  });
  for (let run = 0; run < runs; run++) {
    for (const { threads, taking, samples } of series) {
      for (const { engine, flags } of taking) {
        samples.get(engine)?.push(runScript<HeapSample>("measure", flags, [engine, work.name, String(threads)]));
      }
    }
  }
  return series.map(({ threads, taking, samples }) => {
    checkSums(work, taking, samples);
    return summarize(work, threads, taking, samples);
  });
}

function summarize(
  work: HeapCase,
  threads: number,
  taking: readonly EngineInfo[],
  samples: ReadonlyMap<Engine, readonly HeapSample[]>,
): CaseResult {
  const own = samples.get("heddle") as readonly HeapSample[];
  const collecting = ({ young = [], full = [] }: HeapSample): number =>
    [...young, ...full].reduce((sum, pause) => sum + pause, 0) / 1000;
  const uncollected = own.map((sample) => sample.seconds - collecting(sample));
  const column = (of: readonly HeapSample[], key: "seconds" | "processorSeconds"): number[] =>
    of.map((sample) => sample[key]);
  return {
    work,
    threads,
    engines: taking.map(({ engine, label }) => {
      const peer = samples.get(engine) as readonly HeapSample[];
      const seconds = column(peer, "seconds");
      // How many times as fast Heddle is.
      const clock = ratioOf(seconds, column(own, "seconds"));
      const processor = ratioOf(column(peer, "processorSeconds"), column(own, "processorSeconds"));
      const processorSeconds = column(peer, "processorSeconds");
      return { engine, label, seconds, processorSeconds, clock, processor, uncollected: ratioOf(seconds, uncollected) };
    }),
    allocationRate: median(own.map(({ allocated = 0, seconds }) => allocated / seconds)),
    young: own.flatMap(({ young }) => young ?? []),
    full: own.flatMap(({ full }) => full ?? []),
  };
}

function checkSums(
  work: HeapCase,
  taking: readonly EngineInfo[],
  samples: ReadonlyMap<Engine, readonly HeapSample[]>,
): void {
  const sums = new Set(taking.flatMap(({ engine }) => (samples.get(engine) ?? []).map(({ checksum }) => checksum)));
  if (sums.size !== 1) throw new Error(`${work.name}: the engines disagree: ${[...sums].join(", ")}`);
}

/** Runs the comparison and prints it. */
export async function heap({ runs, json, names }: BenchmarkOptions): Promise<void> {
  const wanted = names.filter((name) => !name.includes("="));
  const threadCounts = optionOf(names, "threads")?.split(",").map(Number) ?? [
    ...new Set([1, 2, availableParallelism()]),
  ];
  const chosen = wanted.length === 0 ? cases : wanted.map(caseOf);
  const results: Results = {
    host: {
      node: process.version,
      v8: process.versions.v8,
      processor: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
    },
    runs,
    cases: chosen.flatMap((work) => measureWork(work, threadCounts, runs)),
    pauses: wanted.length === 0 ? runScript<PauseSample>("measure-pauses", [], []) : undefined,
    memory: wanted.length === 0 ? runScript<MemorySample>("measure-memory", ["--expose-gc"], []) : undefined,
  };
  if (json) console.log(JSON.stringify(results, undefined, 2));
  else printResults(results);
  const plots = optionOf(names, "plots");
  if (plots !== undefined) writePlots(results, plots);
}
