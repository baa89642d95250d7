/**
 * Allocation on one thread: Heddle against V8's own shared objects and V8's own unshared ones, on the same programs.
 *
 * Each figure is the median over processes of their own, because V8's shared heap slows its unshared collector in the
 * same process. The engines take turns, so that a change of the machine's speed meets all of them.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { BenchmarkOptions } from "./main.ts";
import type { Engine, Measurement, Workload } from "./measure.ts";

const engines: readonly { readonly engine: Engine; readonly label: string; readonly flags: readonly string[] }[] = [
  { engine: "heddle", label: "Heddle, shared objects", flags: [] },
  { engine: "shared-objects", label: "V8, shared objects", flags: ["--experimental-wasm-shared"] },
  { engine: "unshared", label: "V8, unshared objects", flags: [] },
];
const workloads: readonly { readonly workload: Workload; readonly label: string }[] = [
  { workload: "trees", label: "binary trees, depth 10" },
  { workload: "hashmap", label: "hash map demo" },
];
const script = fileURLToPath(new URL("./measure.ts", import.meta.url));

/** Median rates in million objects per second, and how many times a peer's rate Heddle's is. */
interface SliceResult {
  readonly workload: Workload;
  readonly rates: Readonly<Record<Engine, number>>;
  readonly timesSharedObjects: number;
  readonly timesUnshared: number;
}

function measureOnce(engine: Engine, flags: readonly string[], workload: Workload): Measurement {
  const output = execFileSync(process.execPath, [...flags, script, engine, workload], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Measurement;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function compare(workload: Workload, runs: number): SliceResult {
  const samples = new Map<Engine, Measurement[]>(engines.map(({ engine }) => [engine, []]));
  for (let run = 0; run < runs; run++) {
    for (const { engine, flags } of engines) samples.get(engine)?.push(measureOnce(engine, flags, workload));
  }
  const checksums = new Set([...samples.values()].flat().map(({ checksum }) => checksum));
  if (checksums.size > 1) throw new Error(`${workload}: the engines disagree: ${[...checksums].join(", ")}`);
  const rate = (engine: Engine): number =>
    median((samples.get(engine) ?? []).map(({ objects, seconds }) => objects / seconds / 1e6));
  const rates = { heddle: rate("heddle"), "shared-objects": rate("shared-objects"), unshared: rate("unshared") };
  return {
    workload,
    rates,
    timesSharedObjects: rates.heddle / rates["shared-objects"],
    timesUnshared: rates.heddle / rates.unshared,
  };
}

/** Runs the comparison and prints it. */
export async function slice({ runs, json }: BenchmarkOptions): Promise<void> {
  const results = workloads.map(({ workload }) => compare(workload, runs));
  if (json) {
    console.log(
      JSON.stringify(
        { host: { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model }, runs, results },
        undefined,
        2,
      ),
    );
    return;
  }
  console.log(`allocation on one thread, million objects per second (median of ${runs} processes each)`);
  console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}\n`);
  for (const { workload, label } of workloads) {
    const result = results.find((one) => one.workload === workload);
    if (result === undefined) continue;
    console.log(label);
    for (const { engine, label: name } of engines)
      console.log(`  ${name.padEnd(26)} ${result.rates[engine].toFixed(1).padStart(8)}`);
    console.log(`  Heddle / V8 shared objects   ${result.timesSharedObjects.toFixed(2).padStart(6)}x`);
    console.log(`  Heddle / V8 unshared objects ${result.timesUnshared.toFixed(2).padStart(6)}x\n`);
  }
}
