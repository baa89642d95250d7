/**
 * The peers' Worker: what programs do without Heddle, with the host's `Atomics`, `WebAssembly` and structured clones.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import * as Comlink from "comlink";

/** What the Worker is started with. */
export type RawWork =
  /** Sleeps until word 0 changes, and copies it to word 1, for ever. */
  | { readonly kind: "echo"; readonly words: Int32Array<SharedArrayBuffer> }
  /** Wakes up all the time, so that a core does not fall into a deep sleep. */
  | { readonly kind: "tick" }
  /** Instantiates a module on a shared memory and calls exports as they are asked for. */
  | { readonly kind: "module"; readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory }
  /** Says what the roots of the trees hold that comlink hands over. */
  | { readonly kind: "trees"; readonly port: MessagePort };

/** What "module" is asked for, by message; it answers with the result. */
export interface RawCall {
  readonly name: string;
  readonly args: readonly number[];
}

/** A tree as JS has it. */
export interface Tree {
  readonly left: Tree | null;
  readonly right: Tree | null;
  readonly value: number;
}

const work = workerData as RawWork;
const port = parentPort as NonNullable<typeof parentPort>;

switch (work.kind) {
  case "echo":
    port.postMessage("ready");
    for (let seen = 0; ; ) {
      Atomics.wait(work.words, 0, seen);
      seen = Atomics.load(work.words, 0);
      Atomics.store(work.words, 1, seen);
    }
  case "tick": {
    const words = new Int32Array(new SharedArrayBuffer(4));
    port.postMessage("ready");
    for (;;) Atomics.wait(words, 0, 0, 0.05);
  }
  case "module": {
    const { exports } = new WebAssembly.Instance(work.module, { m: { memory: work.memory } });
    port.on("message", ({ name, args }: RawCall) => {
      port.postMessage((exports[name] as (...args: readonly number[]) => unknown)(...args));
    });
    port.postMessage("ready");
    break;
  }
  case "trees":
    Comlink.expose({ value: (tree: Tree) => tree.value }, work.port as unknown as Comlink.Endpoint);
    port.postMessage("ready");
}
