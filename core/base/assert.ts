/** What this code base promises itself. */
import { HeddleError } from "./errors.ts";

/** An error in Heddle itself: input can never cause one. */
export class InternalError extends HeddleError<"internal"> {
  constructor(message: string) {
    super("internal", `internal error: ${message}`);
    this.name = "InternalError";
  }
}

/** Checks what this code base promises itself; for what input can cause, raise a `CompileError` instead. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}
