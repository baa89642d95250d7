/**
 * Runs scripts in a page: fetches one after the other from the server that the page came from, and posts back what each
 * came to.
 */
import type { ScriptReply, ScriptRequest } from "../protocol.ts";
import { describeError } from "../run.ts";
import { runScript } from "../start-run.ts";

/** A script that the server gives to the page. */
export interface Assignment {
  readonly id: number;
  readonly request: ScriptRequest;
  readonly timeout: number;
}

/** What the page posts when a script has ended. */
export interface Completion {
  readonly id: number;
  readonly replies: readonly ScriptReply[];
}

async function runAssignment({ id, request, timeout }: Assignment): Promise<void> {
  const replies: ScriptReply[] = [];
  try {
    await runScript(request, timeout, (reply) => replies.push(reply));
  } catch (error) {
    replies.push({ kind: "broken", problem: describeError(error) });
  }
  const completion: Completion = { id, replies };
  await fetch("./result", { method: "POST", body: JSON.stringify(completion) });
}

/** Takes scripts until there are none left. */
async function lane(): Promise<void> {
  for (;;) {
    const response = await fetch("./next", { method: "POST" });
    if (response.status !== 200) return;
    await runAssignment((await response.json()) as Assignment);
  }
}

const jobs = Number(new URLSearchParams(location.search).get("jobs") ?? 1);
await Promise.all(Array.from({ length: jobs }, lane));
