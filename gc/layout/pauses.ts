/**
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

export const PAUSE_REQUESTED = 0;
export const PAUSE_STOPPED = PAUSE_REQUESTED + 8;
export const PAUSE_MARKED = PAUSE_STOPPED + 8;
export const PAUSE_ENDED = PAUSE_MARKED + 8;
export const PAUSE_NUMBER = PAUSE_ENDED + 8;
export const PAUSE_FULL = PAUSE_NUMBER + 4;
export const PAUSE_BYTES_MARKED = PAUSE_FULL + 4;
export const PAUSE_OBJECTS = PAUSE_BYTES_MARKED + 8;
export const PAUSE_BLOCKS = PAUSE_OBJECTS + 4;
export const PAUSE_AGENT = PAUSE_BLOCKS + 4;
export const PAUSE_MARKERS = PAUSE_AGENT + 2;
export const PAUSE_BLOCKS_BEFORE = PAUSE_MARKERS + 2;
export const PAUSE_BYTES = PAUSE_BLOCKS_BEFORE + 4;
export const PAUSE_CAPACITY = 4096;
