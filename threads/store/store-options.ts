/** What a store is made with. */
import type { FeatureSet } from "../../core/base/features.ts";
import type { Deadlock, DeadlockMode } from "../agents/deadlocks.ts";

/** How a store is made. */
export interface StoreOptions {
  /**
   * Workers beside the creating thread, 0 to 253; by default as many as the machine runs at once. 0: no Workers ever,
   * unless `maximumThreads` says so.
   */
  readonly threads?: number;
  /**
   * How many Workers there may be, up to 253. The store adds Workers when threads wait that wasm code spawned and no
   * job ends (growth.ts), by one thread more where the creator can block. Default: 16, or `threads` where that is more
   * or 0.
   */
  readonly maximumThreads?: number;
  readonly heap?: {
    /**
     * Limit of the collected heap in bytes, to which scattered survivors may add a quarter; default 1 GB. Memory is
     * taken as it is needed.
     */
    readonly maximum?: number;
    /** Bytes of each agent's stack of references, a power of two; by default more than a thread's own stack lasts. */
    readonly shadowStackBytes?: number;
    /** Bytes that each agent allocates between collections; by default adaptive. */
    readonly nurseryBytes?: number;
    /** The heap's checked build: slow, verifies the heap after each collection. */
    readonly debug?: boolean;
    /** Each collection becomes a `performance.measure` entry of the thread that ran it. */
    readonly measure?: boolean;
  };
  /**
   * How a stored reference becomes visible to other threads: `atomic` with release order, `tso` by a plain store.
   * Default: `tso` where the host says that its processor is x86 (Node, Deno, Bun), whose stores are ordered; else
   * `atomic`, so always in browsers.
   */
  readonly publication?: "tso" | "atomic";
  /**
   * Whether 64-bit memories are the host's, or are made from 32-bit ones, which have at most 4 GB. Default: the host's
   * where it has them.
   */
  readonly memory64?: "host" | "lowered";
  /**
   * Hands modules to the host as they are that need nothing from Heddle: those without heap objects and exceptions,
   * whose imports and exports are memories, and functions of numbers and externs. They start faster and run as fast as
   * without Heddle; their errors are the host's own. Default: false, all modules are lowered.
   */
  readonly passThrough?: boolean;
  /** Collect wherever a collection may happen: for tests. */
  readonly collectAtSafepoints?: boolean;
  /** The proposals that modules may use. Default: those that are on in docs/features.md. */
  readonly features?: FeatureSet;
  /** The Worker's script, where a bundler has moved it: default `heddle-worker.js` beside the package's bundle. */
  readonly workerScript?: string | URL;
  /**
   * What happens when all agents wait without a timeout and nothing can wake them: `report` it to `onDeadlock`, or on
   * the console where there is none; also end the waits with an `error`, so that the calls fail; `ignore` it. Default:
   * `report`.
   */
  readonly deadlock?: DeadlockMode;
  /** Called about deadlocks that are certain, and about those that are only suspected (`Deadlock.certain`). */
  readonly onDeadlock?: (deadlock: Deadlock) => void;
  /**
   * What else ends where a thread that wasm code spawned traps, or throws an exception that nothing catches: nothing
   * (`thread`); or `all` threads and all calls on Workers, with the same error, as the proposal's overview says. The
   * Workers that were at them are replaced. Default: `thread`.
   */
  readonly trapEnds?: "thread" | "all";
  /** Called when a thread that wasm code spawned has failed; see `Store.threadsEnded`. */
  readonly onThreadError?: (error: Error, thread: number) => void;
}

/** Options of tests, which the package does not name. */
export interface InternalStoreOptions extends StoreOptions {
  readonly heap?: NonNullable<StoreOptions["heap"]> & {
    /** No block of the heap lies below this address, as in a heap that is full as far as there. */
    readonly lowestBlock?: number;
  };
}
