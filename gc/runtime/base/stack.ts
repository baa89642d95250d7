/**
 * Room on the host's stack. Where it is exhausted the host raises an error in whatever call finds it so, and the
 * program goes on with what the runtime had done by then. So the runtime asks for room before it begins, while
 * everything is as it was. `enter` and `leave` do not: each must succeed where the other did, so their caller asks
 * before the first of the two (gc/heap/heap.ts, `needStack`).
 */

/** The host raises its error unless `1 + levels` times 8 KB are left. */
@external("env", "probe")
declare function probe(levels: u32): f64;

/** The same as an answer. */
@external("env", "hasStack")
declare function hasStack(levels: u32): bool;

/** For what calls a few functions: serving an allocation, logging. */
export function needLittleStack(): void {
  probe(1);
}

/** For a collection, which also calls JS. */
export function needMuchStack(): void {
  probe(7);
}

/** Whether there is enough for calls into the system, which load code the first time. */
export function hasPlentyOfStack(): bool {
  return hasStack(31);
}
