/**
 * Runs scripts away from the main thread, so that one which does not end can be ended. The `thread` commands of a
 * script run in Workers of their own: other agents, with stores of their own, which share the host's memories.
 */
import { defaultFeatures } from "../../core/base/features.ts";
import { type Command, parseScript, type Script } from "../../core/text/script/script.ts";
import { parent } from "../../threads/host/host.ts";
import { executorOf } from "./executor.ts";
import type { LentMemories, ScriptReply, ScriptRequest } from "./protocol.ts";
import { describeError, ScriptRunner, type StartThread, type TellRun, type ThreadResult } from "./run.ts";
import { startRun } from "./start-run.ts";
import { featuresOf } from "./suite-features.ts";
import { ScriptValidator } from "./validate.ts";

function validate(script: Script, request: ScriptRequest, tell: TellRun): void {
  const validator = new ScriptValidator(script, featuresOf(request.suite), request.messages);
  validator.run(script.commands, (command, name, outcome) => tell(command.line, name, outcome));
}

/** The commands to run: the script's, or those of one of its threads. */
function commandsOf(script: Script, threads: readonly string[]): readonly Command[] {
  let { commands } = script;
  for (const name of threads) {
    const thread = commands.find((command) => command.kind === "thread" && command.name === name);
    if (thread?.kind !== "thread") throw new Error(`no thread ${name}`);
    commands = thread.commands;
  }
  return commands;
}

/** Runs a `thread` command in a Worker. */
function startThread(request: ScriptRequest): StartThread {
  return ({ name }, memories) =>
    new Promise((resolve, reject) => {
      const results: ThreadResult[] = [];
      const started = startRun(
        { ...request, threads: [...request.threads, name], memories: onlyMemories(memories) },
        (message) => {
          if (message.kind === "result") results.push(message.result);
          else if (message.kind === "broken") reject(new Error(message.problem));
          else void started.then((worker) => worker.terminate()).then(() => resolve(results));
        },
      );
      started.catch(reject);
    });
}

/** Workers for a script that spawns threads; scripts without any are run faster. */
const threadsOf = (source: string): number => (source.includes('"wasm:thread"') ? 4 : 0);

async function run(script: Script, request: ScriptRequest, tell: TellRun): Promise<void> {
  // Features are off in some suites so that scripts can see refusals; what they run needs none to be off.
  const features = defaultFeatures;
  const executor = await executorOf(request.runtime);
  const store = await executor.open(features, threadsOf(request.source), request.stress);
  const runner = new ScriptRunner(script, executor, store, features, request.suite, startThread(request));
  for (const [name, exports] of Object.entries(request.memories)) runner.lend(name, exports);
  await runner.run(commandsOf(script, request.threads), tell);
  await store.close();
}

/** What of some exports can be posted to another agent. */
function onlyMemories(exports: LentMemories): LentMemories {
  const kept = Object.entries(exports).map(([name, items]) => [
    name,
    Object.fromEntries(Object.entries(items).filter(([, item]) => item instanceof WebAssembly.Memory)),
  ]);
  return Object.fromEntries(kept) as LentMemories;
}

const port = await parent();
const reply = (message: ScriptReply): void => port.postMessage(message);
port.onMessage(async (message) => {
  const request = message as ScriptRequest;
  // Before the first reply: whoever gets one expects to be told of this Worker's end from then on.
  await port.watched;
  const tell: TellRun = (line, name, outcome) => reply({ kind: "result", result: { line, name, outcome } });
  try {
    const script = parseScript(request.source);
    if (request.mode === "validate") validate(script, request, tell);
    else await run(script, request, tell);
  } catch (error) {
    reply({ kind: "broken", problem: describeError(error) });
  }
  reply({ kind: "done" });
});
