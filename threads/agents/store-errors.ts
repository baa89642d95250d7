/** What calls and threads of a store fail with, beside what they throw themselves. */
import { HeddleError } from "../../core/base/errors.ts";

/** A Worker ended before its work did. */
export class WorkerLostError extends HeddleError<"worker-lost"> {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    super("worker-lost", `the Worker ended${reason}`, cause === undefined ? undefined : { cause });
    this.name = "WorkerLostError";
  }
}

/** The store was closed: it has no Workers any more, and takes none. */
export class StoreClosedError extends HeddleError<"store-closed"> {
  constructor() {
    super("store-closed", "the store was closed");
    this.name = "StoreClosedError";
  }
}

/** A thread that wasm code spawned threw an exception that nothing caught: the `cause`. */
export class UncaughtExceptionError extends HeddleError<"uncaught-exception"> {
  /** The thread's number, as `wasm:thread` gave it. */
  readonly thread: number;

  constructor(thread: number, cause: unknown) {
    super("uncaught-exception", `thread ${thread} threw an exception that nothing caught`, { cause });
    this.name = "UncaughtExceptionError";
    this.thread = thread;
  }
}
