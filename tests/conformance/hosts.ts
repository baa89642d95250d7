/** Finds the programs of other hosts, and runs this runner under them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "../tools/source-files.ts";

/** A host that runs the same sources from a command line, other than Node. */
export type Shell = "bun" | "deno";

/**
 * What comes before the script on the host's command line. Deno is asked for files, Workers and the environment as
 * anybody is.
 */
const shellArguments: Readonly<Record<Shell, readonly string[]>> = {
  bun: [],
  deno: ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
};

/** Whether this very process is the host. */
export function isHere(host: Shell): boolean {
  return process.versions[host] !== undefined;
}

/** The host's program: the one that `BUN_PATH` or `DENO_PATH` names, the installed package's, the system's. */
export function findShell(host: Shell): string {
  const variable = `${host.toUpperCase()}_PATH`;
  const named = process.env[variable];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`${variable} names ${named}, which does not exist`);
    return named;
  }
  const folders = [join(root, "node_modules", ".bin"), ...(process.env["PATH"] ?? "").split(delimiter)];
  const path = folders.map((folder) => join(folder, host)).find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new Error(`no ${host} found: run \`npm install --no-save ${host}\`, or set ${variable}`);
  return path;
}

/** Runs a script under the host; resolves with its exit code. */
export function runUnder(host: Shell, script: string, args: readonly string[]): Promise<number> {
  const child = spawn(findShell(host), [...shellArguments[host], script, ...args], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal !== null) console.error(`${host} was ended by ${signal}`);
      resolve(code ?? 1);
    });
  });
}
