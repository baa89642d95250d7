/** How the threads end that wasm code spawned: what they failed with, and who waits until none is left. */
import { turn } from "../host/host.ts";

/** What the ends of threads take from their store. */
export interface ThreadEndsOptions {
  /** How many threads live, and whether the store was closed. */
  readonly control: { readonly jobs: { readonly liveThreads: number }; readonly isClosed: boolean };
  readonly onThreadError: ((error: Error, thread: number) => void) | undefined;
  /** Keeps Workers at work until there is an answer. */
  waitFor<T>(answer: Promise<T>): Promise<T>;
}

export class ThreadEnds {
  readonly #options: ThreadEndsOptions;
  readonly #errors: Error[] = [];
  #waiters: (() => void)[] = [];

  constructor(options: ThreadEndsOptions) {
    this.#options = options;
  }

  /** A thread has failed; -1 is whatever else goes wrong on Workers. */
  failed(thread: number, error: Error): void {
    this.#errors.push(error);
    this.#options.onThreadError?.(error, thread);
  }

  /** Somebody says that no thread is left. */
  ended(): void {
    // Race: another thread may have been spawned since the Worker counted.
    if (this.#options.control.jobs.liveThreads > 0) return;
    this.release();
  }

  /** Lets go whoever waits. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Resolves when no thread is left; rejects with the first error since the last time. */
  async allEnded(): Promise<void> {
    const { control } = this.#options;
    if (control.jobs.liveThreads > 0 && !control.isClosed) {
      await this.#options.waitFor(new Promise<void>((resolve) => this.#waiters.push(resolve)));
    }
    // Race: what a thread failed with was posted before its end was counted, and may arrive after the news that none is
    // left.
    await turn();
    const [first] = this.#errors.splice(0);
    if (first !== undefined) throw first;
  }
}
