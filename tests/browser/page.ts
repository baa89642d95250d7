/** What the browser test calls inside the page: the same programs as under Node, through the package's public entry. */
import { createStore, type EmbeddersWorker } from "../../api/heddle.ts";
import { runChurn, runCounter } from "../programs/run.ts";
import { collectTogether } from "./collecting.ts";
import type { Answer, Sent } from "./joined-worker.ts";

async function program(name: string): Promise<string> {
  return (await fetch(`./${name}`)).text();
}

const cells = `(module
  (type $cell (shared (struct (field i32))))
  (type $get (shared (func (param (ref $cell)) (result i32))))
  (func (export "make") (param i32) (result (ref $cell)) (struct.new $cell (local.get 0)))
  (func (export "get") (type $get) (struct.get $cell 0 (local.get 0))))`;

/**
 * Sends a shared function and an object to a Worker of the page's own; what it answers, and whether the object comes
 * back as itself.
 */
async function join(): Promise<{ result: unknown; isSame: boolean; isGone: boolean }> {
  const store = await createStore({ threads: 0, maximumThreads: 1 });
  try {
    const { instance } = await store.WebAssembly.instantiate(cells);
    const { make, get } = instance.exports as { make(value: number): object; get(cell: object): number };
    const worker = new Worker("./joined-worker.js", { type: "module" });
    const agent = await store.admit(worker as EmbeddersWorker);
    const cell = make(42);
    const answer = new Promise<Answer>((resolve) =>
      worker.addEventListener("message", ({ data }) => resolve(data as Answer)),
    );
    worker.postMessage({ callee: store.messages.post(get), object: store.messages.post(cell) } satisfies Sent);
    const { result, object } = await answer;
    const isSame = store.messages.receive(object) === cell;
    await store.terminateWorker(agent);
    return { result, isSame, isGone: !store.workers.includes(agent) };
  } finally {
    await store.close();
  }
}

/** Functions for `page.evaluate`; whatever they return can be cloned. */
export const inPage = {
  counter: async (threads: number, times: number) => runCounter(await program("counter.wat"), threads, times),
  join,
  collectTogether,
  churn: async (threads: number, count: number, maximum: number) =>
    runChurn(await program("churn.wat"), threads, count, maximum),
};

(globalThis as { inPage?: typeof inPage }).inPage = inPage;
document.documentElement.dataset["state"] = "ready";
