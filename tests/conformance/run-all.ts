/** Runs scripts side by side, each in a Worker. */
import { readFileSync } from "node:fs";
import type { RuntimeName } from "./executor.ts";
import type { Mode } from "./expected.ts";
import type { ScriptReply, ScriptRequest } from "./protocol.ts";
import type { Report } from "./report.ts";
import { runScript } from "./start-run.ts";
import type { ScriptFile } from "./suites.ts";

export interface RunOptions {
  readonly runtime: RuntimeName;
  /** Whether the heap is collected at every safepoint, and verified after each collection. */
  readonly stress: boolean;
  /** Whether validate mode compares the phrases of refusals. */
  readonly messages: boolean;
  /** Scripts at a time. */
  readonly jobs: number;
  /** Milliseconds that a script may take. */
  readonly timeout: number;
}

/** What a Worker is told about a script. */
export function requestFor(file: ScriptFile, mode: Mode, { runtime, stress, messages }: RunOptions): ScriptRequest {
  return {
    mode,
    suite: file.suite,
    source: readFileSync(file.path, "utf8"),
    runtime,
    stress,
    messages,
    threads: [],
    memories: {},
  };
}

/** Hands a Worker's reply to the report. */
export function take(report: Report, file: ScriptFile, mode: Mode, reply: ScriptReply): void {
  if (reply.kind === "result") report.add(file, reply.result.line, reply.result.name, mode, reply.result.outcome);
  else if (reply.kind === "broken") report.broken(file, mode, reply.problem);
}

/** Calls `work` for each item, `lanes` at a time. */
async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Runs scripts in this process. */
export function runAll(files: readonly ScriptFile[], options: RunOptions, report: Report): Promise<void> {
  return inLanes(files, options.jobs, (file) =>
    runScript(requestFor(file, "run", options), options.timeout, (reply) => take(report, file, "run", reply)),
  );
}
