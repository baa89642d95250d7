/**
 * The script of a Worker: an agent that takes jobs from the store's queue; or the store's starter (starter.ts), as its
 * first message says.
 *
 * Between jobs it sleeps in `Atomics.wait`, so that a job reaches it without anybody's event loop. A sleeping thread
 * gets no messages either; so whoever posts one counts it and wakes the Worker (`Parking.messagePosted`), which turns
 * to its event loop until all are handled.
 */

import * as Comlink from "comlink";
import { InternalError } from "../../core/base/assert.ts";
import { type HostParent, messageDrain, parent, turn } from "../host/host.ts";
import { functionNumber } from "../link/initialization.ts";
import { LIFE_READY } from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { type Job, JobKind } from "../sync/job-queue.ts";
import { packError } from "../traps/traps.ts";
import type { Agent } from "./agent.ts";
import { calledFunction, keepException, keepValues, readOperands } from "./calls.ts";
import type { AgentEvent, AgentService, StarterMessage, StarterOrder, StartMessage } from "./protocol.ts";
import { startAgent } from "./start-agent.ts";
import { Starter } from "./starter.ts";

class WorkerAgent {
  readonly #parent: HostParent;
  readonly #agent: Agent;
  readonly #control: Control;
  readonly #start: StartMessage;
  #received = 0;

  constructor(creator: HostParent, start: StartMessage) {
    this.#parent = creator;
    this.#start = start;
    this.#agent = startAgent(start, (event) => this.#tell(event));
    this.#control = this.#agent.control;
    // Counted before comlink handles it: the handler may throw, and the count must hold all the same.
    start.port.addEventListener("message", () => void this.#received++);
    const service: AgentService = {
      // What was announced while the starter started this Worker may come in both ways.
      install: (step, number) => {
        if (number >= start.installs.length) this.#agent.install(step);
      },
      statistics: () => this.#agent.statistics(),
    };
    Comlink.expose(service, start.port);
  }

  #tell(event: AgentEvent): void {
    tell(this.#start, this.#parent, event);
  }

  async run(): Promise<never> {
    await this.#parent.watched;
    this.#agent.lazyInstalls.drain = await messageDrain(this.#start.port);
    this.#agent.records.setLife(this.#agent.id, LIFE_READY);
    this.#tell({ kind: "ready" });
    for (;;) {
      // Also when nothing is pending: the answers of comlink are posted from microtasks, and must not wait for the next
      // job.
      await turn();
      while (this.#control.parking.messagesSent === this.#received && this.#agent.installed >= this.#control.installs) {
        // Its event loop is where a host ends a Worker at once: Chromium lets one that sleeps live for two seconds
        // more.
        if (this.#agent.records.isEnding) await new Promise<never>(() => undefined);
        const job = this.#control.jobs.take();
        if (job === undefined) {
          this.#agent.records.move();
          this.#control.parking.park(this.#received, this.#agent.watch.patience, () => this.#agent.watch.look());
          continue;
        }
        // Race: read after the job was taken. What was announced before the job was queued, an instance or a template,
        // is in these counts, and the job may use it.
        while (this.#control.parking.messagesSent !== this.#received || this.#agent.installed < this.#control.installs)
          await turn();
        this.#work(job);
        if (this.#control.jobs.finish(job.kind)) this.#tell({ kind: "threads-ended" });
      }
    }
  }

  #work(job: Job): void {
    this.#agent.jobs++;
    try {
      this.#dispatch(job);
    } catch (error) {
      this.#tell(this.#failure(job, error));
    }
  }

  /** What the creator gets of an error that ended a job. */
  #failure(job: Job, error: unknown): AgentEvent {
    const { exceptions, heap, posts } = this.#agent;
    const exception = exceptions.addressOf(error);
    if (job.kind === JobKind.thread) {
      const failure = { kind: "thread-failed", thread: job.id, error: packError(error) } as const;
      return exception === undefined
        ? failure
        : { ...failure, exception: posts.put({ kind: "exception", root: exception }) };
    }
    if (exception === undefined) return { kind: "threw", call: job.id, error: packError(error) };
    this.#agent.asMutator(() => keepException(heap, job.argument >>> 0, exception));
    return { kind: "uncaught", call: job.id, exception };
  }

  #dispatch(job: Job): void {
    const agent = this.#agent;
    switch (job.kind) {
      case JobKind.thread: {
        const start = agent.functions.get(job.target);
        if (start === undefined) throw new InternalError(`function ${job.target} is not on this agent`);
        agent.asMutator((sp) => start(job.argument, sp));
        return;
      }
      case JobKind.call:
        this.#call(job, job.target);
        return;
      case JobKind.run: {
        const instance = agent.templates.instantiate(job.target);
        const number = functionNumber(instance, calledFunction(agent.heap, job.argument >>> 0));
        if (number === undefined) throw new InternalError("an import of the module cannot be run");
        this.#call(job, number);
      }
    }
  }

  #call(job: Job, number: number): void {
    const agent = this.#agent;
    const target = agent.functions.get(number);
    const signature = agent.functions.signature(number);
    if (target === undefined || signature === undefined)
      throw new InternalError(`function ${number} is not on this agent`);
    const record = job.argument >>> 0;
    const operands = readOperands(agent.heap, record, signature.params);
    const results = agent.enter(target, operands, (result) =>
      keepValues(agent.heap, record, signature.results, result),
    );
    this.#tell({ kind: "returned", call: job.id, results });
  }
}

const creator = await parent();
let starter: Starter | undefined;
creator.onMessage((message) => {
  const order = message as StartMessage | StarterMessage | StarterOrder;
  if (order.kind === "start") void begin(order);
  else if (order.kind === "starter") {
    starter = new Starter(creator, order);
    void starter.run();
  } else starter?.take(order);
});

/** Tells the store's creator, and the starter what concerns it. */
function tell({ events }: StartMessage, origin: HostParent, event: AgentEvent): void {
  if (events === undefined || event.kind === "ready" || event.kind === "failed") origin.postMessage(event);
  events?.postMessage(event);
}

async function begin(start: StartMessage): Promise<void> {
  try {
    await new WorkerAgent(creator, start).run();
  } catch (error) {
    tell(start, creator, { kind: "failed", error: packError(error) });
  }
}
