/**
 * Fuzzing of execution: random valid programs, with Node's own WebAssembly as the oracle.
 *
 * Binaryen makes a module of a case's random bytes. The host runs it, Heddle does, and Heddle on a heap that is
 * collected at every safepoint and verified after each collection; all three must show the same.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tools/source-files.ts";
import type { CaseResult } from "./execution-case.ts";
import type { FuzzOptions } from "./protocol.ts";
import { Random } from "./random.ts";

/** What of Binaryen's features Node does not have, or has otherwise than the standard. */
const without = [
  ...[
    "shared-everything",
    "threads",
    "relaxed-atomics",
    "acquire-release-atomics",
    "custom-descriptors",
    "stack-switching",
    "strings",
  ],
  ...["compact-imports", "fp16", "wide-arithmetic", "custom-page-sizes", "multibyte", "relaxed-simd"],
];
const passes = [
  "-ttf",
  "--no-fuzz-oob",
  "--translate-to-exnref",
  "-all",
  ...without.map((feature) => `--disable-${feature}`),
];
const SIZES = [2000, 8000, 30_000, 60_000];

const script = join(import.meta.dirname, "execution-case.ts");
/** A case takes seconds; one that takes this long does not end. */
const CASE_MILLISECONDS = 60_000;

/** Makes the module of a case; returns its file. */
function generate(folder: string, seed: number, number: number): string {
  const random = new Random(seed, number);
  const input = join(folder, "input");
  const output = join(folder, "output.wasm");
  writeFileSync(
    input,
    Uint8Array.from({ length: random.pick(SIZES) }, () => random.below(256)),
  );
  const program = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
  execFileSync(process.execPath, [program, input, ...passes, "-o", output], { stdio: "ignore" });
  return output;
}

/** Runs a case's module. Raises an error for what ends its process. */
function run(file: string): CaseResult {
  const output = execFileSync(process.execPath, [script, file], {
    encoding: "utf8",
    timeout: CASE_MILLISECONDS,
    killSignal: "SIGKILL",
  });
  return JSON.parse(output) as CaseResult;
}

/** Runs cases until the time is over; resolves to the number of findings, which it prints. */
export async function fuzzExecution({ seed, seconds, only }: FuzzOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-"));
  const end = performance.now() + seconds * 1000;
  let cases = 0;
  let refused = 0;
  let lines = 0;
  let findings = 0;
  try {
    for (let number = only ?? 1; only === undefined ? performance.now() < end : number === only; number++) {
      cases++;
      try {
        const result = run(generate(folder, seed, number));
        lines += result.lines;
        if (!result.accepted) refused++;
        if (result.problem === undefined) continue;
        console.log(`case ${number} of seed ${seed}: ${result.problem}\n`);
      } catch (error) {
        console.log(
          `case ${number} of seed ${seed}: its process was ended: ${error instanceof Error ? error.message : String(error)}\n`,
        );
      }
      findings++;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(
    `execution: seed ${seed}: ${cases} cases, ${refused} that the host refuses, ${lines} lines compared, ${findings} findings`,
  );
  return findings;
}
