/**
 * Words of the heap memory that all agents share, in groups that have a cache line each where agents contend for them.
 * Lowered code reads the first two.
 *
 *      64  stop request, function types        448  blocks: how many, and where to look
 *     128  marking                             512  agents
 *     192  work pool                           576  permanent memory
 *     256  gray bits                           640  functions, root ranges
 *     320  events and who sleeps on them       704  what changes with the world stopped only
 *     384  the collector's sleep               768  statistics.ts
 */
import { CACHE_LINE } from "./memory-map.ts";

/** Address of the stop request: not zero while an agent wants all others at a safepoint. Lowered code polls it. */
export const STOP_REQUEST = CACHE_LINE;
/**
 * Address of the word that holds the address of the function-type array: entry i is the type record of function index
 * i.
 */
export const FUNCTION_TYPES_POINTER = STOP_REQUEST + 4;
/** Marking: (sequence << 8) | number of markers at work; closed once that number is 0. */
export const MARK_WORD = 2 * CACHE_LINE;
/** Not zero when a marker died: all markers leave, and marking starts over. */
export const MARK_ABORT = MARK_WORD + 4;
/** Full slots of the work pool. */
export const POOL_COUNT = 3 * CACHE_LINE;
/** Blocks whose gray bits hold work that found no room on a mark stack. */
export const GRAY_COUNT = 4 * CACHE_LINE;
/** Counts what a sleeping agent may wait for: the end of a collection, work for a marker. */
export const EVENT = 5 * CACHE_LINE;
/** Agents asleep on EVENT. */
export const SLEEPERS = EVENT + 4;
/** Not zero while the collector sleeps until some agent stops. */
export const COLLECTOR_SLEEPS = 6 * CACHE_LINE;
/** Blocks [0, HIGH_BLOCKS) have been in use. */
export const HIGH_BLOCKS = 7 * CACHE_LINE;
/** Next block that an agent in search of blocks looks at. */
export const BLOCK_CURSOR = HIGH_BLOCKS + 4;
/**
 * Blocks in use for collected objects; more than PLAN_LIMIT_BLOCKS only where they are full of holes (`reserveBeyond`).
 */
export const USED_BLOCKS = BLOCK_CURSOR + 4;
/** Blocks below HIGH_BLOCKS that a search would find: free, or at least a quarter free. A hint. */
export const AVAILABLE_BLOCKS = USED_BLOCKS + 4;
/** Bytes of the memory known to be grown. */
export const GROWN_END = AVAILABLE_BLOCKS + 4;
/** Blocks taken for large objects since the last collection. */
export const LARGE_YOUNG_BLOCKS = GROWN_END + 4;
/** Markers that there can be in this collection: stopped agents and the collector. */
export const MARKERS_POSSIBLE = LARGE_YOUNG_BLOCKS + 4;
/** u64: bytes of the objects that the current, or last, collection marked. */
export const MARKED_BYTES = MARKERS_POSSIBLE + 8;
/** 1 + highest id of an agent that was ever attached. */
export const AGENTS_HIGH = 8 * CACHE_LINE;
/** Lock of the permanent allocator (owned-lock.ts). */
export const PERMANENT_LOCK = 9 * CACHE_LINE;
export const PERMANENT_TOP = PERMANENT_LOCK + 4;
export const PERMANENT_END = PERMANENT_TOP + 4;
/** Blocks taken for permanent data. */
export const PERMANENT_BLOCKS = PERMANENT_END + 4;
/** Not zero: the creator is asked to give free pages back to the system, and has not begun yet. */
export const SHRINK_ASKED = PERMANENT_BLOCKS + 4;
/** Next function index that no module owns. */
export const FUNCTION_COUNT = 10 * CACHE_LINE;
/** u64: the first free entry for a root range, or 0, and above it how often this was written (roots.ts). */
export const FREE_RANGES = FUNCTION_COUNT + 16;

/* Written with the world stopped, or when the heap is made. */
/** Collections. */
export const SEQUENCE = 11 * CACHE_LINE;
export const EPOCH = SEQUENCE + 4;
/** Bytes that each agent may allocate between two collections. */
export const NURSERY_BYTES = EPOCH + 4;
/** Blocks of large objects that may be taken between two collections. */
export const LARGE_BUDGET_BLOCKS = NURSERY_BYTES + 4;
/** Bytes that survived their first collection since the last full one. */
export const PROMOTED_BYTES = LARGE_BUDGET_BLOCKS + 4;
/** PROMOTED_BYTES from which the next collection is a full one. */
export const FULL_THRESHOLD = PROMOTED_BYTES + 4;
/** Not zero: the next collection must be full (a log overflowed, an agent died). */
export const FORCE_FULL = FULL_THRESHOLD + 4;
/** MODE_... bits. */
export const MODE = FORCE_FULL + 4;
/** Times an agent looks before it sleeps. */
export const SPINS = MODE + 4;
/** Not zero when the last collection was a full one. */
export const LAST_WAS_FULL = SPINS + 4;

/**
 * STOP_REQUEST where the collector died: whoever waits takes the collection over. Otherwise it is 1 + the collector's
 * id.
 */
export const STOP_ORPHANED = 0xffff;

/* Bits of MODE. */
/** Collect at every safepoint. */
export const MODE_STRESS = 1 << 0;
/** Fill what a collection frees. */
export const MODE_POISON = 1 << 1;
/** Verify the heap after every collection. */
export const MODE_VERIFY = 1 << 2;
/** Tell the embedder of each collection. */
export const MODE_REPORT = 1 << 3;
/** The embedder can give pages back to the system. */
export const MODE_RETURN = 1 << 4;

/** What the host says when it is to give pages back: it did; it cannot; another thread can. */
export const DISCARD_DONE = 1;
export const DISCARD_IMPOSSIBLE = 0;
export const DISCARD_ELSEWHERE = 2;
