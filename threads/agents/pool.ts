/**
 * The Workers of a store: started, told what all agents must know, buried when they die.
 *
 * The pool has `threads` Workers from the start. When threads that wasm code spawned wait and the queue stands still for a while, it grows up
 * to `maximumThreads`: threads that block until another thread acts would otherwise keep that other thread in the queue forever.
 */

import * as Comlink from "comlink";
import { rangeError } from "../../core/base/errors.ts";
import type { Heap } from "../../gc/heap/heap.ts";
import { type HostWorker, startWorker } from "../host/host.ts";
import type { Install } from "../link/plans.ts";
import { type AgentRecords, LIFE_ENDING, LIFE_JOINING, LIFE_NONE, LIFE_STARTING } from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { JobKind } from "../sync/job-queue.ts";
import { unpackError } from "../traps/traps.ts";
import type { AgentEvent, AgentService, AgentStatistics, StartMessage } from "./protocol.ts";
import { StoreClosedError, WorkerLostError } from "./store-errors.ts";
import { workerScript } from "./worker-script.ts";

/** How long the queue may stand still before the pool grows, in milliseconds. */
const PATIENCE = 20;

/** How often that is doubled, while Workers fail to start. */
const MOST_DOUBLINGS = 9;

/** Milliseconds that Workers have, when the store is closed, to end what they are at. */
const GRACE = 1;

export interface PoolOptions {
  /** Tells the store from others. */
  readonly store: string;
  readonly heap: Heap;
  readonly control: Control;
  readonly hostRecord: number;
  readonly threads: number;
  readonly maximumThreads: number;
  /** The Workers' script; undefined for the one that comes with Heddle. */
  readonly script: string | URL | undefined;
  /** Answers to calls, and threads' news. */
  readonly onEvent: (event: AgentEvent) => void;
  /** A Worker could not be started, or is broken. */
  readonly onFailure: (error: unknown) => void;
  /** A call or thread whose Worker died, in it or after it (`ended`). */
  readonly onLost: (kind: "call" | "thread", id: number, error: Error, ended: boolean) => void;
  /** Called when an agent is dead, before the heap takes back what it held. */
  readonly onDead: (agent: number) => void;
  readonly records: AgentRecords;
}

/** A Worker's life: it is told to start, says that it is ready, and is gone. */
type WorkerState = "starting" | "ready" | "gone";

interface PooledWorker {
  readonly id: number;
  readonly host: HostWorker;
  /** Whether it is the embedder's, and was admitted: it takes no jobs, and nobody takes its place. */
  readonly isAdmitted: boolean;
  readonly service: Comlink.Remote<AgentService>;
  readonly port: MessagePort;
  readonly gone: Promise<never>;
  state: WorkerState;
  /** Whether the pool ends it. */
  isEnded: boolean;
  /** Why the pool ended it, where its job is to fail with that. */
  verdict: Error | undefined;
  /** What it failed with while it still ran. */
  cause: unknown;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Map<number, PooledWorker>();
  readonly #installs: Install[] = [];
  #closing = false;
  #alive = false;
  #starting = 0;
  /** How many Workers have failed to start since the last that did. */
  #failures = 0;
  #watch: { readonly taken: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#workers.size;
  }

  /** How many Workers take jobs, or will. */
  get #takers(): number {
    return [...this.#workers.values()].filter(({ isAdmitted }) => !isAdmitted).length + this.#starting;
  }

  /** Starts the first Workers; resolves when all are ready. */
  async open(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.threads }, () => this.#start()));
  }

  /** Tells all agents of this store, also those to come. */
  announce(step: Install): void {
    this.#installs.push(step);
    if (step.kind === "instance") this.#options.control.announceInstall();
    for (const worker of this.#workers.values()) {
      // A Worker that dies before it answers is not an error of installing; one that answers with an error is broken and says so.
      worker.service.install(step).catch((error: unknown) => this.#options.onFailure(error));
    }
  }

  /** Whether Workers keep the process alive: only while somebody waits for them. */
  keepAlive(alive: boolean): void {
    if (alive === this.#alive) return;
    this.#alive = alive;
    for (const worker of this.#workers.values()) worker.host.keepAlive(alive);
  }

  /** Makes sure that there is a Worker at all: calls from JS wait in the queue, however long the running ones take. */
  ensure(): void {
    if (!this.#closing && this.#takers === 0) this.#startLogged();
  }

  /** Called when wasm code spawned a thread and nobody was parked. */
  grow(): void {
    const { control, maximumThreads } = this.#options;
    this.ensure();
    if (this.#closing || this.#watch !== undefined || this.#workers.size + this.#starting >= maximumThreads) return;
    const taken = control.jobs.taken;
    const timer = setTimeout(() => {
      this.#watch = undefined;
      if (control.jobs.queued === 0 || this.#closing) return;
      if (control.jobs.taken === taken) this.#startLogged();
      this.grow();
    }, PATIENCE << Math.min(this.#failures, MOST_DOUBLINGS));
    this.#watch = { taken, timer };
  }

  /** Whether Workers will come for the jobs that wait. */
  get mayGrow(): boolean {
    return !this.#closing && this.#workers.size + this.#starting < this.#options.maximumThreads;
  }

  #startLogged(): void {
    this.#start().catch((error: unknown) => this.#options.onFailure(error));
  }

  async #start(): Promise<void> {
    this.#starting++;
    let worker: PooledWorker;
    let ready: Promise<void>;
    try {
      const host = await startWorker("heddle-agent", this.#options.script ?? workerScript());
      // Race: the store was closed meanwhile, and `close` does not know this Worker, which would keep the heap's memory.
      if (this.#closing) {
        await host.terminate();
        return;
      }
      [worker, ready] = this.#adopt(host, false);
    } finally {
      this.#starting--;
    }
    try {
      await ready;
    } catch (error) {
      // Ended before it was ready: that is no failure, and another takes its place.
      if (worker.isEnded) return;
      throw error;
    }
    worker.state = "ready";
    this.#failures = 0;
  }

  /** Makes a Worker of the embedder's an agent; resolves with its id when it has joined. */
  async admit(host: HostWorker): Promise<number> {
    if (this.#closing) throw new StoreClosedError();
    const { maximumThreads } = this.#options;
    const full = `the store has ${maximumThreads} agents beside its creator: see maximumThreads`;
    if (!this.mayGrow) throw rangeError("too-many-agents", full);
    const [worker, ready] = this.#adopt(host, true);
    await ready;
    worker.state = "ready";
    return worker.id;
  }

  /** Gives a fresh Worker its agent id and all that the other agents know. */
  #adopt(host: HostWorker, isAdmitted: boolean): [PooledWorker, Promise<void>] {
    const { control, heap, hostRecord, records, store } = this.#options;
    let id = 1;
    while (this.#workers.has(id)) id++;
    control.resetAgent(id);
    records.setLife(id, isAdmitted ? LIFE_JOINING : LIFE_STARTING);
    const { port1: port, port2: theirs } = new MessageChannel();
    const start: StartMessage = {
      kind: "start",
      agent: id,
      store,
      heap: heap.share(),
      control: control.address,
      hostRecord,
      installs: this.#installs,
      port: theirs,
    };
    let lose: (error: Error) => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      lose = reject;
    });
    gone.catch(() => undefined);
    const service = Comlink.wrap<AgentService>(this.#endpoint(port, id));
    const fate = { isEnded: false, verdict: undefined, cause: undefined };
    const worker: PooledWorker = { id, host, isAdmitted, service, port, gone, state: "starting", ...fate };
    const ready = new Promise<void>((resolve, reject) => {
      host.onMessage((message) => {
        const event = message as AgentEvent;
        if (event.kind === "ready") resolve();
        else if (event.kind !== "failed") this.#options.onEvent(event);
        else {
          if (worker.state === "starting") reject(unpackError(event.error));
          this.#fail(worker, unpackError(event.error));
        }
      });
      gone.catch(reject);
    });
    host.onFailure((error) => this.#fail(worker, error));
    host.onTerminate?.(() => {
      worker.isEnded = true;
      if (!this.#closing) this.#bringToRest(worker);
    });
    host.onExit((error) => {
      const lost = new WorkerLostError(worker.cause ?? error);
      this.#bury(worker, lost);
      lose(lost);
    });
    host.postMessage(start, [theirs]);
    host.keepAlive(this.#alive || worker.state === "starting");
    void ready.then(
      () => host.keepAlive(this.#alive),
      () => undefined,
    );
    (port as { unref?: () => void }).unref?.();
    this.#workers.set(id, worker);
    return [worker, ready];
  }

  /** Comlink's channel to a Worker: each message is counted, since a parked Worker sees no event. */
  #endpoint(port: MessagePort, id: number): Comlink.Endpoint {
    return {
      postMessage: (message: unknown, transfer?: Transferable[]) => {
        // Comlink says goodbye to a Worker that died when the host collects its proxy: the count may be that of the next agent `id` by then,
        // which would wait for a message that does not come.
        if (this.#workers.get(id)?.port !== port) return;
        port.postMessage(message, transfer ?? []);
        this.#options.control.parking.messagePosted(id);
      },
      addEventListener: port.addEventListener.bind(port),
      removeEventListener: port.removeEventListener.bind(port),
      start: () => port.start(),
    };
  }

  #bury(worker: PooledWorker, error: Error): void {
    const wasReady = worker.state === "ready";
    worker.state = "gone";
    if (this.#workers.get(worker.id) !== worker) return;
    const { control, heap, onLost, records, threads } = this.#options;
    control.breakLock(worker.id);
    const job = control.jobs.of(worker.id);
    this.#options.onDead(worker.id);
    heap.reclaim(worker.id);
    control.resetAgent(worker.id);
    records.setLife(worker.id, LIFE_NONE);
    this.#workers.delete(worker.id);
    worker.port.close();
    // The answer to a call that ended may have got lost on its way here; one that came is not undone by this.
    const cause = worker.verdict ?? error;
    if (job.kind === JobKind.thread) onLost("thread", job.id, cause, job.ended);
    else if (job.kind !== JobKind.none) onLost("call", job.id, cause, job.ended);
    if (this.#closing) return;
    // A Worker that never got ready by itself would only die again.
    if (!worker.isAdmitted && (wasReady || worker.isEnded) && this.#takers < threads) this.#startLogged();
    if (!worker.isAdmitted && !wasReady && !worker.isEnded) this.#failedToStart(error);
    // A job may have woken the dead Worker instead of a living one.
    if (control.jobs.queued > 0 && !control.parking.nudge()) this.ensure();
  }

  /** Without any Worker, jobs fail as those that would start them do. The next call from JS tries again. */
  #failedToStart(error: Error): void {
    this.#failures++;
    if (this.#takers === 0) this.#failJobs(error);
  }

  /** Ends all jobs but a thread that has failed by itself; new Workers take the place of those that were at one. */
  abort(failed: number, error: Error): void {
    this.#failJobs(error);
    for (const { id, isAdmitted, isEnded } of [...this.#workers.values()]) {
      const job = this.#options.control.jobs.of(id);
      const isFailed = job.kind === JobKind.thread && job.id === failed;
      if (!isAdmitted && !isEnded && !isFailed && !job.ended) void this.terminate(id, error);
    }
  }

  /** Fails the jobs that no Worker has taken. */
  #failJobs(error: Error): void {
    const { control, onLost } = this.#options;
    for (let job = control.jobs.take(); job !== undefined; job = control.jobs.take()) {
      onLost(job.kind === JobKind.thread ? "thread" : "call", job.id, error, false);
    }
  }

  /** Figures of each Worker; one that is at a job answers after it. */
  async statistics(): Promise<AgentStatistics[]> {
    return Promise.all([...this.#workers.values()].map((worker) => Promise.race([worker.service.statistics(), worker.gone])));
  }

  /** Ends the Worker of agent `id` at once, whatever it is doing; its job fails with `verdict`, or with a `WorkerLostError`. */
  async terminate(id: number, verdict?: Error): Promise<void> {
    const worker = this.#workers.get(id);
    if (worker === undefined) throw rangeError("no-worker", `the store has no Worker ${id}`);
    worker.verdict = verdict;
    worker.isEnded = true;
    await this.#end(worker);
  }

  /** Ends a Worker that is of no use any more. */
  #fail(worker: PooledWorker, error: unknown): void {
    if (worker.state === "gone" || worker.isEnded) return;
    worker.cause ??= error;
    void this.#end(worker);
  }

  /**
   * Ends a Worker's thread. Race: until its end is known here, this agent may wait for what the Worker holds, and would never learn of the end;
   * so it comes to rest first.
   */
  async #end(worker: PooledWorker): Promise<void> {
    this.#bringToRest(worker);
    await worker.host.terminate();
  }

  #bringToRest(worker: PooledWorker): void {
    if (worker.state === "gone") return;
    this.#options.records.setLife(worker.id, LIFE_ENDING);
    this.#options.heap.runtime.condemn(worker.id);
    this.#options.control.parking.wake(worker.id);
  }

  /** The ids of the Workers' agents. */
  get agents(): number[] {
    return [...this.#workers.keys()];
  }

  /** Ends the Workers, and all jobs with them. */
  async close(): Promise<void> {
    const cause = new StoreClosedError();
    this.#closing = true;
    this.#options.control.close();
    if (this.#watch !== undefined) clearTimeout(this.#watch.timer);
    const own = [...this.#workers.values()].filter(({ isAdmitted }) => !isAdmitted);
    for (const worker of own) {
      worker.isEnded = true;
      worker.cause ??= cause;
      if (worker.state !== "gone") this.#options.records.setLife(worker.id, LIFE_ENDING);
      this.#options.control.parking.wake(worker.id);
    }
    // Those that have just answered get into their event loops, where they are ended at once.
    await new Promise((resolve) => setTimeout(resolve, GRACE));
    await Promise.all(own.map((worker) => this.#end(worker)));
    this.#failJobs(new WorkerLostError(cause));
  }
}
