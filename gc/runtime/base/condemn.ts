/**
 * Agents that are about to be ended by the host, in the middle of whatever they do.
 *
 * Nobody can see at once that another thread is dead: the host tells its creator later, in an event, and until then the
 * creator may itself wait for the dead, for the end of its collection or for a lock, and never get to that event. So an
 * agent is condemned first. A condemned agent comes to rest at a place where it holds nothing that others wait for, and
 * stays there; only then its thread is ended.
 *
 *       what others may wait for          the agent says so before in    and looks whether it is condemned
 *       -------------------------------   ----------------------------   ---------------------------------
 *       being a mutator                   AGENT_STATE                    in `becomeMutator`
 *       taking part in marking            AGENT_MARKING                  in `helpMarking`
 *       stopping the world from a safe
 *       region, and every lock there      AGENT_CRITICAL                 in `beginCritical`
 *
 * Each time the agent stores the one and loads AGENT_CONDEMNED then, and `condemn` (lifecycle.ts) stores
 * AGENT_CONDEMNED and loads the others then. All are sequentially consistent, so either the agent sees that it is
 * condemned, or `condemn` sees what it must wait for.
 */
import { AGENT_CONDEMNED, AGENT_CRITICAL, AGENT_MARKING, AGENT_MUTATOR, AGENT_STATE } from "../../layout/agents";
import { controlBlock, mayBlock, self } from "./state";
import { wakeCollector } from "./wait";

const SLEEP_NANOSECONDS: i64 = 20000000;

/** Begins what must not be left half done; may be nested. */
export function beginCritical(): void {
  // Before `attach` there is nobody to condemn.
  if (self == 0) return;
  const depth = load<u32>(self, AGENT_CRITICAL);
  atomic.store<u32>(self, depth + 1, AGENT_CRITICAL);
  // `condemn` waits for a mutator in any case.
  if (depth == 0 && isCondemned() && load<u32>(self, AGENT_STATE) != AGENT_MUTATOR) {
    atomic.store<u32>(self, 0, AGENT_CRITICAL);
    rest();
  }
}

export function endCritical(): void {
  if (self != 0) atomic.store<u32>(self, load<u32>(self, AGENT_CRITICAL) - 1, AGENT_CRITICAL);
}

@inline
export function isCondemned(): bool {
  return atomic.load<u32>(self, AGENT_CONDEMNED) != 0;
}

/** Waits for the end. The agent holds nothing that others wait for. */
export function rest(): void {
  wakeCollector(self + AGENT_MARKING);
  for (;;) if (mayBlock) atomic.wait<u32>(self + AGENT_CONDEMNED, 1, SLEEP_NANOSECONDS);
}

/** For the next agent under this id. The condemned one is dead. */
export function forget(id: u32): void {
  const control = controlBlock(id);
  atomic.store<u32>(control, 0, AGENT_CONDEMNED);
  atomic.store<u32>(control, 0, AGENT_CRITICAL);
}
