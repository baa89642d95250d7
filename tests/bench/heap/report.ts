/** The results of the heap's benchmark, and how they are printed. */
import type { HeapCase } from "./cases.ts";
import type { Engine } from "./engines.ts";
import type { MemorySample } from "./measure-memory.ts";
import type { PauseSample } from "./measure-pauses.ts";
import { geometricMean, median, quantile, type Ratio, ratioOf } from "./statistics.ts";

interface EngineResult {
  readonly engine: Engine;
  readonly label: string;
  readonly seconds: readonly number[];
  readonly processorSeconds: readonly number[];
  /** How many times as fast Heddle is, by the clock and by processor time. */
  readonly clock: Ratio;
  readonly processor: Ratio;
  /** The same by the clock if collections took no time. */
  readonly uncollected: Ratio;
}

export interface CaseResult {
  readonly work: HeapCase;
  readonly threads: number;
  readonly engines: readonly EngineResult[];
  /** Bytes that Heddle allocates in a second. */
  readonly allocationRate: number;
  /** Heddle's pauses in all runs, in milliseconds. */
  readonly young: readonly number[];
  readonly full: readonly number[];
}

export interface Results {
  readonly host: { readonly node: string; readonly v8: string; readonly processor: string; readonly cores: number };
  readonly runs: number;
  readonly cases: readonly CaseResult[];
  readonly pauses: PauseSample | undefined;
  readonly memory: MemorySample | undefined;
}

const times = ({ median: middle, low, high }: Ratio): string =>
  `${middle.toFixed(2).padStart(6)}x (${low.toFixed(2)} to ${high.toFixed(2)})`.padEnd(24);
const megabytes = (bytes: number): string => `${(bytes / 1048576).toFixed(0)} MB`;

export function printResults(results: Results): void {
  const { host, runs, cases } = results;
  console.log(
    `Node ${host.node}, V8 ${host.v8}, ${host.processor}, ${host.cores} cores; medians of ${runs} processes each`,
  );
  console.log(
    "x: how many times as fast Heddle is, with the quartiles of single runs; by the clock, and by processor time of all threads",
  );
  for (const one of cases) printCase(one);
  for (const threads of new Set(cases.map((one) => one.threads))) printMeans(cases, threads);
  printScaling(cases);
  if (results.pauses !== undefined) printPauses(results.pauses);
  if (results.memory !== undefined) printMemory(results.memory);
}

function printCase({ work, threads, engines, allocationRate, young }: CaseResult): void {
  const rate = `Heddle allocates ${megabytes(allocationRate)} a second`;
  console.log(`\n${work.label}, ${threads} thread${threads === 1 ? "" : "s"}; ${rate}`);
  for (const { engine, label, seconds, processorSeconds, clock, processor } of engines) {
    const own = `  ${label.padEnd(24)} ${median(seconds).toFixed(3).padStart(8)} s ${median(processorSeconds).toFixed(3).padStart(8)} s`;
    console.log(engine === "heddle" ? own : `${own}  ${times(clock)} ${times(processor)}`);
  }
  if (young.length > 0) {
    const [p50, p99] = [quantile(young, 0.5), quantile(young, 0.99)];
    console.log(`  young pauses: ${p50.toFixed(2)} ms median, ${p99.toFixed(2)} ms p99, of ${young.length}`);
  }
}

/** Geometric means over the cases of one number of threads, by peer. */
function meansOf(
  cases: readonly CaseResult[],
  threads: number,
  engine: Engine,
  allocating: boolean,
): Record<"clock" | "processor" | "uncollected", number> {
  const found = cases
    .filter((one) => one.threads === threads && (!allocating || one.work.allocating))
    .flatMap(({ engines }) => engines.filter((result) => result.engine === engine));
  return {
    clock: geometricMean(found.map(({ clock }) => clock.median)),
    processor: geometricMean(found.map(({ processor }) => processor.median)),
    uncollected: geometricMean(found.map(({ uncollected }) => uncollected.median)),
  };
}

function printMeans(cases: readonly CaseResult[], threads: number): void {
  console.log(
    `\ngeometric means, ${threads} thread${threads === 1 ? "" : "s"}: by the clock, by processor time, by the clock if collections took no time`,
  );
  for (const engine of ["unshared", "shared-objects", "javascript", "bump"] as const) {
    for (const allocating of [true, false]) {
      const { clock, processor, uncollected } = meansOf(cases, threads, engine, allocating);
      if (Number.isNaN(clock)) continue;
      const label = `${engine}, ${allocating ? "allocating programs" : "all programs"}`;
      const columns = [clock, processor, uncollected].map((mean) => `${mean.toFixed(2).padStart(6)}x`);
      console.log(`  ${label.padEnd(40)} ${columns.join(" ")}`);
    }
  }
}

/**
 * Throughput of several threads beside one, each thread doing the work of the one, as the geometric mean over programs.
 */
function scalingOf(cases: readonly CaseResult[], threads: number, engine: Engine, allocating: boolean): number {
  const secondsOf = (one: CaseResult | undefined): readonly number[] =>
    one?.engines.find((result) => result.engine === engine)?.seconds ?? [];
  const factors = cases
    .filter((one) => one.threads === threads && (!allocating || one.work.allocating))
    .flatMap((one) => {
      const alone = secondsOf(cases.find((other) => other.threads === 1 && other.work === one.work));
      const together = secondsOf(one);
      return alone.length === 0 || together.length === 0 ? [] : [threads * ratioOf(alone, together).median];
    });
  return geometricMean(factors);
}

function printScaling(cases: readonly CaseResult[]): void {
  for (const threads of new Set(cases.map((one) => one.threads).filter((count) => count > 1))) {
    if (Number.isNaN(scalingOf(cases, threads, "heddle", false))) continue;
    console.log(`\nwhat ${threads} threads do beside one: allocating programs, all programs`);
    for (const engine of ["heddle", "unshared", "shared-objects", "javascript"] as const) {
      const columns = [true, false].map(
        (allocating) => `${scalingOf(cases, threads, engine, allocating).toFixed(2).padStart(6)}x`,
      );
      console.log(`  ${engine.padEnd(40)} ${columns.join(" ")}`);
    }
  }
}

function printPauses({ objects, threads, milliseconds }: PauseSample): void {
  const text = milliseconds.map((one) => one.toFixed(0)).join(", ");
  console.log(
    `\nfull collections of ${objects} objects on ${threads} threads: ${median(milliseconds).toFixed(0)} ms (${text})`,
  );
}

function printMemory({ churn, peak }: MemorySample): void {
  console.log(
    `\n${megabytes(churn.allocated)} allocated in total, ${megabytes(churn.live)} live: ${megabytes(churn.resident)} of the heap resident at most`,
  );
  const seconds = peak.seconds.toFixed(1);
  console.log(
    `after a peak of ${megabytes(peak.most)} live that drops to ${megabytes(peak.live)}: ${megabytes(peak.resident)} after ${seconds} s of work`,
  );
}
