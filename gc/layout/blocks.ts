/**
 * Blocks, of which the heap is made, their lines, and the block table: one word for each block.
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

export const BLOCK_LOG2 = 15;
export const BLOCK_BYTES = 1 << BLOCK_LOG2;
export const LINE_LOG2 = 7;
export const LINE_BYTES = 1 << LINE_LOG2;
export const LINES_PER_BLOCK = BLOCK_BYTES / LINE_BYTES;

/** Never handed out, or on its way to that: zero, as a fresh memory is. */
export const BLOCK_UNUSED = 0;
export const BLOCK_FREE = BLOCK_UNUSED + 1;
/** Has survivors and free lines that nobody allocates into. */
export const BLOCK_PARTIAL = BLOCK_FREE + 1;
/** Has survivors, and too few free lines to be of use, or nobody has counted them yet. */
export const BLOCK_FULL = BLOCK_PARTIAL + 1;
/** In some agent's nursery. */
export const BLOCK_OWNED = BLOCK_FULL + 1;
/** Claimed, and on the way to another state. */
export const BLOCK_RESERVED = BLOCK_OWNED + 1;
export const BLOCK_LARGE = BLOCK_RESERVED + 1;
export const BLOCK_LARGE_REST = BLOCK_LARGE + 1;
export const BLOCK_PERMANENT = BLOCK_LARGE_REST + 1;
/** Holds log entries. */
export const BLOCK_LOG = BLOCK_PERMANENT + 1;

/** Detail of a FREE entry: reads zero, and takes no memory until it is written. */
export const RETURNED = 1;
/** Bit of a LARGE entry: elements were written since the last collection; their cards are set. */
export const LARGE_WRITTEN = 0x80000000;
export const LARGE_BLOCKS_MASK = 0x7fffff;
