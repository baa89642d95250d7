/**
 * Stopping the world.
 *
 *                 enter                     STOP_REQUEST seen
 *       SAFE  ---------------->  MUTATOR  ------------------->  STOPPED
 *             <----------------           <-------------------
 *                 leave                     STOP_REQUEST is 0
 *
 * STOP_REQUEST is the collector's lock and names its owner. The collector waits until nobody else is a MUTATOR: it
 * never waits for an agent in a safe region. An agent becomes a MUTATOR first and looks at STOP_REQUEST then; the
 * collector sets STOP_REQUEST first and looks at the states then. All four are sequentially consistent, so one of the
 * two sees the other, and no agent runs through a collection.
 */
import {
  AGENT_MUTATOR,
  AGENT_SAFE,
  AGENT_SHADOW_BASE,
  AGENT_SHADOW_LIMIT,
  AGENT_SP,
  AGENT_STATE,
  AGENT_STOPPED,
} from "../layout/agents";
import { EVENT, STOP_ORPHANED, STOP_REQUEST } from "../layout/control-words";
import { beginCritical, endCritical, isCondemned, rest } from "./base/condemn";
import { FAIL_STACK, FAIL_STATE, check } from "./base/debug";
import { needMuchStack } from "./base/stack";
import { self } from "./base/state";
import { sleepUntilEvent, tired, wakeCollector } from "./base/wait";
import { countAllocated, dropStaleBuffer } from "./allocate/nursery";
import { takeOver } from "./collect/collection";
import { helpMarking, markingWantsHelp } from "./collect/mark";
import { awaitStopped, releaseWorld, requestStop } from "./collect/stop";

function setState(state: u32): void {
  atomic.store<u32>(self, state, AGENT_STATE);
  wakeCollector(self + AGENT_STATE);
}

/** Notes where the shadow stack ends. */
export function saveStack(sp: usize): void {
  check(sp >= load<usize>(self, AGENT_SHADOW_BASE) && sp <= load<usize>(self, AGENT_SHADOW_LIMIT), FAIL_STACK, sp);
  store<usize>(self, sp, AGENT_SP);
}

/** Waits, in state SAFE or STOPPED, until the world is let go; helps with marking meanwhile. */
function waitForWorld(): void {
  for (;;) {
    const event = atomic.load<u32>(EVENT);
    const request = atomic.load<u32>(STOP_REQUEST);
    if (request == 0) return;
    if (request == STOP_ORPHANED) takeOverSafely();
    else if (markingWantsHelp()) helpMarking();
    else if (tired()) sleepUntilEvent(event);
  }
}

function takeOverSafely(): void {
  beginCritical();
  takeOver();
  endCritical();
}

/** Makes the agent a mutator, from state `waiting`, which it has while a collection runs. */
function becomeMutator(waiting: u32): void {
  for (;;) {
    atomic.store<u32>(self, AGENT_MUTATOR, AGENT_STATE);
    if (atomic.load<u32>(STOP_REQUEST) == 0) {
      if (!isCondemned()) break;
      setState(waiting);
      rest();
    }
    setState(waiting);
    waitForWorld();
  }
  dropStaleBuffer();
}

export function enter(): usize {
  check(atomic.load<u32>(self, AGENT_STATE) == AGENT_SAFE, FAIL_STATE, self);
  becomeMutator(AGENT_SAFE);
  return load<usize>(self, AGENT_SP);
}

export function leave(sp: usize): void {
  check(atomic.load<u32>(self, AGENT_STATE) == AGENT_MUTATOR, FAIL_STATE, self);
  saveStack(sp);
  countAllocated();
  setState(AGENT_SAFE);
}

/** Stops until no collection is wanted. The shadow stack's end is saved. */
export function park(): void {
  needMuchStack();
  countAllocated();
  setState(AGENT_STOPPED);
  waitForWorld();
  becomeMutator(AGENT_STOPPED);
}

/** Enters a safe region inside the runtime, for work that takes long. The shadow stack's end is saved. */
export function beginSafe(): void {
  setState(AGENT_SAFE);
}

export function endSafe(): void {
  becomeMutator(AGENT_SAFE);
}

/** Waits until this agent is the collector, in a safe region; `releaseFromSafeRegion` ends that. */
export function stopFromSafeRegion(): void {
  for (;;) {
    beginCritical();
    if (requestStop()) break;
    endCritical();
    waitForWorld();
  }
  awaitStopped();
}

export function releaseFromSafeRegion(): void {
  releaseWorld();
  endCritical();
}
