import { afterEach, describe, expect, test } from "vitest";
import { findShell } from "./hosts.ts";
import type { ScriptReply, ScriptRequest } from "./protocol.ts";
import { runScript } from "./start-run.ts";

function requestOf(source: string): ScriptRequest {
  return {
    mode: "run",
    suite: "test",
    source,
    runtime: "engine",
    stress: false,
    messages: false,
    threads: [],
    memories: {},
  };
}

async function repliesTo(source: string, timeout: number): Promise<ScriptReply[]> {
  const replies: ScriptReply[] = [];
  await runScript(requestOf(source), timeout, (reply) => replies.push(reply));
  return replies;
}

describe("a script in a Worker", () => {
  test("tells what each command came to", async () => {
    const source =
      '(module (func (export "f") (result i32) (i32.const 1)))\n(assert_return (invoke "f") (i32.const 1))';
    const replies = await repliesTo(source, 60_000);
    expect(replies.map((reply) => reply.kind === "result" && reply.result.outcome.kind)).toEqual(["passed", "passed"]);
  }, 70_000);

  test("is ended when it takes too long", async () => {
    const replies = await repliesTo('(module (func (export "f") (loop $on (br $on))))\n(invoke "f")', 5_000);
    expect(replies.at(-1)).toEqual({ kind: "broken", problem: "not done after 5 s" });
  }, 30_000);

  test("that cannot be read is broken", async () => {
    const replies = await repliesTo("(nonsense", 60_000);
    expect(replies.map(({ kind }) => kind)).toEqual(["broken"]);
  }, 70_000);
});

describe("a host that is not there", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
    delete process.env["DENO_PATH"];
  });

  test("is told with the command that installs it, or the variable that is wrong", () => {
    process.env["DENO_PATH"] = "/nowhere/deno";
    expect(() => findShell("deno")).toThrow("DENO_PATH names /nowhere/deno");
  });
});
