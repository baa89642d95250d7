/**
 * How a pool comes to more Workers than it has from the start: when threads that wasm code spawned wait and the queue
 * stands still for a while. Threads that block until another thread acts would otherwise keep that other thread in the
 * queue for ever.
 *
 * The creator may be such a thread, too. Where it can block, another thread starts those Workers, the starter
 * (starter.ts). In browsers that is there from the start, since no Worker starts before its creator's event loop turns;
 * elsewhere from when the queue first stands still, or the creator first waits.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { startsWorkersAtOnce } from "../host/host.ts";
import type { Install } from "../link/plans.ts";
import type { Control } from "../sync/control.ts";
import { RemoteStarter } from "./remote-starter.ts";
import { GROWTH_PATIENCE, MOST_DOUBLINGS } from "./starter.ts";

/** What growth asks of the pool. */
export interface GrowingPool {
  readonly heap: Heap;
  readonly control: Control;
  /** The Workers' script. */
  readonly script: string | URL;
  /** All installs so far. */
  readonly installs: readonly Install[];
  readonly isClosing: () => boolean;
  /** Whether Workers keep the process alive. */
  readonly isAlive: () => boolean;
  /** Whether there may be another Worker. */
  readonly mayStart: () => boolean;
  /** Whether the pool can grow while its creator blocks. */
  readonly mayNeedStarter: boolean;
  /** Starts a Worker of the creator's. */
  readonly start: () => void;
  /** Offers the starter all agents that have no Worker. */
  readonly offer: (starter: RemoteStarter) => void;
  /** The starter is lost: takes all agents back that were offered to it. */
  readonly withdraw: () => void;
  /** Has so many Workers started that there are as many as from the start. */
  readonly restore: () => void;
  readonly onFailure: (error: unknown) => void;
}

export class Growth {
  readonly #pool: GrowingPool;
  /** Who starts Workers where the creator may block. */
  starter: RemoteStarter | undefined;
  /** How many Workers have failed to start since the last that did. */
  failures = 0;
  #stopTimer: (() => void) | undefined;

  constructor(pool: GrowingPool) {
    this.#pool = pool;
  }

  /** Makes the starter where that takes a turn of the event loop; resolves when it is ready. */
  async open(): Promise<void> {
    if (startsWorkersAtOnce) return;
    this.#makeStarter();
    await this.starter?.ready;
  }

  /** Called when a job was queued and nobody was parked. */
  grow(): void {
    this.prepare();
    if (this.starter === undefined) this.#growLater();
    else this.#pool.control.tickets.ring();
  }

  /** The creator's event loop sees to it that the pool grows. */
  #growLater(): void {
    const { control, isClosing, mayStart, start } = this.#pool;
    if (isClosing() || this.#stopTimer !== undefined || !mayStart()) return;
    const { taken } = control.jobs;
    const timer = setTimeout(() => {
      this.#stopTimer = undefined;
      if (control.jobs.queued === 0 || isClosing()) return;
      if (control.jobs.taken === taken) start();
      this.grow();
    }, GROWTH_PATIENCE << Math.min(this.failures, MOST_DOUBLINGS));
    this.#stopTimer = () => clearTimeout(timer);
  }

  /**
   * Called also before the creator waits: makes the starter. Where Workers fail to start, the creator tries by itself
   * first.
   */
  prepare(): void {
    if (startsWorkersAtOnce && this.starter === undefined && this.failures === 0) this.#makeStarter();
  }

  #makeStarter(): void {
    const { heap, control, installs, isAlive, isClosing, mayNeedStarter, offer, onFailure, script } = this.#pool;
    if (!mayNeedStarter || isClosing()) return;
    try {
      const starter = new RemoteStarter({
        heap,
        control,
        script,
        installs,
        onLost: (wasReady) => this.#lose(wasReady),
      });
      starter.keepAlive(isAlive());
      this.starter = starter;
      offer(starter);
    } catch (error) {
      // This may be in a wait, which is not to fail for it.
      queueMicrotask(() => onFailure(error));
    }
  }

  /** The starter has ended, and its Workers end with it. */
  #lose(wasReady: boolean): void {
    const { control, isClosing, restore, withdraw } = this.#pool;
    withdraw();
    this.starter = undefined;
    if (isClosing()) return;
    if (!wasReady) this.failures++;
    else if (!startsWorkersAtOnce) this.#makeStarter();
    restore();
    if (control.jobs.queued > 0) this.grow();
  }

  /** The store is closed. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
