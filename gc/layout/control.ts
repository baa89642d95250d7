/**
 * The fixed part of the heap memory: control words, the plan of the memory, agent control blocks and block-table
 * entries. Like `layout.ts` it is compiled into the heap runtime and into the TypeScript around it, so it holds nothing
 * but constants.
 *
 *        0  (nothing: the host's and AssemblyScript's)
 *       64  hot words, each on a cache line of its own where agents contend for it
 *     1024  plan: written once before `initialize`, never changed
 *     4096  agent control blocks, and then the tables whose addresses the plan holds
 *
 * The words at 64 and 68 (STOP_REQUEST, FUNCTION_TYPES_POINTER) are in `layout.ts`: lowered code reads them.
 */

/* Hot words. */

/** Marking: (sequence << 8) | number of markers at work; closed once that number is 0. */
export const MARK_WORD = 128;
/** Not zero when a marker died: all markers leave, and marking starts over. */
export const MARK_ABORT = 132;
/** Full slots of the work pool. */
export const POOL_COUNT = 192;
/** Blocks whose gray bits hold work that found no room on a mark stack. */
export const GRAY_COUNT = 256;
/** Counts what a sleeping agent may wait for: the end of a collection, work for a marker. */
export const EVENT = 320;
/** Agents asleep on EVENT. */
export const SLEEPERS = 324;
/** Not zero while the collector sleeps until some agent stops. */
export const COLLECTOR_SLEEPS = 384;
/** Blocks [0, HIGH_BLOCKS) have been in use. */
export const HIGH_BLOCKS = 448;
/** Next block that an agent in search of blocks looks at. */
export const BLOCK_CURSOR = 452;
/**
 * Blocks in use for collected objects; more than PLAN_LIMIT_BLOCKS only where they are full of holes (`reserveBeyond`).
 */
export const USED_BLOCKS = 456;
/** Blocks below HIGH_BLOCKS that a search would find: free, or at least a quarter free. A hint. */
export const AVAILABLE_BLOCKS = 460;
/** Bytes of the memory known to be grown. */
export const GROWN_END = 464;
/** Blocks taken for large objects since the last collection. */
export const LARGE_YOUNG_BLOCKS = 468;
/** Markers that there can be in this collection: stopped agents and the collector. */
export const MARKERS_POSSIBLE = 472;
/** 1 + highest id of an agent that was ever attached. */
export const AGENTS_HIGH = 512;
/** Lock of the permanent allocator (owned-lock.ts). */
export const PERMANENT_LOCK = 576;
export const PERMANENT_TOP = 580;
export const PERMANENT_END = 584;
/** Blocks taken for permanent data. */
export const PERMANENT_BLOCKS = 588;
/** Not zero: the creator is asked to give free pages back to the system, and has not begun yet. */
export const SHRINK_ASKED = 592;
/** Next function index that no module owns. */
export const FUNCTION_COUNT = 640;
/** u64: bytes of the objects that the current, or last, collection marked. */
export const MARKED_BYTES = 480;
/** Written with the world stopped, or when the heap is made. */
export const SEQUENCE = 704;
export const EPOCH = 708;
/** Bytes that each agent may allocate between two collections. */
export const NURSERY_BYTES = 712;
/** Blocks of large objects that may be taken between two collections. */
export const LARGE_BUDGET_BLOCKS = 716;
/** Bytes that survived their first collection since the last full one. */
export const PROMOTED_BYTES = 720;
/** PROMOTED_BYTES from which the next collection is a full one. */
export const FULL_THRESHOLD = 724;
/** Not zero: the next collection must be full (a log overflowed, an agent died). */
export const FORCE_FULL = 728;
/** Not zero when the last collection was a full one. */
export const LAST_WAS_FULL = 740;
/** MODE_... bits. */
export const MODE = 732;
/** Times an agent looks before it sleeps. */
export const SPINS = 736;

/* Statistics: counts are u32, times and bytes f64, marked objects u64. */
export const STAT_YOUNG = 768;
export const STAT_FULL = 772;
export const STAT_LIVE_BYTES = 776;
export const STAT_PAUSE_TOTAL = 784;
export const STAT_PAUSE_LONGEST = 792;
export const STAT_MARKED_OBJECTS = 800;
export const STAT_RESTARTS = 808;
/** Collections recorded in the ring of pauses. */
export const STAT_PAUSES = 812;
/** f64: when the last full collection ended, and how long it took. */
export const LAST_FULL_END = 816;
export const LAST_FULL_PAUSE = 824;
/** Free blocks that keep their pages after a full collection. */
export const BLOCKS_TO_KEEP = 836;
/**
 * Full collections in a row that freed next to nothing; f64: when the first of them began, and their pauses together.
 */
export const CROWDED_COUNT = 840;
export const CROWDED_SINCE = 848;
export const CROWDED_PAUSES = 856;
/** Free lines of partly used blocks, counted by the last full collection. */
export const PARTIAL_LINES = 864;
/** What NURSERY_BYTES is where there is room, as past collections suggest (policy.ts). */
export const NURSERY_WISH = 868;
/** f64: when the last collection ended. */
export const LAST_END = 872;
/**
 * f64: bytes that the last young collection marked, 0 where little survived it, less with each full one that is chosen
 * because it marks fewer (policy.ts).
 */
export const YOUNG_MARKED = 880;
/**
 * f64: milliseconds of a young collection for each byte of an agent's nursery, of late where it was most (policy.ts).
 */
export const PAUSE_PER_BYTE = 888;

/**
 * STOP_REQUEST where the collector died: whoever waits takes the collection over. Otherwise it is 1 + the collector's
 * id.
 */
export const STOP_ORPHANED = 0xffff;

/** Collect at every safepoint. */
export const MODE_STRESS = 1;
/** Fill what a collection frees. */
export const MODE_POISON = 2;
/** Verify the heap after every collection. */
export const MODE_VERIFY = 4;
/** Tell the embedder of each collection. */
export const MODE_REPORT = 8;
/** The embedder can give pages back to the system. */
export const MODE_RETURN = 16;

/* The plan: addresses (u32) of the tables, and their sizes. */
export const PLAN_HEAP_START = 1024;
export const PLAN_HEAP_END = 1028;
export const PLAN_LIMIT_BLOCKS = 1032;
export const PLAN_MAXIMUM_AGENTS = 1036;
export const PLAN_BLOCKS = 1040;
export const PLAN_LINES = 1044;
export const PLAN_GRAY_BITS = 1048;
export const PLAN_GRAY_FLAGS = 1052;
export const PLAN_ROOT_RANGES = 1056;
export const PLAN_SHADOW_STACKS = 1060;
export const PLAN_SHADOW_BYTES = 1064;
export const PLAN_MARK_STACKS = 1068;
export const PLAN_MARK_BYTES = 1072;
export const PLAN_LOGS = 1076;
export const PLAN_LOG_BYTES = 1080;
export const PLAN_POOL = 1084;
export const PLAN_PARALLELISM = 1088;
export const PLAN_FUNCTION_TYPES = 1092;
export const PLAN_FUNCTION_CAPACITY = 1096;
export const PLAN_MODE = 1100;
/** 0, or the bytes of every agent's nursery where a program wants them fixed. */
export const PLAN_NURSERY_BYTES = 1104;
export const PLAN_PAUSES = 1108;
/** Blocks beyond the limit that a heap full of holes may take. */
export const PLAN_EXTRA_BLOCKS = 1112;

/*
 * An agent's control block, AGENT_BYTES each:
 *
 *       0  state         AGENT_DETACHED, ...; written by the agent itself, or by who reclaims it
 *       4  sp            end of the shadow stack: set at every safepoint and on entry of a safe region
 *       8  shadow base   start of the shadow stack
 *      12  shadow limit  its end, AGENT_SHADOW_LIMIT in layout.ts
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
export const AGENTS = 4096;
export const AGENT_BYTES = 8192;
export const AGENT_STATE = 0;
export const AGENT_SP = 4;
export const AGENT_SHADOW_BASE = 8;
export const AGENT_MARKING = 16;
export const AGENT_LOG_TOP = 20;
export const AGENT_LOG_LIMIT = 24;
export const AGENT_LOG_SEGMENT = 28;
export const AGENT_NURSERY_COUNT = 32;
export const AGENT_NURSERY_USED = 36;
export const AGENT_HANDLES = 40;
export const AGENT_BOXES = 44;
export const AGENT_ALLOCATED = 48;
export const AGENT_FIFO = 64;
export const AGENT_DEAD_BOXES = 128;
export const AGENT_CRITICAL = 132;
export const AGENT_CONDEMNED = 136;
export const AGENT_NURSERY = 4096;
export const NURSERY_CAPACITY = 1024;

/** Nobody runs under this id. */
export const AGENT_DETACHED = 0;
/** In a safe region: touches no object, is never waited for. */
export const AGENT_SAFE = 1;
/** Runs lowered code: a collection waits until it stops. */
export const AGENT_MUTATOR = 2;
/** Stopped at a safepoint until the collection is over. */
export const AGENT_STOPPED = 3;

/*
 * A block-table entry, one word per block:
 *
 *     31                8 7     0
 *     +------------------+-------+
 *     |   detail         | state |
 *     +------------------+-------+
 *
 * FREE has RETURNED in `detail` where the system has the pages; PARTIAL has its free lines there; OWNED, RESERVED and
 * LOG the agent's id; LARGE its number of blocks, and LARGE_WRITTEN; LARGE_REST the LARGE block's number. A block
 * changes hands by compare-and-exchange of its entry, so that no lock can be left behind by an agent that dies.
 */
/** Never handed out, or on its way to that: zero, as a fresh memory is. */
export const BLOCK_UNUSED = 0;
export const BLOCK_FREE = 1;
/** Has survivors and free lines that nobody allocates into. */
export const BLOCK_PARTIAL = 2;
/** Has survivors, and too few free lines to be of use, or nobody has counted them yet. */
export const BLOCK_FULL = 3;
/** In some agent's nursery. */
export const BLOCK_OWNED = 4;
/** Claimed, and on the way to another state. */
export const BLOCK_RESERVED = 5;
export const BLOCK_LARGE = 6;
export const BLOCK_LARGE_REST = 7;
export const BLOCK_PERMANENT = 8;
/** Holds log entries. */
export const BLOCK_LOG = 9;

/** Detail of a FREE entry: reads zero, and takes no memory until it is written. */
export const RETURNED = 1;

/** What the host says when it is to give pages back: it did; it cannot; another thread can. */
export const DISCARD_DONE = 1;
export const DISCARD_IMPOSSIBLE = 0;
export const DISCARD_ELSEWHERE = 2;

/** Bit of a LARGE entry: elements were written since the last collection; their cards are set. */
export const LARGE_WRITTEN = 0x80000000;
export const LARGE_BLOCKS_MASK = 0x7fffff;

export const BLOCK_LOG2 = 15;
export const BLOCK_BYTES = 32768;
export const LINE_LOG2 = 7;
export const LINE_BYTES = 128;
export const LINES_PER_BLOCK = 256;

/*
 * A chunk of root ranges: next chunk, then ROOT_RANGES entries of 16 bytes from byte 16:
 *     0  i64  range: start | end << 32; 0 where free, RANGE_RESERVED while being written
 *     8  u32  0 for the store, else 1 + id of the agent that the range ends with
 */
export const ROOT_CHUNK_BYTES = 16384;
export const ROOT_RANGES = 1023;
export const RANGE_RESERVED = 1;

/*
 * A chunk of handle or box slots, a block of its own:
 *
 *       0  next chunk, or 0
 *     256  cards: a byte for each line of the chunk, not zero where a slot was filled since the last collection
 *     512  slots
 *
 * A handle's slot holds a reference, which is a root. A box's slot holds 0, or the address of a box (kept by others),
 * or DEAD_BOX.
 */
export const SLOT_CHUNK_BYTES = 32768;
export const SLOT_CARDS = 256;
export const SLOTS_START = 512;
export const SLOTS_PER_CHUNK = 8064;
export const DEAD_BOX = 1;

/*
 * The record of a collection, PAUSE_BYTES each, PAUSE_CAPACITY of them in a ring. Times are in milliseconds since the
 * epoch:
 *
 *      0  f64  requested: the collector asked the others to stop
 *      8  f64  stopped: they had
 *     16  f64  marked
 *     24  f64  ended
 *     32  u32  number: from 1 on; written last, and 0 while the others are written
 *     36  u32  1 where it was a full collection
 *     40  f64  bytes of the objects that it marked
 *     48  u32  number of them
 *     52  u32  blocks in use afterwards
 *     56  u16  id of the collector
 *     58  u16  agents that could mark
 *     60  u32  blocks in use before
 */
export const PAUSE_BYTES = 64;
export const PAUSE_CAPACITY = 4096;
export const PAUSE_REQUESTED = 0;
export const PAUSE_STOPPED = 8;
export const PAUSE_MARKED = 16;
export const PAUSE_ENDED = 24;
export const PAUSE_NUMBER = 32;
export const PAUSE_FULL = 36;
export const PAUSE_BYTES_MARKED = 40;
export const PAUSE_OBJECTS = 48;
export const PAUSE_BLOCKS = 52;
export const PAUSE_AGENT = 56;
export const PAUSE_MARKERS = 58;
export const PAUSE_BLOCKS_BEFORE = 60;

/** The work pool: slots of POOL_SLOT_BYTES; word 0 state, word 1 count, then entries. */
export const POOL_SLOTS = 64;
export const POOL_SLOT_BYTES = 4096;
export const POOL_SLOT_ENTRIES = 1022;
