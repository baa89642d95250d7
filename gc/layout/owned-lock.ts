/**
 * A lock that knows its owner: one word of the heap memory, 0 where nobody has the lock.
 *
 *     bits 0-15  1 + id of the agent that holds it
 *     bit 16     LOCK_CONTENDED: an agent may sleep until the lock is free, so that whoever frees it must wake one
 *
 * The protocol is the same on both sides, in JS (threads/sync/owned-lock.ts) and in the heap's runtime
 * (gc/runtime/base/owned-lock.ts), and so an agent may die or be ended with a lock: the word says whose it was, and who
 * buries that agent frees the lock, or takes it over where there is something to mend first. Whatever a lock guards is
 * therefore such that each single store leaves it usable, or can be made right again.
 */

/** Bit of a taken lock: an agent may sleep until it is free. */
export const LOCK_CONTENDED = 0x10000;
/** The bits that name the owner. */
export const LOCK_OWNER = 0xffff;
/**
 * Looks at a taken lock before an agent sleeps for it: locks are held for less time than it takes to put a thread to
 * sleep.
 */
export const LOCK_LOOKS = 1000;
/** Milliseconds after which a sleeper looks again: an owner that is dead wakes nobody. */
export const LOCK_PATIENCE = 1;
