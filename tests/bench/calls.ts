/**
 * What calls between JS and lowered code cost, on a store of one agent and on one with Workers, beside the host's own
 * calls. Each is measured in a process of its own, since what the host learns of one it uses for the others.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Costs } from "./calls-run.ts";
import type { BenchmarkOptions } from "./main.ts";

const kinds = { threads: "a store with a Worker", alone: "a store of one agent", host: "the host's own" } as const;
const script = join(import.meta.dirname, "calls-run.ts");

/** Measures calls and prints nanoseconds. */
export async function calls({ runs, json }: BenchmarkOptions): Promise<void> {
  const results = Object.keys(kinds).map((kind) => {
    const output = execFileSync(process.execPath, [script, kind, String(runs)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return [kind as keyof typeof kinds, JSON.parse(output) as Costs] as const;
  });
  if (json) {
    console.log(JSON.stringify(Object.fromEntries(results)));
    return;
  }
  console.log(`nanoseconds per call (median of ${runs} runs)\n`);
  console.log(
    `${" ".repeat(24)}${"plain".padStart(7)}${"into wasm".padStart(11)}${"out of wasm".padStart(13)}${"a reference in and out".padStart(24)}`,
  );
  for (const [kind, costs] of results) {
    const cells = [
      costs.plain.toFixed(1).padStart(7),
      costs.in.toFixed(1).padStart(11),
      costs.out.toFixed(1).padStart(13),
      costs.reference.toFixed(1).padStart(24),
    ];
    console.log(`${kinds[kind].padEnd(24)}${cells.join("")}`);
  }
}
