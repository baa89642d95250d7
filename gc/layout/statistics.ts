/**
 * Figures of past collections: for people, and for the policy (runtime/collect/policy.ts). Counts are u32, times and
 * bytes f64, marked objects u64; they change with the world stopped only.
 */
import { STATISTICS } from "./memory-map.ts";

export const STAT_YOUNG = STATISTICS;
export const STAT_FULL = STAT_YOUNG + 4;
export const STAT_LIVE_BYTES = STAT_FULL + 4;
export const STAT_PAUSE_TOTAL = STAT_LIVE_BYTES + 8;
export const STAT_PAUSE_LONGEST = STAT_PAUSE_TOTAL + 8;
export const STAT_MARKED_OBJECTS = STAT_PAUSE_LONGEST + 8;
export const STAT_RESTARTS = STAT_MARKED_OBJECTS + 8;
/** Collections recorded in the ring of pauses. */
export const STAT_PAUSES = STAT_RESTARTS + 4;
/** f64: when the last full collection ended, and how long it took. */
export const LAST_FULL_END = STAT_PAUSES + 4;
export const LAST_FULL_PAUSE = LAST_FULL_END + 8;
/** Free blocks that keep their pages after a full collection. */
export const BLOCKS_TO_KEEP = LAST_FULL_PAUSE + 8;
/**
 * Full collections in a row that freed next to nothing; f64: when the first of them began, and their pauses together.
 */
export const CROWDED_COUNT = BLOCKS_TO_KEEP + 4;
export const CROWDED_SINCE = CROWDED_COUNT + 4;
export const CROWDED_PAUSES = CROWDED_SINCE + 8;
/** Free lines of partly used blocks, counted by the last full collection. */
export const PARTIAL_LINES = CROWDED_PAUSES + 8;
/** What NURSERY_BYTES is where there is room, as past collections suggest (policy.ts). */
export const NURSERY_WISH = PARTIAL_LINES + 4;
/** f64: when the last collection ended. */
export const LAST_END = NURSERY_WISH + 4;
/**
 * f64: bytes that the last young collection marked, 0 where little survived it, less with each full one that is chosen
 * because it marks fewer (policy.ts).
 */
export const YOUNG_MARKED = LAST_END + 8;
/**
 * f64: milliseconds of a young collection for each byte of an agent's nursery, of late where it was most (policy.ts).
 */
export const PAUSE_PER_BYTE = YOUNG_MARKED + 8;
