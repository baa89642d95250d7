/**
 * After a full collection: gives the pages of free blocks that will not be needed soon back to the system.
 *
 * Where only the creator's thread can do so (memory/native.ts), an agent on another one asks it to, once until it
 * begins.
 *
 * Others run and collect meanwhile: the agent is in a safe region, and the blocks are claimed as for an allocation, so
 * that nobody takes them. Blocks at low addresses, which searches find first, keep their pages.
 */
import { BLOCK_FREE, BLOCK_LOG2, BLOCK_RESERVED, RETURNED } from "../../layout/blocks";
import {
  AVAILABLE_BLOCKS,
  DISCARD_DONE,
  DISCARD_IMPOSSIBLE,
  MODE,
  MODE_RETURN,
  NURSERY_BYTES,
  SHRINK_ASKED,
  USED_BLOCKS,
} from "../../layout/control-words";
import { BLOCKS_TO_KEEP } from "../../layout/statistics";
import { agent } from "../base/state";
import { addressOf, claim, entry, entryOf, highBlocks } from "./blocks";

/** Gives the pages of [start, start + bytes) to the system, so that they read zero. Returns DISCARD_... */
@external("env", "discard")
declare function discard(start: usize, bytes: usize): u32;

/** Free blocks that always keep their pages. */
const KEPT_LEAST: u32 = 128;
/** Blocks given back at a time: a death in between loses as many until the agent is reclaimed. */
const RUN: u32 = 128;

/**
 * How many free blocks keep their pages: enough for the nurseries, and half of what was in use before and is not now.
 * So a program whose need goes up and down seldom waits for the system, and what is not needed any more is gone after a
 * few full collections.
 */
export function setKept(before: u32, active: u32): void {
  const used = atomic.load<u32>(USED_BLOCKS);
  const nurseries = (load<u32>(NURSERY_BYTES) >>> BLOCK_LOG2) * active;
  const spare = KEPT_LEAST + nurseries;
  store<u32>(BLOCKS_TO_KEEP, max(spare, before > used ? (before - used) / 2 : 0));
}

export function mayShrink(): bool {
  return (load<u32>(MODE) & MODE_RETURN) != 0;
}

export function shrink(): void {
  // Race: first, so that who frees more while this looks asks again.
  atomic.store<u32>(SHRINK_ASKED, 0);
  let keep = load<u32>(BLOCKS_TO_KEEP);
  const high = highBlocks();
  let block: u32 = 0;
  while (block < high) {
    if (atomic.load<u32>(entryOf(block)) != BLOCK_FREE || keep > 0) {
      if (keep > 0 && atomic.load<u32>(entryOf(block)) == BLOCK_FREE) keep--;
      block++;
      continue;
    }
    let count: u32 = 0;
    while (count < RUN && block + count < high && claim(block + count, BLOCK_FREE, entry(BLOCK_RESERVED, agent))) {
      count++;
    }
    if (count == 0) {
      block++;
      continue;
    }
    if (!give(block, count)) return;
    block += count;
  }
}

/**
 * The same for JS, because another thread has asked to, or because nobody has used the heap for a while (`isIdle`):
 * then few blocks keep their pages. The agent is in a safe region.
 */
export function shrinkFromSafeRegion(isIdle: u32): void {
  if (!mayShrink()) return;
  if (isIdle != 0) store<u32>(BLOCKS_TO_KEEP, min(load<u32>(BLOCKS_TO_KEEP), KEPT_LEAST));
  shrink();
}

/** Gives claimed blocks back; false where this thread cannot. */
function give(first: u32, count: u32): bool {
  atomic.sub<u32>(AVAILABLE_BLOCKS, count);
  const answer = discard(addressOf(first), (count as usize) << BLOCK_LOG2);
  const done = answer == DISCARD_DONE;
  for (let i: u32 = 0; i < count; i++) atomic.store<u32>(entryOf(first + i), entry(BLOCK_FREE, done ? RETURNED : 0));
  atomic.add<u32>(AVAILABLE_BLOCKS, count);
  if (answer == DISCARD_IMPOSSIBLE) atomic.and<u32>(MODE, ~MODE_RETURN);
  return done;
}
