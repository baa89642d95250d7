/** What calls and threads of a store fail with, beside what they throw themselves. */

/** A Worker ended before its work did. */
export class WorkerLostError extends Error {
  readonly code = "worker-lost";

  constructor(cause: unknown) {
    super(`the Worker ended${cause instanceof Error ? `: ${cause.message}` : ""}`, cause === undefined ? undefined : { cause });
    this.name = "WorkerLostError";
  }
}

/** The store was closed: it has no Workers any more, and takes none. */
export class StoreClosedError extends Error {
  readonly code = "store-closed";

  constructor() {
    super("the store was closed");
    this.name = "StoreClosedError";
  }
}

/** A thread that wasm code spawned threw an exception that nothing caught: the `cause`. */
export class UncaughtExceptionError extends Error {
  readonly code = "uncaught-exception";
  /** The thread's number, as `wasm:thread` gave it. */
  readonly thread: number;

  constructor(thread: number, cause: unknown) {
    super(`thread ${thread} threw an exception that nothing caught`, { cause });
    this.name = "UncaughtExceptionError";
    this.thread = thread;
  }
}
