/** An error in Heddle itself: input can never cause one. */
export class InternalError extends Error {
  constructor(message: string) {
    super(`internal error: ${message}`);
    this.name = "InternalError";
  }
}

/** Checks what this code base promises itself; for what input can cause, raise a `CompileError` instead. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}
