/**
 * What differs between hosts: how a Worker is started, talked to and ended.
 *
 * Node, Deno and Bun have `node:worker_threads`; browsers have the global `Worker`. Both sides of the channel look the
 * same to the rest of Heddle: messages are structured-cloned, in order, and shared memories and modules cross as
 * themselves.
 */

import type * as threads from "node:worker_threads";
import { InternalError } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { HeddleError } from "../../core/base/errors.ts";
import { encodeSmallModule } from "../../core/binary/small-module.ts";

/** The creator's view of a Worker. */
export interface HostWorker {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  /** Called for each message that the Worker sends. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the Worker is gone, whatever ended it; `error` is what it died of, if it told. */
  onExit(listener: (error: unknown) => void): void;
  /** Called when the Worker has failed and is to be terminated: it may still run. */
  onFailure(listener: (error: unknown) => void): void;
  terminate(): Promise<void>;
  /** Called before somebody else terminates the Worker, by its own method: an embedder's. */
  onTerminate?(listener: () => void): void;
  /** Whether the Worker keeps the process alive (hosts without the notion ignore it). */
  keepAlive(alive: boolean): void;
}

/** A Worker's view of its creator. */
export interface HostParent {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Resolves when the creator will be told of this Worker's end, however it comes. */
  readonly watched: Promise<void>;
}

interface ProcessLike {
  readonly arch?: string;
  readonly execArgv?: readonly string[];
  readonly versions?: { readonly node?: string; readonly bun?: string };
  once?(event: "beforeExit", listener: () => void): unknown;
  off?(event: "beforeExit", listener: () => void): unknown;
}
const hostProcess = (globalThis as { process?: ProcessLike }).process;
const hasWorkerThreads = hostProcess?.versions?.node !== undefined;

/**
 * Whether references may be published with plain stores. True only where the host says that the processor keeps the
 * order of stores (x86: total store order); browsers do not tell, so there the answer is no.
 */
export function hasTotalStoreOrder(): boolean {
  return hostProcess?.arch === "x64" || hostProcess?.arch === "ia32";
}

/** (module (memory i64 0)) */
const memory64Module = encodeSmallModule({
  memories: [{ minimum: 0n, maximum: undefined, shared: false, is64: true, pageSizeLog2: 16 }],
});

/** Whether the host has memories with 64-bit addresses. */
export function hasMemory64(): boolean {
  return engine.validate(memory64Module);
}

/** How many threads the machine can run at once. */
export function hardwareConcurrency(): number {
  return (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}

/**
 * Whether a Worker starts though its creator's event loop does not turn: Node, Deno and Bun. In browsers it starts when
 * the loop turns next.
 */
export const startsWorkersAtOnce = hasWorkerThreads;

let workerThreads: typeof threads | undefined;

/** Loads what `startWorkerNow` needs. */
export async function prepareWorkers(): Promise<void> {
  if (hasWorkerThreads) workerThreads ??= await import("node:worker_threads");
}

/**
 * Starts a Worker that runs a script, after `prepareWorkers`. `lock` is a name that no other Worker has (`uniqueName`).
 */
export function startWorkerNow(name: string, script: string | URL, lock: string = uniqueName(name)): HostWorker {
  return hasWorkerThreads ? startThread(name, script, lock) : startWebWorker(script, lock);
}

/** Starts a Worker that runs a script. */
export async function startWorker(name: string, script: string | URL): Promise<HostWorker> {
  await prepareWorkers();
  return startWorkerNow(name, script);
}

/** A script's address as any thread understands it. */
export function absoluteAddress(script: string | URL): string {
  const base = hasWorkerThreads ? import.meta.url : (globalThis as { location?: { href: string } }).location?.href;
  return new URL(script, base).href;
}

/**
 * Whether a Worker has stopped for good when the Web Lock is free that it held: in browsers, which have no event for
 * that, and in Deno, whose event comes when it begins to end a thread that may still run.
 */
const tellsEndByLock = !hasWorkerThreads || (globalThis as { Deno?: object }).Deno !== undefined;

/**
 * A Worker's first message where its end is told by a lock: from here on its creator is told of it, however it comes.
 */
const WATCHED = "heddle: watched";

/** A name that nothing else has. */
export function uniqueName(name: string): string {
  return `${name}-${crypto.randomUUID()}`;
}

/** Resolves when nobody holds the Web Lock of this name: the Worker that took it has stopped for good. */
async function released(lock: string): Promise<void> {
  await navigator.locks.request(lock, () => undefined);
}

/** Resolves when the Worker with this lock has stopped, whose creator, another Worker, has ended. */
export async function stopped(lock: string): Promise<void> {
  if (tellsEndByLock) await released(lock);
}

/** Makes a thread, which inherits the process's options. */
function createThread({ Worker: Thread }: typeof threads, script: URL, options: threads.WorkerOptions): threads.Worker {
  const given = hostProcess?.execArgv;
  if (given === undefined || !given.some((option) => option.startsWith("--input-type")))
    return new Thread(script, options);
  // What a thread inherits Node takes as it is, but refuses this option where the script is a file. What a thread is
  // given it refuses where it is an option of the whole process, as those of the engine are, which hold for all threads
  // anyway.
  const execArgv = given.filter((option, i) => !option.startsWith("--input-type") && given[i - 1] !== "--input-type");
  try {
    return new Thread(script, { ...options, execArgv });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
    return new Thread(script, { ...options, execArgv: [] });
  }
}

function startThread(name: string, script: string | URL, lock: string): HostWorker {
  if (workerThreads === undefined) throw new InternalError("Workers are started before they are prepared");
  const options = { name, ...(tellsEndByLock ? { workerData: lock } : {}) };
  const thread = createThread(workerThreads, new URL(script, import.meta.url), options);
  let cause: unknown;
  let ending = false;
  thread.on("error", (error) => {
    cause = error;
  });
  const gone = new Promise<void>((resolve) => {
    thread.once("exit", () => {
      if (tellsEndByLock) resolve(released(lock));
      else resolve();
    });
  });
  return {
    postMessage: (message, transfer) => thread.postMessage(message, (transfer ?? []) as never[]),
    onMessage: (listener) => void thread.on("message", listener),
    onExit: (listener) => void gone.then(() => listener(cause)),
    // An error that nobody catches ends the thread by itself.
    onFailure: () => undefined,
    terminate: async () => {
      ending = true;
      await thread.terminate();
      await gone;
    },
    // Race: somebody waits for a thread that ends. Were it let go of meanwhile, the process could end without an
    // answer.
    keepAlive: (alive) => {
      if (ending) return;
      if (alive) thread.ref();
      else thread.unref();
    },
  };
}

/**
 * No event tells that a Worker has ended: it holds a Web Lock for as long as it lives, which the browser frees then.
 * `terminate` returns while the Worker may still run, too; when its lock is free it has stopped for good, and the heap
 * can be reclaimed.
 */
function startWebWorker(script: string | URL, lock: string): HostWorker {
  const worker = new Worker(script, { type: "module", name: lock });
  const exits: ((error: unknown) => void)[] = [];
  let cause: unknown;
  const exit = async (): Promise<void> => {
    await released(lock);
    for (const listener of exits.splice(0)) listener(cause);
  };
  // By its first message, a Worker has the lock.
  worker.addEventListener("message", () => void exit(), { once: true });
  return {
    postMessage: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    onMessage: (listener) =>
      worker.addEventListener("message", ({ data }: MessageEvent) => {
        if (data !== WATCHED) listener(data);
      }),
    onExit: (listener) => void exits.push(listener),
    // The script failed to load, or threw outside of Heddle's own handlers: the Worker lives on, but is of no further
    // use.
    onFailure: (listener) =>
      worker.addEventListener(
        "error",
        (event) => {
          cause =
            event.error ?? new HeddleError("worker-script", event.message || "the Worker's script could not be loaded");
          listener(cause);
        },
        { once: true },
      ),
    terminate: async () => {
      worker.terminate();
      await exit();
    },
    keepAlive: () => undefined,
  };
}

/** What of a Worker of the embedder's is used: Node's `Worker` has `once`, that of browsers has events. */
export interface EmbeddersWorker {
  postMessage(message: unknown, transfer?: never[]): void;
  terminate(): unknown;
  once?(event: "exit", listener: () => void): unknown;
}

/**
 * A Worker that the embedder has started. Its first message makes it join (agents/protocol.ts), and brings a port for
 * all others.
 */
export function embeddersWorker(worker: EmbeddersWorker): HostWorker {
  const { port1: events, port2 } = new MessageChannel();
  const lock = uniqueName("heddle-join");
  const exits: ((error: unknown) => void)[] = [];
  const exit = async (): Promise<void> => {
    if (tellsEndByLock) await released(lock);
    for (const listener of exits.splice(0)) listener(undefined);
  };
  if (worker.once !== undefined) worker.once("exit", () => void exit());
  // When it says that it is ready, it has the lock.
  else events.addEventListener("message", () => void exit(), { once: true });
  // The creator, which learns of an end in an event, may wait for the Worker before it gets there: so it is told first.
  const terminate = worker.terminate.bind(worker);
  let beforeTerminate = (): void => undefined;
  worker.terminate = () => {
    beforeTerminate();
    return terminate();
  };
  return {
    postMessage: (start, transfer) =>
      worker.postMessage({ heddle: "join", start, events: port2, lock }, [port2, ...(transfer ?? [])] as never[]),
    onMessage: (listener) => {
      events.addEventListener("message", (event: MessageEvent) => listener(event.data));
      events.start();
      (events as unknown as Timer).unref?.();
    },
    onExit: (listener) => void exits.push(listener),
    // What goes wrong in it is the embedder's.
    onFailure: () => undefined,
    onTerminate: (listener) => {
      beforeTerminate = listener;
    },
    terminate: async () => {
      await terminate();
      await exit();
    },
    keepAlive: () => undefined,
  };
}

/** Waits, in a Worker, for the first message that `isWanted` knows. */
export async function awaitMessage<T>(isWanted: (message: unknown) => message is T): Promise<T> {
  if (hasWorkerThreads) {
    const { parentPort } = await import("node:worker_threads");
    if (parentPort === null) throw new HeddleError("outside-worker", "joinStore is called in a Worker");
    const port = parentPort;
    return new Promise((resolve) => {
      const listen = (message: unknown): void => {
        if (!isWanted(message)) return;
        port.off("message", listen);
        resolve(message);
      };
      port.on("message", listen);
    });
  }
  return new Promise((resolve) => {
    const listen = ({ data }: MessageEvent): void => {
      if (!isWanted(data)) return;
      globalThis.removeEventListener("message", listen as EventListener);
      resolve(data);
    };
    globalThis.addEventListener("message", listen as EventListener);
  });
}

/**
 * Makes a function that hands the messages which have arrived at a port to its listeners at once, in the middle of
 * whatever runs. It does nothing on hosts where messages come in turns of the event loop only: browsers.
 */
export async function messageDrain(port: MessagePort): Promise<() => void> {
  if (!hasWorkerThreads) return () => undefined;
  const { receiveMessageOnPort } = await import("node:worker_threads");
  return () => {
    for (;;) {
      const received = receiveMessageOnPort(port as never) as { readonly message: unknown } | undefined;
      if (received === undefined) return;
      port.dispatchEvent(new MessageEvent("message", { data: received.message }));
    }
  };
}

/** Holds a Web Lock until this Worker ends, where that tells of the end; resolves when it is held. */
export async function holdLock(name: string): Promise<void> {
  if (!tellsEndByLock) return;
  await new Promise<void>((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise<never>(() => undefined);
    });
  });
}

/** The channel of a Worker to its creator. */
export async function parent(): Promise<HostParent> {
  if (hasWorkerThreads) {
    const { parentPort, workerData } = await import("node:worker_threads");
    if (parentPort === null)
      throw new HeddleError("outside-worker", "heddle's worker script was started outside of a Worker");
    const port = parentPort;
    return {
      postMessage: (message, transfer) => port.postMessage(message, (transfer ?? []) as never[]),
      onMessage: (listener) => void port.on("message", listener),
      watched: typeof workerData === "string" ? holdLock(workerData) : Promise.resolve(),
    };
  }
  const scope = globalThis as unknown as Worker & { readonly name: string };
  const early: unknown[] = [];
  let take = (message: unknown): void => void early.push(message);
  scope.addEventListener("message", ({ data }: MessageEvent) => take(data));
  // Race: what imports this script may close the Worker as soon as it goes on. By then the creator is to watch the
  // lock.
  await holdLock(scope.name);
  scope.postMessage(WATCHED);
  return {
    // In a turn to come: the script that imports this one has gone on by then.
    watched: turn(),
    postMessage: (message, transfer) => scope.postMessage(message, [...(transfer ?? [])]),
    onMessage: (listener) => {
      take = listener;
      for (const message of early.splice(0)) listener(message);
    },
  };
}

interface Timer {
  unref?(): void;
}

/** Calls back after so many milliseconds, which keep no process alive. Returns what stops it. */
export function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  (timer as unknown as Timer).unref?.();
  return () => clearTimeout(timer);
}

/**
 * Calls `listener` once when this thread has nothing left to do and its process is about to end. Returns what takes the
 * listener back, or undefined where the host has no such event. Bun 1.4 has it, but not in a process that awaits
 * something at its top level: that just ends, as if all were well.
 */
export function onBeforeExit(listener: () => void): (() => void) | undefined {
  const process = hostProcess;
  if (
    !hasWorkerThreads ||
    process?.versions?.bun !== undefined ||
    process?.once === undefined ||
    process.off === undefined
  )
    return undefined;
  process.once("beforeExit", listener);
  return () => void process.off?.("beforeExit", listener);
}

/** Resolves in a later turn of the event loop, when messages that had already arrived have been handled. */
export function turn(): Promise<void> {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate;
  if (immediate !== undefined) return new Promise((resolve) => void immediate(() => resolve()));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
