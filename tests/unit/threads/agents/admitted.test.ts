import { expect, test } from "vitest";
import type { AgentEvent, JoinMessage } from "../../../../threads/agents/protocol.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

const program = `(module
  (type $cell (shared (struct (field i32))))
  (type $wait (shared (func (param (ref null (shared waitqueue))) (result (ref $cell)))))
  (global $zero (shared mut i32) (i32.const 0))
  (func (export "wait") (type $wait)
    (drop (global.wait $zero (local.get 0) (i32.const 0) (i64.const -1)))
    (struct.new $cell (i32.const 7)))
  (type $get (shared (func (param (ref $cell)) (result i32))))
  (func (export "get") (type $get) (struct.get $cell 0 (local.get 0))))`;

test("a Worker of the embedder's answers no calls, whatever its JS posts in the name of its agent", () =>
  withStore({ threads: 1, maximumThreads: 2 }, async (store) => {
    const { wait, get } = await exportsOf<{ wait(queue: object): object; get(cell: object): number }>(store, program);
    const queue = new store.WebAssembly.WaitQueue();
    const answer = store.spawn(wait, queue);
    const joined = Promise.withResolvers<JoinMessage>();
    const worker = {
      postMessage: (message: unknown) => joined.resolve(message as JoinMessage),
      terminate: () => undefined,
      once: () => undefined,
    };
    const admitted = store.admit(worker);
    const { events } = await joined.promise;
    const forged: readonly (AgentEvent | null)[] = [
      null,
      { kind: "returned", call: 0, results: [64] },
      { kind: "uncaught", call: 0, exception: 64 },
      {
        kind: "thread-failed",
        thread: 0,
        error: { name: "Error", message: "forged" } as never,
        exception: "0".repeat(32),
      },
      { kind: "threads-ended" },
    ];
    for (const event of forged) events.postMessage(event);
    events.postMessage({ kind: "ready" } satisfies AgentEvent);
    // Events come in order: the forged ones have come when this one has.
    await admitted;
    while (queue.notify(1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(get(await answer)).toBe(7);
    await store.threadsEnded();
    events.close();
  }));
