/** Starts Workers of raw-worker.ts. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { RawCall, RawWork } from "./raw-worker.ts";

/** A Worker that is ready for its work. */
export async function startRaw(work: RawWork): Promise<Worker> {
  const transferList = work.kind === "trees" ? [work.port] : [];
  const worker = new Worker(new URL("./raw-worker.ts", import.meta.url), { workerData: work, transferList });
  await once(worker, "message");
  return worker;
}

/** Has a "module" Worker call an export. */
export async function callRaw(worker: Worker, call: RawCall): Promise<unknown> {
  const answer = once(worker, "message");
  worker.postMessage(call);
  return (await answer)[0] as unknown;
}
