/** Admits a Worker as an embedder does. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import type { Store } from "../../../api/heddle.ts";
import type { JoinedService } from "./joined-worker.ts";

/** Starts a Worker of an embedder's, admits it, and talks to it over comlink. */
export async function admit(
  store: Store,
): Promise<{ worker: Worker; service: Comlink.Remote<JoinedService>; agent: number }> {
  const worker = new Worker(new URL("./joined-worker.ts", import.meta.url));
  const ready = once(worker, "message");
  const agent = await store.admit(worker);
  await ready;
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ port: port2 }, [port2 as never]);
  return { worker, service: Comlink.wrap<JoinedService>(port1), agent };
}
