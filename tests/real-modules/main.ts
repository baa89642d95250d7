/**
 * Runs modules that a real toolchain made, on any host, and compares with what other engines computed:
 *
 *     node tests/real-modules/main.ts [--host=HOST] [--stress] [--jobs=N]
 *
 * The modules lie beside the repository, in `../shared/real-modules`; where they do not, nothing is run. Each becomes a
 * script with the module's bytes and a call for each expected result, which the conformance runner runs with the same
 * options (tests/conformance/main.ts). With `--stress` the first result of each module is expected alone: at every
 * safepoint the whole heap is looked at, and the other arguments make heaps ten times as large.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools/source-files.ts";

const source = join(root, "..", "shared", "real-modules");
const target = join(root, "build", "real-modules");
/** Ordinary modules, and the same with all objects shared. */
const kinds = ["wasmgc", "shared-objects"] as const;

/** What one module's exports compute. */
interface Expected {
  readonly run: readonly (readonly [argument: number, result: number])[];
  readonly exports: readonly string[];
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}

function script(bytes: Uint8Array, { run }: Expected, stress: boolean): string {
  const calls = run.slice(0, stress ? 1 : run.length);
  const assertions = calls.map(
    ([argument, result]) => `(assert_return (invoke "run" (i32.const ${argument})) (i32.const ${result}))`,
  );
  return [`(module binary "${escaped(bytes)}")`, ...assertions, ""].join("\n");
}

/** Writes the scripts anew; returns how many there are. */
function writeScripts(stress: boolean): number {
  rmSync(target, { recursive: true, force: true });
  const expected = JSON.parse(readFileSync(join(source, "expected.json"), "utf8")) as Readonly<
    Record<string, Expected>
  >;
  let count = 0;
  for (const kind of kinds) {
    const folder = join(target, kind);
    mkdirSync(folder, { recursive: true });
    for (const file of readdirSync(join(source, kind)).filter((name) => name.endsWith(".wasm"))) {
      const name = file.slice(0, -".wasm".length);
      const of = expected[name];
      if (of === undefined) throw new Error(`${file} has no expected results`);
      writeFileSync(join(folder, `${name}.wast`), script(readFileSync(join(source, kind, file)), of, stress));
      count++;
    }
  }
  return count;
}

function main(options: readonly string[]): number {
  if (!existsSync(source)) {
    console.log(`real-modules: skipped, there are no modules at ${source}\ntotal: 0 passed, 0 failed, 0 skipped`);
    return 0;
  }
  console.log(`${writeScripts(options.includes("--stress"))} modules`);
  const runner = join(root, "tests", "conformance", "main.ts");
  const { status } = spawnSync(process.execPath, [runner, "--mode=run", ...options, target], { stdio: "inherit" });
  return status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
