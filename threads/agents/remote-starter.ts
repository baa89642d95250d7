/**
 * The starter (starter.ts) as the creator has it: what it is told, and its Workers as those that the creator has
 * started itself.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { absoluteAddress, type HostWorker, startWorkerNow, stopped, uniqueName } from "../host/host.ts";
import type { Install } from "../link/plans.ts";
import type { Control } from "../sync/control.ts";
import { unpackError } from "../traps/traps.ts";
import type { AgentEvent, StarterEvent, StarterMessage, StarterOrder, StartMessage } from "./protocol.ts";
import { WorkerLostError } from "./store-errors.ts";

export interface RemoteStarterOptions {
  readonly heap: Heap;
  readonly control: Control;
  readonly script: string | URL;
  /** All installs so far. */
  readonly installs: readonly Install[];
  /** Called when it has ended, and its Workers with it; `wasReady` where it had begun. */
  readonly onLost: (wasReady: boolean) => void;
}

/** What the creator has of one of the starter's Workers. */
interface OfferedWorker {
  readonly lock: string;
  readonly events: MessagePort;
  readonly exited: Promise<unknown>;
  readonly exit: (error: unknown) => void;
  fail: (error: unknown) => void;
}

export class RemoteStarter {
  readonly #host: HostWorker;
  readonly #control: Control;
  readonly #workers = new Map<number, OfferedWorker>();
  /** Resolves when it can start Workers. */
  readonly ready: Promise<void>;
  #isReady = false;
  #tickets = 0;
  /** Whether somebody waits for what Workers do. */
  #isAwaited = false;
  /** How many Workers are being ended: somebody waits for that, too. */
  #ending = 0;

  constructor({ heap, control, script, installs, onLost }: RemoteStarterOptions) {
    this.#control = control;
    this.#host = startWorkerNow("heddle-starter", script);
    this.ready = new Promise((resolve, reject) => {
      this.#host.onMessage((message) => {
        const event = message as StarterEvent;
        if (event.kind === "ready") {
          this.#isReady = true;
          resolve();
        } else this.#take(event);
      });
      this.#host.onFailure(() => void this.#host.terminate());
      this.#host.onExit((error) => {
        reject(new WorkerLostError(error));
        onLost(this.#isReady);
        for (const worker of this.#workers.values()) void stopped(worker.lock).then(() => worker.exit(error));
      });
    });
    this.ready.catch(() => undefined);
    const address = absoluteAddress(script);
    const start: StarterMessage = {
      kind: "starter",
      memory: heap.share().memory,
      control: control.address,
      installs,
      script: address,
    };
    this.#host.postMessage(start);
  }

  #order(order: StarterOrder, transfer: readonly Transferable[] = []): void {
    this.#host.postMessage(order, transfer);
  }

  #take(event: Exclude<StarterEvent, { kind: "ready" }>): void {
    const worker = this.#workers.get(event.agent);
    const error = event.error === undefined ? undefined : unpackError(event.error);
    if (event.kind === "failure") worker?.fail(error);
    else {
      this.#workers.delete(event.agent);
      worker?.exit(error);
    }
  }

  /**
   * Offers the starter an agent. The result is the agent's Worker, whether it has been started or not; its first
   * message is what the starter tells it when it is.
   */
  offer(agent: number): { readonly host: HostWorker; readonly ticket: number } {
    const ticket = ++this.#tickets;
    const lock = uniqueName("heddle-agent");
    const { port1: events, port2: theirs } = new MessageChannel();
    const { promise: exited, resolve: exit } = Promise.withResolvers<unknown>();
    const worker: OfferedWorker = { lock, events, exited, exit, fail: () => undefined };
    this.#workers.set(agent, worker);
    const host: HostWorker = {
      postMessage: (message, transfer) => {
        this.#control.tickets.offer(agent, ticket);
        this.#order({ kind: "offer", ticket, start: message as StartMessage, events: theirs, lock }, [
          theirs,
          ...(transfer ?? []),
        ]);
      },
      onMessage: (listener) => {
        events.addEventListener("message", ({ data }: MessageEvent) => listener(data as AgentEvent));
        events.start();
        (events as { unref?(): void }).unref?.();
      },
      onExit: (listener) => void exited.then(listener),
      onFailure: (listener) => {
        worker.fail = listener;
      },
      terminate: async () => {
        this.#end(1);
        this.#order({ kind: "terminate", agent });
        await exited;
        this.#end(-1);
      },
      keepAlive: () => undefined,
    };
    return { host, ticket };
  }

  /** Forgets a Worker whose ticket was taken back. */
  withdraw(agent: number): void {
    this.#workers.get(agent)?.events.close();
    this.#workers.delete(agent);
  }

  /** Tells of a step for Workers to come. */
  install(step: Install): void {
    this.#order({ kind: "install", step });
  }

  /** Has the first Worker started without waiting. */
  hurry(): void {
    this.#order({ kind: "hurry" });
  }

  /** Has it start one Worker, in the place of one that the store had from the start. */
  replace(): void {
    this.#order({ kind: "replace" });
  }

  /** Whether it, and so its Workers, keeps the process alive. */
  keepAlive(alive: boolean): void {
    this.#isAwaited = alive;
    this.#end(0);
  }

  /** Race: a process with nothing else to do would end before it hears that a Worker of the starter's has ended. */
  #end(change: 1 | 0 | -1): void {
    this.#ending += change;
    this.#host.keepAlive(this.#isAwaited || this.#ending > 0);
  }

  async terminate(): Promise<void> {
    await this.#host.terminate();
  }
}
