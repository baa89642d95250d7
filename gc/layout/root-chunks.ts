/**
 * What refers to objects from outside of the heap: chunks of root ranges and of slots.
 *
 * A chunk of root ranges: next chunk, then ROOT_RANGES entries of 16 bytes from byte 16:
 *     0  i64  range: start | end << 32; 0 where free, or not written yet
 *     8  u32  0 for the store, else 1 + id of the agent that the range ends with
 *    12  u32  in a free entry: the next free one, or 0
 * In the first chunk, which the plan names, the word at 4 is not zero once its entries are in use.
 *
 * A chunk of handle or box slots, a block of its own:
 *
 *       0  next chunk, or 0
 *     256  cards: a byte for each line of the chunk, not zero where a slot was filled since the last collection
 *     512  slots
 *
 * A handle's slot holds a reference, which is a root. A box's slot holds 0, or the address of a box (kept by others),
 * or DEAD_BOX.
 */
import { BLOCK_BYTES, LINE_LOG2 } from "./blocks.ts";

export const ROOT_CHUNK_BYTES = 16384;
export const ROOT_RANGE_BYTES = 16;
export const ROOT_RANGES = ROOT_CHUNK_BYTES / ROOT_RANGE_BYTES - 1;

export const SLOT_CHUNK_BYTES = BLOCK_BYTES;
export const SLOT_CARDS = SLOT_CHUNK_BYTES >> LINE_LOG2;
export const SLOTS_START = 2 * SLOT_CARDS;
export const SLOTS_PER_CHUNK = (SLOT_CHUNK_BYTES - SLOTS_START) / 4;
export const DEAD_BOX = 1;
