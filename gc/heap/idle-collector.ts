/**
 * Collects a large heap that nobody uses for a while, and gives its memory back to the system: a program that has done
 * its work and waits would keep all garbage otherwise, since collections come with allocation, and what they leave for
 * a program that goes on.
 */

import type { RuntimeExports } from "../api.ts";
import { BLOCK_BYTES } from "../layout/blocks.ts";
import { USED_BLOCKS } from "../layout/control-words.ts";
import { STAT_PAUSES } from "../layout/statistics.ts";

const PERIOD = 5000;
/** Below this there is little to win. */
const LEAST_BYTES = 64 << 20;

/** What the collector of idle heaps looks at. */
export interface IdleHeap {
  readonly runtime: Pick<RuntimeExports, "shrink">;
  readonly handles: { readonly size: number };
  /** A control word. */
  plan(word: number): number;
}

export class IdleCollector {
  readonly #heap: IdleHeap;
  readonly #collect: () => void;
  readonly #tidy: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #collections = 0;
  #handles = 0;
  /** Collections when this was the last to collect. */
  #done = -1;
  /** Collections when memory was last given back. */
  #trimmed = 0;

  /**
   * `collect` makes a full collection on this agent; `tidy`, called now and then, lets go of what collections have
   * found dead.
   */
  constructor(heap: IdleHeap, collect: () => void, tidy: () => void, period = PERIOD) {
    this.#heap = heap;
    this.#collect = collect;
    this.#tidy = tidy;
    // Weakly: a store that nobody closes and nobody uses can be collected itself.
    const weak = new WeakRef(this);
    const timer = setInterval(() => {
      const alive = weak.deref();
      if (alive === undefined) clearInterval(timer);
      else alive.#look();
    }, period);
    this.#timer = timer;
    // Node's timers keep the process alive otherwise.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#tidy();
    const collections = this.#heap.plan(STAT_PAUSES);
    const { size } = this.#heap.handles;
    const idle = collections === this.#collections;
    const changed = collections !== this.#done || size !== this.#handles;
    this.#collections = collections;
    if (!idle) return;
    if (changed && this.#heap.plan(USED_BLOCKS) * BLOCK_BYTES >= LEAST_BYTES) {
      this.#collect();
      this.#done = this.#collections = this.#heap.plan(STAT_PAUSES);
      this.#handles = this.#heap.handles.size;
    } else if (collections !== this.#trimmed) {
      // What collections keep for a program that goes on is not needed.
      this.#heap.runtime.shrink(1);
      this.#trimmed = collections;
    }
  }
}
