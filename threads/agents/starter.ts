/**
 * The starter: a Worker of a store that is no agent and never blocks, so that other Workers can be started while the
 * creator does.
 *
 * A thread that waits for threads in the queue would wait for ever where these wait for a Worker, and only the creator
 * could start that, in a turn of its event loop, for which it must not block. So it offers all agents that there can be
 * ahead of time (tickets.ts), with all that their Workers are to know, and the starter starts one when the queue stands
 * still. It alone holds such Workers: it ends them when told, and tells of their ends. All else is between the creator
 * and them, over ports.
 */
import { type HostParent, type HostWorker, prepareWorkers, startWorkerNow, turn } from "../host/host.ts";
import type { Install } from "../link/plans.ts";
import { changeLife, LIFE_FAILED, LIFE_NONE, LIFE_STARTING, lifeOf } from "../sync/agent-records.ts";
import { SharedWords, Word } from "../sync/shared-words.ts";
import { Tickets } from "../sync/tickets.ts";
import { packError } from "../traps/traps.ts";
import type { AgentEvent, StarterEvent, StarterMessage, StarterOrder } from "./protocol.ts";

/** How long the queue may stand still before another Worker is started, in milliseconds. */
export const GROWTH_PATIENCE = 20;

/** How often that is doubled, while Workers fail to start. */
export const MOST_DOUBLINGS = 9;

type Offer = Extract<StarterOrder, { kind: "offer" }>;

interface StartedWorker {
  host: HostWorker | undefined;
  /** Whether it is to end before it has been started. */
  isEnded: boolean;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Starter {
  readonly #parent: HostParent;
  readonly #words: SharedWords;
  readonly #tickets: Tickets;
  readonly #installs: Install[];
  readonly #script: string;
  readonly #offers = new Map<number, Offer>();
  readonly #workers = new Map<number, StartedWorker>();
  /** How many Workers have failed to start since the last that did. */
  #failures = 0;
  #isHurried = false;
  /** How many Workers it was told to start, and has not. */
  #owed = 0;

  constructor(parent: HostParent, { memory, control, installs, script }: StarterMessage) {
    this.#parent = parent;
    // However the memory grows, its beginning stays where it is, and what is shared lies there.
    this.#words = new SharedWords({ words: new Int32Array(memory.buffer) }, control);
    this.#tickets = new Tickets(this.#words);
    this.#installs = [...installs];
    this.#script = script;
  }

  #tell(event: StarterEvent): void {
    this.#parent.postMessage(event);
  }

  /** Does what the creator says. */
  take(order: StarterOrder): void {
    switch (order.kind) {
      case "offer":
        this.#offers.set(order.start.agent, order);
        break;
      case "install":
        this.#installs.push(order.step);
        break;
      case "hurry":
        this.#isHurried = true;
        break;
      case "replace":
        this.#owed++;
        break;
      case "terminate":
        this.#terminate(order.agent);
    }
    // The loop may have looked before this came.
    this.#tickets.ring();
  }

  #terminate(agent: number): void {
    const worker = this.#workers.get(agent);
    if (worker === undefined) return;
    worker.isEnded = true;
    void worker.host?.terminate();
  }

  /** Starts Workers for as long as there is the store. */
  async run(): Promise<never> {
    await prepareWorkers();
    await this.#parent.watched;
    this.#tell({ kind: "ready" });
    for (;;) {
      const { rings } = this.#tickets;
      for (; this.#owed > 0; this.#owed--) await this.#startNext();
      while (this.#isWanted) {
        const taken = this.#words.load(Word.queueHead);
        if (!this.#isHurried) await pause(GROWTH_PATIENCE << Math.min(this.#failures, MOST_DOUBLINGS));
        this.#isHurried = false;
        const isStill = this.#isWanted && taken === this.#words.load(Word.queueHead);
        if (isStill && this.#starting < this.#words.queued) await this.#startNext();
      }
      await this.#tickets.rung(rings);
    }
  }

  /** Whether jobs wait, and there may be another Worker for them. */
  get #isWanted(): boolean {
    return this.#offers.size > 0 && this.#words.queued > 0 && this.#words.load(Word.closed) === 0;
  }

  /** How many Workers will take a job soon. */
  get #starting(): number {
    return [...this.#workers.keys()].filter((id) => lifeOf(this.#words.view, this.#records, id) === LIFE_STARTING)
      .length;
  }

  get #records(): number {
    return this.#words.load(Word.agentRecords) >>> 0;
  }

  async #startNext(): Promise<void> {
    for (const [agent, offer] of this.#offers) {
      this.#offers.delete(agent);
      // The creator may have taken it back.
      if (!this.#tickets.take(agent, offer.ticket)) continue;
      await this.#start(agent, offer);
      return;
    }
  }

  async #start(agent: number, { start, events, lock }: Offer): Promise<void> {
    const worker: StartedWorker = { host: undefined, isEnded: false };
    this.#workers.set(agent, worker);
    changeLife(this.#words.view, this.#records, agent, LIFE_NONE, LIFE_STARTING);
    // Race: counted after the ticket was taken. What is announced from then on the creator tells the Worker itself, and
    // what was before is on its way here at least; of what is both, the Worker does the first.
    const { steps } = this.#tickets;
    while (this.#installs.length < steps) await turn();
    try {
      if (!worker.isEnded) worker.host = this.#startWorker(agent, worker, lock);
    } catch (error) {
      this.#ended(agent, worker, error);
      return;
    }
    if (worker.host === undefined) this.#ended(agent, worker, undefined);
    else worker.host.postMessage({ ...start, installs: this.#installs, events }, [start.port, events]);
  }

  #startWorker(agent: number, worker: StartedWorker, lock: string): HostWorker {
    const host = startWorkerNow("heddle-agent", this.#script, lock);
    host.onMessage((message) => {
      const { kind } = message as AgentEvent;
      if (kind === "ready") this.#failures = 0;
      else if (kind === "failed") void host.terminate();
    });
    host.onFailure((error) => {
      this.#tell({ kind: "failure", agent, error: packError(error) });
      // One that is an agent already is ended by the creator, which brings it to rest first.
      if (this.#giveUp(agent)) void host.terminate();
    });
    host.onExit((error) => this.#ended(agent, worker, error));
    return host;
  }

  /** A Worker has ended, or never was. */
  #ended(agent: number, worker: StartedWorker, error: unknown): void {
    this.#giveUp(agent);
    if (this.#workers.get(agent) === worker) this.#workers.delete(agent);
    this.#tell({ kind: "exit", agent, error: error === undefined ? undefined : packError(error) });
  }

  /** Says of an agent that it will not be ready; false where it was, or is being ended. */
  #giveUp(agent: number): boolean {
    const isFailure = changeLife(this.#words.view, this.#records, agent, LIFE_STARTING, LIFE_FAILED);
    if (isFailure) this.#failures++;
    return isFailure;
  }
}
