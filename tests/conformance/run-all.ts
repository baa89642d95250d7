/** Runs scripts side by side, each in a Worker, and ends those that take too long. */
import type { RuntimeName } from "./executor.ts";
import type { Report } from "./report.ts";
import { startRun } from "./run-worker.ts";
import type { ScriptFile } from "./suites.ts";

export interface RunOptions {
  readonly runtime: RuntimeName;
  /** Scripts at a time. */
  readonly jobs: number;
  /** Milliseconds that a script may take. */
  readonly timeout: number;
}

/** Runs one script; resolves when it has ended in whatever way. */
function runOne(file: ScriptFile, { runtime, timeout }: RunOptions, report: Report): Promise<void> {
  return new Promise((resolve) => {
    let broken = false;
    const worker = startRun({ file, runtime, threads: [], memories: {} }, (reply) => {
      if (reply.kind === "result") {
        const { line, name, outcome } = reply.result;
        report.add(file, line, name, "run", outcome);
      } else if (reply.kind === "broken") {
        if (!broken) report.broken(file, reply.problem);
        broken = true;
      } else worker.terminate();
    });
    const timer = setTimeout(() => {
      broken = true;
      report.broken(file, `not done after ${timeout / 1000} s`);
      worker.terminate();
    }, timeout);
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export async function runAll(files: readonly ScriptFile[], options: RunOptions, report: Report): Promise<void> {
  const queue = [...files];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await runOne(file, options, report);
  };
  await Promise.all(Array.from({ length: options.jobs }, lane));
}
