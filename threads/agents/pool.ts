/**
 * The Workers of a store: started, told what all agents must know, buried when they die.
 *
 * The pool has `threads` Workers from the start, and grows up to `maximumThreads` (growth.ts).
 */

import * as Comlink from "comlink";
import { rangeError } from "../../core/base/errors.ts";
import { canBlock, type Heap } from "../../gc/heap/heap.ts";
import { type HostWorker, prepareWorkers, startWorkerNow } from "../host/host.ts";
import type { Install } from "../link/plans.ts";
import {
  type AgentRecords,
  LIFE_ENDING,
  LIFE_JOINING,
  LIFE_NONE,
  LIFE_READY,
  LIFE_STARTING,
} from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { JobKind } from "../sync/job-queue.ts";
import { unpackError } from "../traps/traps.ts";
import { Growth } from "./growth.ts";
import type { AgentEvent, AgentService, AgentStatistics, StartMessage } from "./protocol.ts";
import type { RemoteStarter } from "./remote-starter.ts";
import { StoreClosedError, WorkerLostError } from "./store-errors.ts";
import { workerScript } from "./worker-script.ts";

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
  /** The number under which it was offered to the starter (tickets.ts); 0 where the starter is not to start it. */
  readonly ticket: number;
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
  /** By their agents' ids: those that there are, and those that the starter may start. */
  readonly #workers = new Map<number, PooledWorker>();
  readonly #installs: Install[] = [];
  #closing = false;
  #alive = false;
  readonly #growth: Growth;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#growth = new Growth({
      heap: options.heap,
      control: options.control,
      script: options.script ?? workerScript(),
      installs: this.#installs,
      isClosing: () => this.#closing,
      isAlive: () => this.#alive,
      mayStart: () => this.size < options.maximumThreads,
      mayNeedStarter: options.maximumThreads > options.threads && canBlock(),
      start: () => this.#startLogged(),
      offer: (starter) => this.#offerAll(starter),
      withdraw: () => {
        for (const worker of [...this.#workers.values()]) {
          // Those that it has started end with it, ready or not.
          if (!this.#withdraw(worker)) worker.isEnded ||= worker.ticket !== 0;
        }
      },
      // Those that the starter was told to start may be lost with it.
      restore: () => {
        for (let count = this.#takers; count < options.threads; count++) this.#replace();
      },
      onFailure: options.onFailure,
    });
  }

  get size(): number {
    return this.#living.length;
  }

  /** The Workers that have been started. */
  get #living(): PooledWorker[] {
    return [...this.#workers.values()].filter((worker) => !this.#isOffered(worker));
  }

  /** Whether the starter has a Worker to start yet. */
  #isOffered({ id, ticket }: PooledWorker): boolean {
    return ticket !== 0 && this.#options.control.tickets.isOffered(id, ticket);
  }

  /** How many Workers take jobs, or will. */
  get #takers(): number {
    return this.#living.filter(({ isAdmitted }) => !isAdmitted).length;
  }

  /** Starts the first Workers, and in browsers the starter; resolves when all are ready. */
  async open(): Promise<void> {
    await prepareWorkers();
    const workers = Array.from({ length: this.#options.threads }, () => this.#start());
    await Promise.all([...workers, this.#growth.open()]);
  }

  /** Tells all agents of this store, also those to come. */
  announce(step: Install): void {
    const { control, onFailure } = this.#options;
    const number = this.#installs.push(step) - 1;
    if (step.kind === "instance") control.announceInstall();
    this.#growth.starter?.install(step);
    // Race: counted before it is asked which Workers the starter has taken, and the starter asks for the count after it
    // has taken one. So either it waits for this step, or the Worker is told here.
    control.tickets.steps = this.#installs.length;
    for (const worker of this.#living) {
      // A Worker that dies before it answers is not an error of installing; one that answers with an error is broken
      // and says so.
      worker.service.install(step, number).catch((error: unknown) => onFailure(error));
    }
  }

  /** Whether Workers keep the process alive: only while somebody waits for them. */
  keepAlive(alive: boolean): void {
    if (alive === this.#alive) return;
    this.#alive = alive;
    this.#growth.starter?.keepAlive(alive);
    for (const worker of this.#workers.values()) worker.host.keepAlive(alive);
  }

  /** Makes sure that there is a Worker at all: calls from JS wait in the queue, however long the running ones take. */
  ensure(): void {
    const { control, maximumThreads } = this.#options;
    if (this.#closing || control.jobs.queued === 0 || this.#takers > 0) return;
    const full = `all ${maximumThreads} Workers are the embedder's own: see maximumThreads`;
    if (this.size >= maximumThreads) this.#failJobs(rangeError("too-many-agents", full));
    else if (this.#growth.starter !== undefined) this.#growth.starter.hurry();
    else this.#startLogged();
  }

  /** Called when a job was queued and nobody was parked. */
  grow(): void {
    this.ensure();
    this.#growth.grow();
  }

  /** Called before the creator waits. */
  prepareToGrow(): void {
    this.#growth.prepare();
  }

  /** Offers the starter all agents that have no Worker. */
  #offerAll(starter: RemoteStarter): void {
    for (let id = 1; id <= this.#options.maximumThreads; id++) {
      if (this.#workers.has(id)) continue;
      const { host, ticket } = starter.offer(id);
      this.#awaitReady(this.#adopt(id, host, { isAdmitted: false, ticket })).catch((error: unknown) =>
        this.#options.onFailure(error),
      );
    }
  }

  /** Takes an agent back that was offered to the starter; false where that has begun to start its Worker. */
  #withdraw(worker: PooledWorker): boolean {
    if (worker.ticket === 0 || !this.#options.control.tickets.take(worker.id, worker.ticket)) return false;
    this.#workers.delete(worker.id);
    worker.port.close();
    this.#growth.starter?.withdraw(worker.id);
    return true;
  }

  /** Whether Workers will come for the jobs that wait. */
  get mayGrow(): boolean {
    return !this.#closing && (this.size < this.#options.maximumThreads || this.mayGrowMeanwhile);
  }

  /** The same where the creator's event loop does not turn. */
  get mayGrowMeanwhile(): boolean {
    const { records } = this.#options;
    // One that was taken a moment ago may have no life yet.
    const isToCome = ({ id, ticket }: PooledWorker): boolean =>
      ticket !== 0 && [LIFE_NONE, LIFE_STARTING].includes(records.read(id).life);
    return !this.#closing && this.#growth.starter !== undefined && [...this.#workers.values()].some(isToCome);
  }

  #startLogged(): void {
    this.#start().catch((error: unknown) => this.#options.onFailure(error));
  }

  async #start(): Promise<void> {
    const host = startWorkerNow("heddle-agent", this.#options.script ?? workerScript());
    await this.#awaitReady(this.#adopt(this.#freeId(), host, { isAdmitted: false, ticket: 0 }));
  }

  async #awaitReady([worker, ready]: readonly [PooledWorker, Promise<void>]): Promise<void> {
    try {
      await ready;
    } catch (error) {
      // Ended before it was ready: that is no failure, and another takes its place.
      if (worker.isEnded) return;
      throw error;
    }
    worker.state = "ready";
    this.#growth.failures = 0;
  }

  /** The first id that no agent has; else one that was offered to the starter. */
  #freeId(): number {
    for (let id = 1; id <= this.#options.maximumThreads; id++) if (!this.#workers.has(id)) return id;
    for (const worker of this.#workers.values()) if (this.#withdraw(worker)) return worker.id;
    const full = `the store has ${this.#options.maximumThreads} agents beside its creator: see maximumThreads`;
    throw rangeError("too-many-agents", full);
  }

  /** Makes a Worker of the embedder's an agent; resolves with its id when it has joined. */
  async admit(host: HostWorker): Promise<number> {
    if (this.#closing) throw new StoreClosedError();
    const [worker, ready] = this.#adopt(this.#freeId(), host, { isAdmitted: true, ticket: 0 });
    await ready;
    worker.state = "ready";
    return worker.id;
  }

  /**
   * Gives a fresh Worker its agent id and all that the other agents know. One that was offered to the starter gets the
   * steps so far from that, when it is started.
   */
  #adopt(
    id: number,
    host: HostWorker,
    kind: Pick<PooledWorker, "isAdmitted" | "ticket">,
  ): [PooledWorker, Promise<void>] {
    const { control, heap, hostRecord, records, store } = this.#options;
    const { isAdmitted, ticket } = kind;
    control.resetAgent(id);
    records.setLife(id, ticket !== 0 ? LIFE_NONE : isAdmitted ? LIFE_JOINING : LIFE_STARTING);
    const { port1: port, port2: theirs } = new MessageChannel();
    const start: StartMessage = {
      kind: "start",
      agent: id,
      store,
      heap: heap.share(),
      control: control.address,
      hostRecord,
      installs: ticket === 0 ? this.#installs : [],
      port: theirs,
    };
    let lose: (error: Error) => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      lose = reject;
    });
    gone.catch(() => undefined);
    const service = Comlink.wrap<AgentService>(this.#endpoint(port, id));
    const fate = { isEnded: false, verdict: undefined, cause: undefined };
    const worker: PooledWorker = { id, host, ...kind, service, port, gone, state: "starting", ...fate };
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
        // Comlink says goodbye to a Worker that died when the host collects its proxy: the count may be that of the
        // next agent `id` by then, which would wait for a message that does not come.
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
    const { control, heap, onLost, records, threads } = this.#options;
    // What says so may come later than the end of a Worker of the starter's.
    const wasReady = worker.state === "ready" || records.read(worker.id).life === LIFE_READY;
    worker.state = "gone";
    if (this.#workers.get(worker.id) !== worker) return;
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
    if (!worker.isAdmitted && (wasReady || worker.isEnded) && this.#takers < threads) this.#replace();
    else if (this.#growth.starter !== undefined) this.#offerAll(this.#growth.starter);
    if (!worker.isAdmitted && !wasReady && !worker.isEnded) this.#failedToStart(error);
    // A job may have woken the dead Worker instead of a living one.
    if (control.jobs.queued > 0 && !control.parking.nudge()) this.grow();
  }

  /**
   * Has a Worker started in the place of one that the store had from the start: by the starter where there is one,
   * since it never blocks.
   */
  #replace(): void {
    const { starter } = this.#growth;
    if (starter === undefined) {
      this.#startLogged();
      return;
    }
    this.#offerAll(starter);
    starter.replace();
  }

  /** Without any Worker, jobs fail as those that would start them do. The next call from JS tries again. */
  #failedToStart(error: Error): void {
    this.#growth.failures++;
    if (this.#takers === 0) this.#failJobs(error);
  }

  /** Ends all jobs but a thread that has failed by itself; new Workers take the place of those that were at one. */
  abort(failed: number, error: Error): void {
    this.#failJobs(error);
    for (const { id, isAdmitted, isEnded } of this.#living) {
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
    return Promise.all(this.#living.map((worker) => Promise.race([worker.service.statistics(), worker.gone])));
  }

  /**
   * Ends the Worker of agent `id` at once, whatever it is doing; its job fails with `verdict`, or with a
   * `WorkerLostError`.
   */
  async terminate(id: number, verdict?: Error): Promise<void> {
    const worker = this.#workers.get(id);
    if (worker === undefined || this.#isOffered(worker)) throw rangeError("no-worker", `the store has no Worker ${id}`);
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
   * Ends a Worker's thread. Race: until its end is known here, this agent may wait for what the Worker holds, and would
   * never learn of the end; so it comes to rest first.
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
    return this.#living.map(({ id }) => id);
  }

  /** Ends the Workers, and all jobs with them. */
  async close(): Promise<void> {
    const cause = new StoreClosedError();
    this.#closing = true;
    this.#options.control.close();
    this.#growth.stop();
    for (const worker of [...this.#workers.values()]) this.#withdraw(worker);
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
    await this.#growth.starter?.terminate();
    this.#failJobs(new WorkerLostError(cause));
  }
}
