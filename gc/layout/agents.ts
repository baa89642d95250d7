/**
 * An agent's control block, AGENT_BYTES each:
 *
 *       0  state         AGENT_DETACHED, ...; written by the agent itself, or by who reclaims it
 *       4  sp            end of the shadow stack: set at every safepoint and on entry of a safe region
 *       8  shadow base   start of the shadow stack
 *      12  shadow limit  its end (lowered code reads it)
 *      16  marking       not zero while the agent takes part in marking
 *      20  log top       next free word of the log
 *      24  log limit     end of the segment that `log top` is in
 *      28  log segment   start of that segment (barrier.ts)
 *      32  nursery count blocks in the list below
 *      36  nursery used  not zero when the agent allocated since the last collection
 *      40  handles       first chunk of handle slots, or 0
 *      44  boxes         first chunk of box slots, or 0
 *      48  allocated     f64: bytes that the agent has allocated
 *      64  fifo          sixteen words: the marker's touch-ahead window
 *     128  dead boxes    counts boxes that collections have found dead
 *     132  critical      depth of regions that must not be left half done (condemn.ts)
 *     136  condemned     not zero when the agent must come to rest; written by who ends it
 *     140  (unused)
 *    4096  nursery       block indices
 */
import { CACHE_LINE, PLAN_END } from "./memory-map.ts";

/** Address of the first. */
export const AGENTS = PLAN_END;
export const AGENT_STATE = 0;
export const AGENT_SP = AGENT_STATE + 4;
export const AGENT_SHADOW_BASE = AGENT_SP + 4;
export const AGENT_SHADOW_LIMIT = AGENT_SHADOW_BASE + 4;
export const AGENT_MARKING = AGENT_SHADOW_LIMIT + 4;
export const AGENT_LOG_TOP = AGENT_MARKING + 4;
export const AGENT_LOG_LIMIT = AGENT_LOG_TOP + 4;
export const AGENT_LOG_SEGMENT = AGENT_LOG_LIMIT + 4;
export const AGENT_NURSERY_COUNT = AGENT_LOG_SEGMENT + 4;
export const AGENT_NURSERY_USED = AGENT_NURSERY_COUNT + 4;
export const AGENT_HANDLES = AGENT_NURSERY_USED + 4;
export const AGENT_BOXES = AGENT_HANDLES + 4;
export const AGENT_ALLOCATED = AGENT_BOXES + 4;
export const AGENT_FIFO = CACHE_LINE;
export const AGENT_FIFO_WORDS = 16;
export const AGENT_DEAD_BOXES = AGENT_FIFO + 4 * AGENT_FIFO_WORDS;
export const AGENT_CRITICAL = AGENT_DEAD_BOXES + 4;
export const AGENT_CONDEMNED = AGENT_CRITICAL + 4;
export const AGENT_NURSERY = 4096;
export const NURSERY_CAPACITY = 1024;
export const AGENT_BYTES = AGENT_NURSERY + 4 * NURSERY_CAPACITY;

/* States of an agent. */
/** Nobody runs under this id. */
export const AGENT_DETACHED = 0;
/** In a safe region: touches no object, is never waited for. */
export const AGENT_SAFE = 1;
/** Runs lowered code: a collection waits until it stops. */
export const AGENT_MUTATOR = 2;
/** Stopped at a safepoint until the collection is over. */
export const AGENT_STOPPED = 3;
