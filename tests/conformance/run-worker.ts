/**
 * Runs scripts away from the main thread, so that one which does not end can be ended. The `thread` commands of a script run in Workers
 * of their own: other agents, with stores of their own, which share the host's memories.
 */
import { readFileSync } from "node:fs";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { defaultFeatures } from "../../core/features.ts";
import { type Command, parseScript } from "../../core/text/script.ts";
import { executorOf, type RuntimeName } from "./executor.ts";
import { describeError, ScriptRunner, type StartThread, type ThreadResult } from "./run.ts";
import type { ScriptFile } from "./suites.ts";

export interface RunRequest {
  readonly file: ScriptFile;
  readonly runtime: RuntimeName;
  /** Where in the script the commands to run are: names of the threads around them. */
  readonly threads: readonly string[];
  /** Memories that other agents lend, by instance and export. */
  readonly memories: Readonly<Record<string, Readonly<Record<string, WebAssembly.Memory>>>>;
}

export type RunReply =
  | { readonly kind: "result"; readonly result: ThreadResult }
  | { readonly kind: "broken"; readonly problem: string }
  | { readonly kind: "done" };

/** Starts a Worker on a request and hands it replies until it is done or gone. */
export function startRun(request: RunRequest, onReply: (reply: RunReply) => void): Worker {
  const worker = new Worker(new URL(import.meta.url), { workerData: request });
  worker.on("message", onReply);
  worker.on("error", (error) => onReply({ kind: "broken", problem: describeError(error) }));
  return worker;
}

async function run(request: RunRequest, reply: (reply: RunReply) => void): Promise<void> {
  const script = parseScript(readFileSync(request.file.path, "utf8"));
  let commands: readonly Command[] = script.commands;
  for (const name of request.threads) {
    const thread = commands.find((command) => command.kind === "thread" && command.name === name);
    if (thread?.kind !== "thread") throw new Error(`no thread ${name}`);
    commands = thread.commands;
  }
  // Features are off in some suites so that scripts can see refusals; what they run needs none to be off.
  const features = defaultFeatures;
  const executor = await executorOf(request.runtime);
  const store = await executor.open(features);
  const startThread: StartThread = ({ name }, memories) =>
    new Promise((resolve, reject) => {
      const results: ThreadResult[] = [];
      startRun({ ...request, threads: [...request.threads, name], memories: onlyMemories(memories) }, (message) => {
        if (message.kind === "result") results.push(message.result);
        else if (message.kind === "broken") reject(new Error(message.problem));
        else resolve(results);
      });
    });
  const runner = new ScriptRunner(script, executor, store, features, request.file.suite, startThread);
  for (const [name, exports] of Object.entries(request.memories)) runner.lend(name, exports);
  await runner.run(commands, (line, name, outcome) => reply({ kind: "result", result: { line, name, outcome } }));
  await store.close();
}

/** What of some exports can be posted to another agent. */
function onlyMemories(exports: RunRequest["memories"]): RunRequest["memories"] {
  const kept = Object.entries(exports).map(([name, items]) => [
    name,
    Object.fromEntries(Object.entries(items).filter(([, item]) => item instanceof WebAssembly.Memory)),
  ]);
  return Object.fromEntries(kept) as RunRequest["memories"];
}

if (parentPort !== null && workerData !== null) {
  const port = parentPort;
  const reply = (message: RunReply): void => port.postMessage(message);
  try {
    await run(workerData as RunRequest, reply);
  } catch (error) {
    reply({ kind: "broken", problem: describeError(error) });
  }
  reply({ kind: "done" });
}
