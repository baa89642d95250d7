/**
 * Runs conformance scripts:
 *
 *     node tests/conformance/main.ts [--mode=validate|run|all] [--host=HOST] [--runtime=heddle|engine] [--jobs=N]
 *         [--stress] [--messages] PATH...
 *
 * Bun and Deno run this same program, which starts it again under them; browsers run a page that takes scripts from it.
 * `--stress` collects at every safepoint and verifies the heap after each collection. `--runtime=engine` runs on the
 * host's own engine, to check scripts and runner; `--messages` compares the phrases of refusals in validate mode.
 * Prints a line per failure, a line per suite, and a total. The exit code is 1 on an unexpected failure or an
 * unexpected pass.
 */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseScript, type Script } from "../../core/text/script/script.ts";
import { type Host, hosts, runtimes } from "./executor.ts";
import type { Mode } from "./expected.ts";
import { isHere, runUnder } from "./hosts.ts";
import { Report } from "./report.ts";
import { type RunOptions, runAll } from "./run-all.ts";
import { featuresOf } from "./suite-features.ts";
import { findScripts, type ScriptFile } from "./suites.ts";
import { describe, ScriptValidator } from "./validate.ts";

const modes = ["validate", "run", "all"] as const;
type ModeOption = (typeof modes)[number];

const usage = `usage: conformance [--mode=${modes.join("|")}] [--host=${hosts.join("|")}]
  [--runtime=${runtimes.join("|")}] [--jobs=N] [--stress] [--messages] PATH...`;

/** Scripts take seconds, and some minutes where every safepoint collects; one that takes this long does not end. */
const timeouts = { plain: 120_000, stress: 600_000 } as const;

/** Where the scripts are when nothing else is said: the repository's own, and the public ones beside it. */
const ownPath = join(import.meta.dirname, "..", "wast");
const publicPath = join(import.meta.dirname, "..", "..", "..", "shared", "conformance");

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function option<const Values extends readonly string[]>(name: string, value: string, values: Values): Values[number] {
  if (!values.includes(value)) fail(`--${name}=${value} is none of ${values.join(", ")}\n${usage}`);
  return value;
}

function validate(files: readonly ScriptFile[], messages: boolean, report: Report): void {
  for (const file of files) {
    const script = read(file, report);
    if (script === undefined) continue;
    new ScriptValidator(script, featuresOf(file.suite), messages).run(script.commands, (command, name, outcome) =>
      report.add(file, command.line, name, "validate", outcome),
    );
  }
}

function read(file: ScriptFile, report: Report): Script | undefined {
  try {
    return parseScript(readFileSync(file.path, "utf8"));
  } catch (error) {
    report.broken(file, "validate", describe(error));
    return undefined;
  }
}

/** Runs scripts in this process. */
async function runHere(
  files: readonly ScriptFile[],
  wanted: readonly Mode[],
  options: RunOptions,
  report: Report,
): Promise<void> {
  if (wanted.includes("validate")) validate(files, options.messages, report);
  if (wanted.includes("run")) await runAll(files, options, report);
}

/** Runs scripts in a browser. Loaded only for that: it needs Playwright and esbuild. */
async function runInPage(host: "chromium" | "firefox", ...rest: Parameters<typeof runHere>): Promise<void> {
  const { chromiumStarter, firefoxStarter } = await import("../tools/browsers.ts");
  const { runInBrowser } = await import("./browser/run-browser.ts");
  await runInBrowser(host === "chromium" ? chromiumStarter() : firefoxStarter(), ...rest);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      mode: { type: "string", default: "validate" },
      host: { type: "string", default: "node" },
      runtime: { type: "string", default: "heddle" },
      jobs: { type: "string" },
      stress: { type: "boolean", default: false },
      messages: { type: "boolean", default: false },
    },
  });
  const mode: ModeOption = option("mode", values.mode, modes);
  const host: Host = option("host", values.host, hosts);
  const paths = positionals.length > 0 ? positionals : [ownPath, publicPath].filter(existsSync);
  if (positionals.length === 0 && !paths.includes(publicPath))
    console.log(`conformance: there are no public scripts at ${publicPath}`);
  const missing = positionals.find((path) => !existsSync(path));
  if (missing !== undefined) fail(`conformance: ${missing}: no such file or folder`);
  if ((host === "bun" || host === "deno") && !isHere(host))
    return runUnder(host, import.meta.filename, process.argv.slice(2));
  const files = paths.flatMap(findScripts);
  const report = new Report(host, console.log);
  const runtime = option("runtime", values.runtime, runtimes);
  const jobs = Math.max(1, Number(values.jobs ?? availableParallelism()));
  const { stress, messages } = values;
  const options: RunOptions = { runtime, stress, messages, jobs, timeout: timeouts[stress ? "stress" : "plain"] };
  const wanted: readonly Mode[] = mode === "all" ? ["validate", "run"] : [mode];
  if (host === "chromium" || host === "firefox") await runInPage(host, files, wanted, options, report);
  else await runHere(files, wanted, options, report);
  report.finish();
  return report.unexpected === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  fail(`conformance: ${error instanceof Error ? error.message : String(error)}`);
}
