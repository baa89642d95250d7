/** Looks at everything that can be reached, and at the tables beside it, on a stopped world. */
import { visitRoots } from "./roots";
import { verifyCards } from "./slots";
import { TRACE_RESET, TRACE_VERIFY, beginTracing, finishTracing } from "./tracer";
import { verifyBlocks } from "./verify";

/**
 * Traverses everything reachable, and looks at the tables that go with it. Returns 0, or the address of the first
 * object or reference that is not right.
 */
export function trace(what: u32): usize {
  beginTracing(what);
  visitRoots(true);
  let bad = finishTracing();
  if (bad == 0 && what != TRACE_RESET) bad = verifyBlocks();
  if (bad == 0 && what == TRACE_VERIFY) bad = verifyCards();
  return bad;
}
