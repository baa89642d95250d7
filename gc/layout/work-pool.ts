/**
 * The pool of work that markers share: POOL_SLOTS slots, of which each changes hands by compare-and-exchange.
 *
 *     0  state    4  count    8  entries, POOL_SLOT_ENTRIES at most
 */

export const POOL_SLOTS = 64;
export const POOL_SLOT_BYTES = 4096;
export const POOL_SLOT_ENTRIES = (POOL_SLOT_BYTES - 8) / 4;
