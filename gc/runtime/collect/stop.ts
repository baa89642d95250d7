/**
 * The collector's lock, STOP_REQUEST: it names its owner, and all others come to rest while somebody has it. The states
 * that an agent goes through meanwhile are drawn in safepoint.ts.
 */
import { AGENT_MUTATOR, AGENT_STATE } from "../../layout/agents";
import { AGENTS_HIGH, STOP_ORPHANED, STOP_REQUEST } from "../../layout/control-words";
import { agent, controlBlock } from "../base/state";
import { pauseForAgent, wakeSleepers } from "../base/wait";

/** Tries to become the collector. */
export function requestStop(): bool {
  return atomic.cmpxchg<u32>(STOP_REQUEST, 0, agent + 1) == 0;
}

/** Takes a collection over whose collector died; false when another agent did. */
export function adoptStop(): bool {
  return atomic.cmpxchg<u32>(STOP_REQUEST, STOP_ORPHANED, agent + 1) == STOP_ORPHANED;
}

/** Waits until all other agents are stopped, safe or gone. */
export function awaitStopped(): void {
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    if (id == agent) continue;
    const state = controlBlock(id) + AGENT_STATE;
    while (atomic.load<u32>(state) == AGENT_MUTATOR) pauseForAgent(state, AGENT_MUTATOR);
  }
}

/** Lets the world go. */
export function releaseWorld(): void {
  // Publishes everything that the collection wrote.
  atomic.store<u32>(STOP_REQUEST, 0);
  wakeSleepers(-1);
}
