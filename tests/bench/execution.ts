/**
 * Execution on one thread: lowered modules against V8's own, unshared WebAssembly, on the same modules; and how fast
 * modules are lowered.
 *
 * Each sample is a process of its own, and the engines take turns, so that a change of the machine's speed meets both.
 * A ratio is V8's time divided by Heddle's: 1 is V8's speed, more is faster.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasRealModules, type Program, programs, readProgram } from "./execution-programs.ts";
import type { Engine, Sample } from "./execution-run.ts";
import { type LoweringSpeed, loweringSpeed } from "./lowering-speed.ts";
import type { BenchmarkOptions } from "./main.ts";

const engines: readonly Engine[] = ["heddle", "v8"];
const script = fileURLToPath(new URL("./execution-run.ts", import.meta.url));
const packages = join(import.meta.dirname, "../../node_modules");
/** Large modules, for the speed of lowering. */
const largeModules = [{ name: "sqlite3", path: "@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm/sqlite3.wasm" }] as const;

interface ProgramResult {
  readonly program: string;
  readonly label: string;
  /** Median milliseconds. */
  readonly heddle: number;
  readonly v8: number;
  readonly ratio: number;
}

function sampleOnce(engine: Engine, { name }: Program): Sample {
  const output = execFileSync(process.execPath, [script, engine, name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Sample;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function compare(program: Program, runs: number): ProgramResult {
  const samples: Record<Engine, Sample[]> = { heddle: [], v8: [] };
  for (let run = 0; run < runs; run++) for (const engine of engines) samples[engine].push(sampleOnce(engine, program));
  const results = new Set([...samples.heddle, ...samples.v8].map(({ result }) => result));
  if (results.size > 1) throw new Error(`${program.name}: the engines disagree: ${[...results].join(", ")}`);
  const time = (engine: Engine): number => median(samples[engine].map(({ milliseconds }) => milliseconds));
  const heddle = time("heddle");
  const v8 = time("v8");
  return { program: program.name, label: program.label, heddle, v8, ratio: v8 / heddle };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
}

function lowering(runs: number): LoweringSpeed[] {
  const large = largeModules
    .map(({ name, path }) => ({ name, path: join(packages, path) }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, bytes: new Uint8Array(readFileSync(path)) }));
  const real = programs
    .filter(({ text }) => !text)
    .map((program) => ({ name: program.name, bytes: readProgram(program) }));
  return [...large, ...real].map(({ name, bytes }) => loweringSpeed(name, bytes, runs));
}

/** Runs the comparison and prints it. With names of programs, only those. */
export async function execution({ runs, json, names }: BenchmarkOptions): Promise<void> {
  const chosen = names.length === 0 ? programs : programs.filter(({ name }) => names.includes(name));
  const results: ProgramResult[] = [];
  if (!json) {
    console.log(`execution on one thread, milliseconds of the thread (median of ${runs} processes each)`);
    console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}\n`);
    if (!hasRealModules) console.log("the real modules are absent: skipped\n");
    console.log(`${"".padEnd(22)}${"Heddle".padStart(10)}${"V8".padStart(10)}${"ratio".padStart(10)}`);
  }
  for (const program of chosen) {
    const result = compare(program, runs);
    results.push(result);
    if (json) continue;
    const { label, heddle, v8, ratio } = result;
    console.log(
      `${label.padEnd(22)}${heddle.toFixed(2).padStart(10)}${v8.toFixed(2).padStart(10)}${ratio.toFixed(2).padStart(9)}x`,
    );
  }
  const mean = geometricMean(results.map(({ ratio }) => ratio));
  const speeds = names.length === 0 ? lowering(runs) : [];
  if (json) {
    const host = { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model };
    console.log(JSON.stringify({ host, runs, results, geometricMean: mean, lowering: speeds }, undefined, 2));
    return;
  }
  console.log(`${"geometric mean".padEnd(42)}${mean.toFixed(2).padStart(9)}x`);
  if (speeds.length > 0) console.log("\nlowering, processor time from bytes to WebAssembly.Module");
  for (const { name, bytes, loweredBytes, megabytesPerSecond, shares } of speeds) {
    const share = Object.entries(shares).map(([step, part]) => `${step} ${Math.round(part * 100)}%`);
    const size = `${(bytes / 1000).toFixed(0)} KB to ${(loweredBytes / 1000).toFixed(0)} KB`;
    console.log(
      `  ${name.padEnd(12)}${size.padEnd(22)}${megabytesPerSecond.toFixed(2).padStart(7)} MB/s   ${share.join(", ")}`,
    );
  }
}
