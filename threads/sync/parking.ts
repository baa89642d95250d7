/**
 * How agents without a job sleep, and are woken: by a job, or by a message that somebody has posted to them, since a
 * thread that sleeps sees none.
 */
import { AgentWord, type SharedWords, Word } from "./shared-words.ts";

const RUNNING = 0;
const PARKED = 1;

/** Parking, as agent `id` does it. */
export class Parking {
  readonly #words: SharedWords;
  readonly #id: number;

  constructor(words: SharedWords, id: number) {
    this.#words = words;
    this.#id = id;
  }

  /**
   * Counts a message posted to agent `id`, and wakes it. Called after posting, so that an agent that sees the count
   * finds the message.
   */
  messagePosted(id: number): void {
    Atomics.add(this.#words.view, this.#words.indexOf(id, AgentWord.sent), 1);
    this.wake(id);
  }

  /** How many messages were posted to this agent. */
  get messagesSent(): number {
    return Atomics.load(this.#words.view, this.#words.indexOf(this.#id, AgentWord.sent));
  }

  /**
   * Sleeps until there is a job or a message. `received` is the number of messages that were handled. `onIdle` is
   * called when it has slept for `patience` milliseconds.
   */
  park(received: number, patience = Number.POSITIVE_INFINITY, onIdle: () => void = () => undefined): void {
    const { view } = this.#words;
    const state = this.#words.indexOf(this.#id, AgentWord.state);
    Atomics.store(view, state, PARKED);
    // Race: a job or message that came before the store above found nobody to wake, so look again now.
    if (
      this.#words.queued === 0 &&
      this.messagesSent === received &&
      Atomics.wait(view, state, PARKED, patience) === "timed-out"
    ) {
      onIdle();
      Atomics.wait(view, state, PARKED);
    }
    Atomics.store(view, state, RUNNING);
  }

  /** Whether agent `id` sleeps until there is a job or a message. */
  isParked(id: number): boolean {
    return Atomics.load(this.#words.view, this.#words.indexOf(id, AgentWord.state)) === PARKED;
  }

  /** Wakes agent `id`; false where it is not parked. */
  wake(id: number): boolean {
    const { view } = this.#words;
    const state = this.#words.indexOf(id, AgentWord.state);
    if (Atomics.compareExchange(view, state, PARKED, RUNNING) !== PARKED) return false;
    Atomics.notify(view, state);
    return true;
  }

  /** Wakes one parked agent; false when none is. */
  nudge(): boolean {
    const agents = this.#words.load(Word.agentCount);
    for (let id = 1; id < agents; id++) if (this.wake(id)) return true;
    return false;
  }
}
