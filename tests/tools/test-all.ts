/**
 * What `npm test` runs: builds the heap runtime, then types, lint, source checks, unit tests, conformance scripts, real
 * modules, and the browser. Needs nothing but what `npm ci` installs. The last line is `N passed, N failed, N skipped`
 * over all of them.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { addCounts, type Counts, formatCounts, lastCounts, noCounts } from "./counts.ts";
import { root } from "./source-files.ts";

/** How the outcome of a step is read: from its exit code alone, from its last line, or from vitest's report. */
type Counting = "exit" | "output" | "report";

interface Step {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly counting: Counting;
  /** A reason not to run it here. */
  readonly skip?: string;
}

const conformance = "../shared/conformance";
/** Read and validated, but not lowered, and so not run. */
const notLowered: readonly string[] = ["stack-switching"];
/** Suites that run threads: in browsers these are other Workers, and other ways to wait. */
const threaded: readonly string[] = ["shared-everything-threads", "threads"];
const realModules = "../shared/real-modules";
const report = "build/vitest.json";

const hasConformance = existsSync(root + conformance);
const suites = hasConformance
  ? readdirSync(root + conformance, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
  : [];
const pathsOf = (names: readonly string[]): string[] => names.map((name) => `${conformance}/${name}`);
const skipWithoutConformance = hasConformance ? {} : { skip: `${conformance} is not there` };

const steps: readonly Step[] = [
  { name: "heap runtime", program: "tests/tools/build-runtime.ts", arguments: [], counting: "exit" },
  { name: "types", program: "node_modules/typescript/bin/tsc", arguments: ["--noEmit"], counting: "exit" },
  {
    name: "lint",
    program: "node_modules/@biomejs/biome/bin/biome",
    arguments: ["check", "--error-on-warnings", "."],
    counting: "exit",
  },
  { name: "source checks", program: "tests/tools/check.ts", arguments: [], counting: "output" },
  {
    name: "unit tests",
    program: "node_modules/vitest/vitest.mjs",
    arguments: ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    counting: "report",
  },
  {
    name: "own scripts",
    program: "tests/conformance/main.ts",
    arguments: ["--mode=all", "tests/wast"],
    counting: "output",
  },
  {
    name: "conformance scripts",
    program: "tests/conformance/main.ts",
    arguments: ["--mode=all", ...pathsOf(suites.filter((name) => !notLowered.includes(name)))],
    counting: "output",
    ...skipWithoutConformance,
  },
  {
    name: "validation alone",
    program: "tests/conformance/main.ts",
    arguments: ["--mode=validate", ...pathsOf(notLowered)],
    counting: "output",
    ...skipWithoutConformance,
  },
  {
    name: "real modules",
    program: "tests/real-modules/main.ts",
    arguments: [],
    counting: "output",
    ...(existsSync(`${root}${realModules}`) ? {} : { skip: `${realModules} is not there` }),
  },
  { name: "life and death", program: "tests/life/main.ts", arguments: [], counting: "output" },
  { name: "browser", program: "tests/browser/main.ts", arguments: [], counting: "output" },
  {
    name: "scripts in Chromium",
    program: "tests/conformance/main.ts",
    arguments: ["--mode=all", "--host=chromium", "tests/wast", ...(hasConformance ? pathsOf(threaded) : [])],
    counting: "output",
  },
];

/** Runs a program with this Node, showing its output and keeping it. */
function runProgram(step: Step): Promise<{ readonly exitCode: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [step.program, ...step.arguments], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on("error", (error) => resolve({ exitCode: 1, output: `${output}${error.message}` }));
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
  });
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

function countsOf(step: Step, exitCode: number, output: string): Counts {
  const ok = exitCode === 0;
  let counts: Counts | undefined;
  if (step.counting === "output") counts = lastCounts(output);
  if (step.counting === "report" && existsSync(root + report)) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(root + report, "utf8"),
    ) as VitestReport;
    counts = { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  }
  counts ??= { passed: ok ? 1 : 0, failed: 0, skipped: 0 };
  // A program that failed without counting a failure (it crashed, or an error fell outside of its tests) counts as one.
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

async function main(): Promise<number> {
  mkdirSync(`${root}build`, { recursive: true });
  let total = noCounts;
  const summary: string[] = [];
  for (const step of steps) {
    if (step.skip !== undefined) {
      total = addCounts(total, { ...noCounts, skipped: 1 });
      summary.push(`${step.name.padEnd(20)} skipped: ${step.skip}`);
      continue;
    }
    console.log(`\n== ${step.name}`);
    const start = performance.now();
    const { exitCode, output } = await runProgram(step);
    const counts = countsOf(step, exitCode, output);
    total = addCounts(total, counts);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    summary.push(`${step.name.padEnd(20)} ${formatCounts(counts)} (${seconds} s)`);
  }
  console.log(`\n${summary.join("\n")}\n`);
  console.log(formatCounts(total));
  return total.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
