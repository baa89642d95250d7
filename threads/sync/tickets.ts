/**
 * What the creator and the starter (agents/starter.ts) share: for which agents the starter may start Workers, and the
 * bell by which it is called.
 *
 * The creator offers agent ids under numbers, its tickets; the starter takes one before it starts the Worker, and the
 * creator takes one back that it wants itself. Whoever changes the number to 0 has it. A number is never used again, so
 * that an old one takes nothing.
 */
import { AgentWord, type SharedWords, Word } from "./shared-words.ts";
import { wordChange } from "./word-change.ts";

/** How often the starter looks at its bell on hosts without `Atomics.waitAsync`, in milliseconds. */
const POLL = 20;

export class Tickets {
  readonly #words: SharedWords;

  constructor(words: SharedWords) {
    this.#words = words;
  }

  /** Offers agent `id` under a number that was none before. */
  offer(id: number, number: number): void {
    Atomics.store(this.#words.view, this.#words.indexOf(id, AgentWord.ticket), number);
  }

  /** Whether nobody has taken this ticket. */
  isOffered(id: number, number: number): boolean {
    return Atomics.load(this.#words.view, this.#words.indexOf(id, AgentWord.ticket)) === number;
  }

  /** Takes a ticket; false where somebody has it. */
  take(id: number, number: number): boolean {
    return Atomics.compareExchange(this.#words.view, this.#words.indexOf(id, AgentWord.ticket), number, 0) === number;
  }

  /** How many installs the creator has announced. */
  get steps(): number {
    return this.#words.load(Word.steps);
  }
  set steps(count: number) {
    this.#words.store(Word.steps, count);
  }

  /** Calls the starter, if there is one: a job was queued and no Worker was parked, or there is a new ticket. */
  ring(): void {
    this.#words.add(Word.bell, 1);
    Atomics.notify(this.#words.view, (this.#words.address + Word.bell) >>> 2);
  }

  /** How often the starter was called. */
  get rings(): number {
    return this.#words.load(Word.bell);
  }

  /** Resolves when the starter was called more often than so. */
  rung(rings: number): Promise<void> {
    return wordChange(this.#words.view, (this.#words.address + Word.bell) >>> 2, rings, Number.POSITIVE_INFINITY, POLL);
  }
}
