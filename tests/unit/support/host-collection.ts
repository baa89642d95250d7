/** The host's own collector, asked to run: what it finds is what JS has let go of. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Store } from "../../../api/heddle.ts";

setFlagsFromString("--expose-gc");
/** Collects this thread's JS; finalizers run in turns to come. */
export const collectHost = runInNewContext("gc") as () => void;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Collects this thread's JS, and lets finalizers run, which they do in turns of their own; what a WeakRef gave lives to
 * a turn's end.
 */
export async function collectJs(): Promise<void> {
  await turn();
  collectHost();
  await turn();
}

/** Collects both heaps until `done`, which may take some turns. `others` collects the JS of other threads. */
export async function collectUntil(
  store: Store,
  done: () => boolean | Promise<boolean>,
  others?: () => Promise<void>,
): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    await collectJs();
    await others?.();
    store.collect();
    if (await done()) return;
  }
  throw new Error("nothing was let go of");
}
