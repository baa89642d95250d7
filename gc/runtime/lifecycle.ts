/** Agents come and go, some of them without saying so. */
import {
  AGENT_CONDEMNED,
  AGENT_CRITICAL,
  AGENT_DETACHED,
  AGENT_MARKING,
  AGENT_NURSERY_COUNT,
  AGENT_NURSERY_USED,
  AGENT_SAFE,
  AGENT_SHADOW_BASE,
  AGENT_SHADOW_LIMIT,
  AGENT_SP,
  AGENT_STATE,
} from "../layout/agents";
import { BLOCK_LOG2 } from "../layout/blocks";
import {
  AGENTS_HIGH,
  EPOCH,
  FORCE_FULL,
  GROWN_END,
  MARK_ABORT,
  MODE,
  PROMOTED_BYTES,
  SPINS,
  STOP_ORPHANED,
  STOP_REQUEST,
} from "../layout/control-words";
import { PLAN_MAXIMUM_AGENTS, PLAN_MODE, PLAN_SHADOW_BYTES, PLAN_SHADOW_STACKS } from "../layout/plan";
import { beginCritical, endCritical, forget } from "./base/condemn";
import { FAIL_AGENT, fail } from "./base/debug";
import { agent, becomeAgent, controlBlock, loadPlan, self } from "./base/state";
import { wakeCollector, wakeSleepers } from "./base/wait";
import { releaseReserved } from "./allocate/blocks";
import { resetNursery } from "./allocate/nursery";
import { unlockDead } from "./allocate/permanent";
import { attachLog } from "./collect/barrier";
import { firstBudgets } from "./collect/policy";
import { removeRangesOf } from "./collect/roots";
import { attachSlots, clearSlotsOf } from "./collect/slots";
import { releaseFromSafeRegion, stopFromSafeRegion } from "./safepoint";

const FIRST_SPINS: u32 = 20000;

export function initialize(): void {
  loadPlan();
  // Another agent that joins the heap: all of this is done.
  if (load<u32>(EPOCH) != 0) return;
  store<u32>(EPOCH, 1);
  store<u32>(SPINS, FIRST_SPINS);
  store<u32>(MODE, load<u32>(PLAN_MODE));
  store<usize>(GROWN_END, (memory.size() as usize) << 16);
  firstBudgets();
}

export function attach(id: u32, mayBlock: u32): void {
  loadPlan();
  if (id >= load<u32>(PLAN_MAXIMUM_AGENTS)) fail(FAIL_AGENT, id);
  if (atomic.load<u32>(controlBlock(id), AGENT_STATE) != AGENT_DETACHED) fail(FAIL_AGENT, id);
  becomeAgent(id, mayBlock != 0);
  beginCritical();
  const bytes = load<usize>(PLAN_SHADOW_BYTES);
  const base = load<usize>(PLAN_SHADOW_STACKS) + (id as usize) * bytes;
  store<usize>(self, base, AGENT_SHADOW_BASE);
  store<usize>(self, base + bytes, AGENT_SHADOW_LIMIT);
  store<usize>(self, base, AGENT_SP);
  attachLog(id);
  attachSlots();
  resetNursery();
  raiseHigh(id + 1);
  // Last: from here on a collection looks at this agent.
  atomic.store<u32>(self, AGENT_SAFE, AGENT_STATE);
  endCritical();
}

/** A collector that reads the old value has set STOP_REQUEST before, and the agent's `enter` sees that. */
function raiseHigh(count: u32): void {
  for (;;) {
    const high = atomic.load<u32>(AGENTS_HIGH);
    if (high >= count || atomic.cmpxchg<u32>(AGENTS_HIGH, high, count) == high) return;
  }
}

export function detach(): void {
  // Its blocks hold young objects that no collection has looked at: they stay as they are until a full collection
  // counts every block.
  atomic.add<u32>(PROMOTED_BYTES, load<u32>(self, AGENT_NURSERY_COUNT) << BLOCK_LOG2);
  release(agent);
}

/** Empties everything that keeps objects alive for agent `id`, and then its state. */
function release(id: u32): void {
  const control = controlBlock(id);
  clearSlotsOf(id);
  removeRangesOf(id);
  store<usize>(control, load<usize>(control, AGENT_SHADOW_BASE), AGENT_SP);
  store<u32>(control, 0, AGENT_NURSERY_COUNT);
  store<u32>(control, 0, AGENT_NURSERY_USED);
  // Last: another agent may attach under the id now, and a collector that waited for this one goes on.
  atomic.store<u32>(control, AGENT_DETACHED, AGENT_STATE);
  wakeCollector(control + AGENT_STATE);
}

/**
 * For agents that died without being condemned before (condemn.ts): the host ended them for reasons of its own. Nothing
 * waits for them from here on, because nothing that an agent holds needs the agent to let it go:
 *
 *   - its state: the collector waits for mutators only, and this takes the state away;
 *   - its part of a marking: MARK_ABORT makes all others leave, and the collector mark anew;
 *   - a collection: STOP_REQUEST goes to whoever waits for it;
 *   - the permanent allocator's lock names its owner;
 *   - blocks carry the owner's id; what it allocated and logged is found by a full collection, which needs neither its
 *     nursery nor its log.
 */
export function reclaim(id: u32): void {
  const control = controlBlock(id);
  forget(id);
  if (atomic.load<u32>(control, AGENT_STATE) == AGENT_DETACHED) return;
  atomic.store<u32>(FORCE_FULL, 1);
  unlockDead(id);
  releaseReserved(id);
  release(id);
  const owned = atomic.load<u32>(STOP_REQUEST) == id + 1;
  if (atomic.load<u32>(control, AGENT_MARKING) != 0) {
    // First the order to leave, then the sign that the dead agent has left: the collector waits for the second when it
    // sees the first.
    atomic.store<u32>(MARK_ABORT, 1);
    atomic.store<u32>(control, 0, AGENT_MARKING);
    wakeCollector(control + AGENT_MARKING);
  }
  if (owned) atomic.cmpxchg<u32>(STOP_REQUEST, id + 1, STOP_ORPHANED);
  wakeSleepers(-1);
}

/** Brings agent `id` to rest. The caller is in a safe region; it waits until the agent comes to a safepoint. */
export function condemn(id: u32): void {
  const control = controlBlock(id);
  atomic.store<u32>(control, 1, AGENT_CONDEMNED);
  // Lowered code looks at nothing but the stop request.
  stopFromSafeRegion();
  releaseFromSafeRegion();
  while (atomic.load<u32>(control, AGENT_MARKING) != 0 || atomic.load<u32>(control, AGENT_CRITICAL) != 0) {}
}
