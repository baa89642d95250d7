/**
 * What an agent does about its own waits, so that a deadlock is noticed: it says that it waits, notes its stack once a
 * wait has lasted for `PATIENCE`, and looks then whether all others wait, too. The last that comes to wait, or to be
 * idle, finds that all do.
 *
 * A wait on a wait queue can be interrupted for that, since who wakes a waiter writes it into the waiter's node; so one
 * that ends sooner costs a few stores. A wait on a linear memory cannot: in an interruption it would miss a
 * notification.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import {
  type AgentRecords,
  WAIT_ENDLESS,
  WAIT_MEMORY,
  WAIT_QUEUE,
  WATCH_MEMORY_STACKS,
  WATCH_WAITS,
} from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";
import { findStuck, type Stuck } from "./deadlock-check.ts";

/** Milliseconds after which an agent that waits looks around. */
export const PATIENCE = 100;

/**
 * Milliseconds for which nothing must have moved before a deadlock is suspected in which an agent waits on a linear
 * memory: one that was woken looks as if it slept until it runs.
 */
export const MEMORY_PATIENCE = 1000;

/** Frames that are captured; hosts take 10 by default, some of which are Heddle's own. */
const FRAMES = 60;

/** What watching a wait asks of its agent. */
export interface WatchedAgent {
  readonly id: number;
  readonly heap: Heap;
  readonly control: Control;
  readonly records: AgentRecords;
  readonly traps: { functionNames(stack: string | undefined): readonly string[] };
  /** Called when no Worker of the store can go on, in a safe region of the heap. */
  readonly onStuck: (stuck: Stuck) => void;
  /** Called when this agent begins to wait, in a safe region of the heap. */
  readonly onBlock: () => void;
}

export class WaitWatch {
  readonly #agent: WatchedAgent;
  readonly #isOn: boolean;
  readonly #hasMemoryStacks: boolean;

  constructor(agent: WatchedAgent) {
    this.#agent = agent;
    this.#isOn = agent.records.watches(WATCH_WAITS);
    this.#hasMemoryStacks = agent.records.watches(WATCH_MEMORY_STACKS);
  }

  /** After how many milliseconds of a wait on a queue `lasts` is to be called. */
  get patience(): number {
    return this.#isOn ? PATIENCE : Number.POSITIVE_INFINITY;
  }

  /** A wait on a queue begins, at `since` on the agent's clock. */
  beginQueueWait(node: number, isEndless: boolean, since: number): void {
    this.#agent.onBlock();
    this.#agent.records.beginWait(isEndless ? WAIT_QUEUE | WAIT_ENDLESS : WAIT_QUEUE, node, since);
  }

  /** A wait on a linear memory begins, in a safe region. */
  beginMemoryWait(isEndless: boolean): void {
    this.#agent.onBlock();
    this.#agent.records.beginWait(isEndless ? WAIT_MEMORY | WAIT_ENDLESS : WAIT_MEMORY, 0, performance.now());
    if (!isEndless) return;
    if (this.#hasMemoryStacks) this.#note();
    if (this.#isOn) this.look();
  }

  /**
   * A wait on a queue has lasted for `patience`. Returns after how many milliseconds of it this is to be called again.
   */
  lasts(isEndless: boolean, patience: number): number {
    if (patience === PATIENCE) this.#note();
    if (!isEndless) return Number.POSITIVE_INFINITY;
    this.look();
    // Others rouse the creator where they find that all wait in queues; waits on linear memories it has to look at
    // several times itself.
    return this.#agent.id === 0 ? patience + MEMORY_PATIENCE : Number.POSITIVE_INFINITY;
  }

  end(): void {
    this.#agent.records.endWait();
  }

  /** Why the wait is to end with an error; undefined where it is not. */
  get verdict(): string | undefined {
    return this.#agent.records.verdict;
  }

  /** This agent is idle, or has waited for long: looks whether the others do, too. */
  look(): void {
    const { heap, control, records, onStuck } = this.#agent;
    const stuck = this.#isOn ? findStuck(heap, control, records) : undefined;
    if (stuck !== undefined) onStuck(stuck);
  }

  #note(): void {
    this.#agent.records.note(this.#stack());
  }

  /** The functions of the program that this agent is in, a line each. */
  #stack(): string {
    const limits = Error as { stackTraceLimit?: number };
    const limit = limits.stackTraceLimit;
    try {
      if (limit !== undefined) limits.stackTraceLimit = FRAMES;
      return this.#agent.traps.functionNames(new Error().stack).join("\n");
    } catch {
      // A stack that is nearly exhausted leaves no room to read it.
      return "";
    } finally {
      if (limit !== undefined) limits.stackTraceLimit = limit;
    }
  }
}
