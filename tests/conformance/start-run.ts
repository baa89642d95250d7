/** Starts Workers for scripts, on any host. */
import { type HostWorker, startWorker } from "../../threads/host/host.ts";
import type { ScriptReply, ScriptRequest } from "./protocol.ts";
import { describeError } from "./run.ts";

/** The Worker's script: beside this file in the sources, and beside the bundle for pages. */
const workerScript = new URL(import.meta.url.endsWith(".ts") ? "./run-worker.ts" : "./run-worker.js", import.meta.url);

/** Starts a Worker on a request and hands it replies until it is done or gone. */
export async function startRun(request: ScriptRequest, onReply: (reply: ScriptReply) => void): Promise<HostWorker> {
  const worker = await startWorker("conformance", workerScript);
  let done = false;
  worker.onMessage((message) => {
    const reply = message as ScriptReply;
    done ||= reply.kind === "done";
    onReply(reply);
  });
  worker.onExit((error) => {
    if (done) return;
    onReply({
      kind: "broken",
      problem: error === undefined ? "the Worker ended before it was done" : describeError(error),
    });
    onReply({ kind: "done" });
  });
  worker.postMessage(request);
  return worker;
}

/**
 * Runs one script in a Worker of its own; resolves when it has ended in whatever way. Ends it after `timeout`
 * milliseconds.
 */
export async function runScript(
  request: ScriptRequest,
  timeout: number,
  onReply: (reply: ScriptReply) => void,
): Promise<void> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let broken = false;
  const worker = await startRun(request, (reply) => {
    if (reply.kind === "done") end();
    // What a script says after it broke, or was ended, counts no more.
    else if (!broken) onReply(reply);
    broken ||= reply.kind === "broken";
  });
  const timer = setTimeout(() => {
    if (!broken) onReply({ kind: "broken", problem: `not done after ${timeout / 1000} s` });
    broken = true;
    end();
  }, timeout);
  await ended;
  clearTimeout(timer);
  await worker.terminate();
}
