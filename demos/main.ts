/**
 * The demo: a program of shared objects on all cores, and modules that a toolchain made on several threads each.
 *
 *     npm start -- [--threads N] [--items N]
 *
 * Exit code 1 if any checksum differs.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import {
  agrees,
  type HashmapOutcome,
  hashmapCells,
  hashmapColumns,
  runHashmap,
  standardWork,
  threadCounts,
} from "./hashmap/run.ts";
import { isRight, type ModuleOutcome, moduleCells, moduleColumns, moduleNames, runModule } from "./modules/run.ts";
import { Progress } from "./output/progress.ts";
import { formatSeconds, formatTable } from "./output/table.ts";

const progress = new Progress();

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  if (at < 0) return otherwise;
  const value = Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} needs a whole number of at least 1`);
  return value;
}

const threadsOf = (count: number): string => `${count} ${count === 1 ? "thread " : "threads"}`;

async function showHashmap(most: number, items: number): Promise<boolean> {
  console.log("A lock-free hash map in shared objects: every thread fills it, reads it, and makes garbage\n");
  const program = readFileSync(new URL("./hashmap/hashmap.wat", import.meta.url), "utf8");
  const outcomes: HashmapOutcome[] = [];
  for (const threads of threadCounts(most)) {
    const label = threadsOf(threads);
    const outcome = await runHashmap(program, threads, { ...standardWork, items }, (part) =>
      progress.update(label, part),
    );
    progress.finish(`${label} done in ${formatSeconds(outcome.milliseconds)}`);
    outcomes.push(outcome);
  }
  const [single] = outcomes;
  if (single === undefined) return false;
  print(
    formatTable(
      hashmapColumns,
      outcomes.map((outcome) => hashmapCells(outcome, single)),
    ),
  );
  return outcomes.every((outcome) => agrees(outcome, single));
}

async function showModules(threads: number): Promise<boolean> {
  console.log("Modules made by the MoonBit compiler: an instance per thread, all over one heap\n");
  const outcomes: ModuleOutcome[] = [];
  for (const name of moduleNames) {
    const outcome = await runModule(name, threads);
    progress.finish(`${name} on ${threadsOf(threads)} done in ${formatSeconds(outcome.milliseconds)}`);
    outcomes.push(outcome);
  }
  print(formatTable(moduleColumns, outcomes.map(moduleCells)));
  return outcomes.every(isRight);
}

function print(lines: readonly string[]): void {
  console.log(`\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
}

const start = performance.now();
const most = option("--threads", availableParallelism());
const equal = [await showHashmap(most, option("--items", standardWork.items)), await showModules(Math.max(2, most))];
const seconds = formatSeconds(performance.now() - start);
console.log(
  equal.every(Boolean) ? `All checksums are equal. ${seconds} in all.` : `CHECKSUMS DIFFER. ${seconds} in all.`,
);
process.exitCode = equal.every(Boolean) ? 0 : 1;
