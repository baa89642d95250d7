/**
 * The creator's part in noticing deadlocks: it alone knows what else may wake a Worker.
 *
 *     creator                        the deadlock is
 *     ---------------------------    ---------------------------------------------------------------------------------
 *     waits in a queue, too          certain: queues are reached by agents of the store alone
 *     in its event loop, and the     certain, where somebody awaits a Worker: nothing will run any more. Known on
 *     process has nothing to do      hosts that emit `beforeExit` (Node, Deno, Bun): for the time of a suspicion the
 *                                    Workers do not keep the process alive
 *     in its event loop, else        suspected: some event may have it notify a Worker
 *
 * and never certain where an agent waits on a linear memory, but in the second case. Even to suspect those takes
 * longer: that a notification has woken one is seen only once it runs, and where threads outnumber cores that is later
 * than the next look.
 */

import { onBeforeExit, startTimer } from "../host/host.ts";
import { WAIT_QUEUE, WATCH_MEMORY_STACKS, WATCH_WAITS } from "../sync/agent-records.ts";
import { findStuck, type Stuck } from "../wait/deadlock-check.ts";
import { MEMORY_PATIENCE, PATIENCE } from "../wait/wait-watch.ts";
import type { Agent } from "./agent.ts";
import { type AgentState, agentStates, type NameJob } from "./agent-states.ts";

/** What a store does about deadlocks. */
export type DeadlockMode = "report" | "error" | "ignore";

/**
 * What agents are to say of their waits (agent-records.ts): `isTold` where the embedder wants to be told of deadlocks.
 */
export function watchMode(mode: DeadlockMode | undefined, isTold: boolean): number {
  if (mode === "ignore") return 0;
  return mode === undefined && !isTold ? WATCH_WAITS : WATCH_WAITS | WATCH_MEMORY_STACKS;
}

/** All agents of a store wait without a timeout, or are idle. */
export interface Deadlock {
  /** False where events of the creating thread, or others who have a linear memory, may still wake an agent. */
  readonly certain: boolean;
  /** All agents as they were found. */
  readonly agents: readonly AgentState[];
  /** How many jobs are in the queue for which there is no Worker, nor may another be started: see `maximumThreads`. */
  readonly queued: number;
  /** Who waits, for how long, and in which functions, and how many jobs no Worker is left for: for people. */
  readonly message: string;
  /**
   * Ends the waits that are still the same: each traps with a `RuntimeError` whose code is "deadlock", so that its call
   * or thread fails. A Worker that waits on a linear memory is replaced to that end.
   */
  end(): void;
}

export interface DeadlockOptions {
  readonly agent: Agent;
  readonly mode: DeadlockMode;
  readonly onDeadlock: ((deadlock: Deadlock) => void) | undefined;
  readonly nameJob: NameJob;
  /** How many Workers there can be. */
  readonly maximumThreads: number;
  /**
   * Whether a Worker will be started for the jobs that wait; `isBlocked` where the creator's event loop does not turn
   * meanwhile.
   */
  readonly mayGrow: (isBlocked: boolean) => boolean;
  /** Whether somebody awaits a Worker. */
  readonly isAwaited: () => boolean;
  readonly keepAlive: (alive: boolean) => void;
  /** Ends a Worker; its job fails with this error. */
  readonly terminate: (agent: number, message: string) => void;
}

export class Deadlocks {
  readonly #options: DeadlockOptions;
  #stopTimer: (() => void) | undefined;
  #forgetExit: (() => void) | undefined;
  /** Which waits were reported last, and whether as certain. */
  #reported = "";
  /** The waits of the last look, and since when they have been the same. */
  #waits = "";
  #since = 0;

  constructor(options: DeadlockOptions) {
    this.#options = options;
  }

  /**
   * Called when Workers may be stuck: one said so, or one has gone. Looks later, since waiters on linear memories that
   * were woken are seen only when they run.
   */
  suspect(): void {
    if (this.#options.mode === "ignore") return;
    this.#stopTimer ??= startTimer(PATIENCE, () => {
      this.#stopTimer = undefined;
      this.#lookFromEventLoop(false);
    });
  }

  /** Called in a wait of the creator's own, when no Worker can go on. */
  foundInWait(stuck: Stuck): void {
    const wait = stuck.waiters.get(0)?.wait ?? 0;
    // A wait of the creator's on a linear memory is about to begin: whoever is to wake it may have been woken, and not
    // run yet.
    if ((wait & WAIT_QUEUE) === 0) return;
    if (stuck.queued > 0 && this.#options.mayGrow(true)) return;
    if (stuck.isOnMemory && this.#lasted(stuck) < MEMORY_PATIENCE) return;
    this.#report(stuck, !stuck.isOnMemory);
  }

  /** The store is closed. */
  stop(): void {
    this.#stopTimer?.();
    this.#forgetExit?.();
    this.#stopTimer = undefined;
    this.#forgetExit = undefined;
  }

  #lookFromEventLoop(hasNothingToDo: boolean): void {
    const { agent, mayGrow, isAwaited, keepAlive } = this.#options;
    const { heap, control, records } = agent;
    records.forgetSuspicion();
    const stuck = findStuck(heap, control, records);
    const isStuck = stuck !== undefined && !(stuck.queued > 0 && mayGrow(false));
    if (!isStuck) {
      // Whoever was stuck was woken meanwhile, by an event of this thread.
      keepAlive(isAwaited());
      return;
    }
    const lasted = this.#lasted(stuck);
    if (stuck.isOnMemory && lasted < MEMORY_PATIENCE) {
      keepAlive(isAwaited());
      this.suspect();
    } else if (!hasNothingToDo) {
      this.#report(stuck, false);
      this.#waitForExit();
    } else if (isAwaited()) {
      this.#report(stuck, true);
    }
  }

  /** Milliseconds for which the agents have been seen in these waits. */
  #lasted(stuck: Stuck): number {
    const waits = keyOf(stuck);
    const now = performance.now();
    if (waits !== this.#waits) {
      this.#waits = waits;
      this.#since = now;
    }
    return now - this.#since;
  }

  /**
   * Lets go of the process: where the Workers alone have kept it alive, it is about to end, and that settles the
   * question.
   */
  #waitForExit(): void {
    if (this.#forgetExit !== undefined) return;
    this.#forgetExit = onBeforeExit(() => {
      this.#forgetExit = undefined;
      this.#lookFromEventLoop(true);
    });
    if (this.#forgetExit !== undefined) this.#options.keepAlive(false);
  }

  #report(stuck: Stuck, certain: boolean): void {
    const { agent, maximumThreads, mode, onDeadlock, nameJob } = this.#options;
    const key = `${certain} ${keyOf(stuck)}`;
    if (key === this.#reported) return;
    this.#reported = key;
    const agents = agentStates(agent, nameJob);
    const { queued } = stuck;
    const message = describe(agents, certain) + describeQueue(agents, queued, maximumThreads);
    const deadlock: Deadlock = { certain, agents, queued, message, end: () => this.#end(stuck, message) };
    try {
      if (onDeadlock !== undefined) onDeadlock(deadlock);
      else if (certain && mode === "report") console.error(message);
    } catch (error) {
      // There may be a wait on the stack, which must not be left this way.
      queueMicrotask(() => {
        throw error;
      });
    }
    if (certain && mode === "error") deadlock.end();
  }

  #end({ waiters }: Stuck, message: string): void {
    const { agent, isAwaited, keepAlive, terminate } = this.#options;
    const { records, waitQueues } = agent;
    for (const [id, { moves, wait, node }] of waiters) {
      if (records.read(id).moves !== moves) continue;
      if ((wait & WAIT_QUEUE) !== 0) {
        records.endWaitOf(id, moves, message);
        waitQueues.rouse(node);
      } else if (id !== 0) {
        terminate(id, message);
      }
    }
    keepAlive(isAwaited());
  }
}

/** Tells waits apart: an agent that has come to another has another number of moves. */
function keyOf({ waiters }: Stuck): string {
  return [...waiters].map(([id, { moves }]) => `${id}:${moves}`).join();
}

/** The report as a text, a line for each agent. */
function describe(agents: readonly AgentState[], certain: boolean): string {
  const lines = agents.map(({ id, kind, state, job, wait }) => {
    const name = `agent ${id} (${kind}${job === undefined ? "" : `, ${job.kind} ${job.id} of ${job.function}`})`;
    if (wait === undefined) return `  ${name} is ${state === "js" ? "in its event loop" : state}`;
    const stack = wait.stack === undefined || wait.stack.length === 0 ? "" : `, in ${wait.stack.join(" < ")}`;
    return `  ${name} waits ${wait.kind === "queue" ? "in a wait queue" : "on a linear memory"}${stack}`;
  });
  return `deadlock${certain ? "" : " suspected"}: all threads wait\n${lines.join("\n")}`;
}

/** The report's last line, where jobs find no Worker. */
function describeQueue(agents: readonly AgentState[], queued: number, maximumThreads: number): string {
  if (queued === 0) return "";
  const workers = agents.filter(({ kind, state }) => kind === "worker" && state !== "ending").length;
  const jobs = queued === 1 ? "1 job is" : `${queued} jobs are`;
  return `\n  ${jobs} queued, and no Worker is free: the store has ${workers} of at most ${maximumThreads} (threads, maximumThreads)`;
}
