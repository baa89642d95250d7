/** The exports of the heap runtime: `RuntimeExports` in gc/api.ts. */
import { AGENT_MUTATOR, AGENT_STATE } from "../layout/agents";
import { MODE, MODE_STRESS, STOP_REQUEST } from "../layout/control-words";
import { self } from "./base/state";
import { TRACE_VERIFY } from "./collect/tracer";
import { trace } from "./collect/trace";
import { collectForStress, collectFull, collectYoung } from "./collector";
import { park, releaseFromSafeRegion, saveStack, stopFromSafeRegion } from "./safepoint";

export { allocatePermanent } from "./allocate/permanent";
export { shrinkFromSafeRegion as shrink } from "./allocate/shrink";
export { allocate } from "./allocation";
export { beginCritical, endCritical } from "./base/condemn";
export { log, logElements } from "./collect/barrier";
export { addAgentRoots, addRoots, removeRoots } from "./collect/roots";
export { addBoxes, addHandles } from "./collect/slots";
export { attach, condemn, detach, initialize, reclaim } from "./lifecycle";
export { enter, leave, releaseFromSafeRegion as resumeWorld, stopFromSafeRegion as stopWorld } from "./safepoint";

/**
 * A function that JS called without making the agent a mutator polls, too: nobody waits for it
 * (lower/analysis/plain-functions.ts).
 */
export function poll(sp: usize): void {
  if (load<u32>(self, AGENT_STATE) != AGENT_MUTATOR) return;
  saveStack(sp);
  if (atomic.load<u32>(STOP_REQUEST) != 0) park();
  else if ((load<u32>(MODE) & MODE_STRESS) != 0) collectForStress();
}

export function collect(sp: usize, full: u32): void {
  saveStack(sp);
  if (full != 0) collectFull();
  else collectYoung();
}

export function verify(): usize {
  stopFromSafeRegion();
  const bad = trace(TRACE_VERIFY);
  releaseFromSafeRegion();
  return bad;
}
