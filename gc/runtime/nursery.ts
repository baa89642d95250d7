/**
 * An agent's nursery: the blocks that it allocates into between two collections, and the holes in them.
 *
 *     list    | b0 | b1 | b2 | b3 | b4 | b5 | ...        block numbers, in the agent's control block
 *               used  ^cursor             ^tail  used by medium objects
 *
 * Small objects take holes from the front, medium ones whole blocks from the back. After a collection the same blocks are used again, so that
 * allocation stays in cache and touches no fresh pages; blocks in which half the lines survived are given away.
 */
import {
  AGENT_ALLOCATED,
  AGENT_NURSERY,
  AGENT_NURSERY_COUNT,
  AGENT_NURSERY_USED,
  AVAILABLE_BLOCKS,
  BLOCK_BYTES,
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  FORCE_FULL,
  LAST_WAS_FULL,
  LINES_PER_BLOCK,
  LINE_LOG2,
  MODE,
  MODE_STRESS,
  NURSERY_BYTES,
  NURSERY_CAPACITY,
  PLAN_LIMIT_BLOCKS,
  SEQUENCE,
  USED_BLOCKS,
} from "./control";
import { GOOD_LINES, NONE, addressOf, entry, entryOf, freeLinesOf, limitReached, reserve, takeFresh, takeSingle, takeSpan, unreserve } from "./blocks";
import { agent, getTop, lineOf, self, setBuffer } from "./state";

/** A block with fewer free lines is not worth a visit. */
export const USEFUL_LINES: u32 = 8;
/** What a block must have free when holes come before whole blocks: a full list of such blocks is still half of the largest nursery. */
const ROOMY_LINES: u32 = LINES_PER_BLOCK / 4;

/** SEQUENCE when the nursery was filled. */
let seen: u32 = 0xffffffff;
let cursor: u32 = 0;
let tail: u32 = 0;
/** Where the search for a hole goes on, in bytes from the start of block `cursor`. */
let offset: usize = 0;
/** What medium objects are carved from. */
let mediumTop: usize = 0;
let mediumLimit: usize = 0;
/** Start of what the current buffer holds and nobody has counted yet. */
let counted: usize = 0;

/** A new agent: there is no nursery yet. */
export function resetNursery(): void {
  seen = load<u32>(SEQUENCE) - 1;
  forget();
}

function forget(): void {
  cursor = tail = 0;
  offset = mediumTop = mediumLimit = counted = 0;
  setBuffer(0, 0);
}

/** Adds to the statistics what was allocated from the buffer so far. */
export function countAllocated(): void {
  const top = getTop();
  if (top == counted) return;
  store<f64>(self, load<f64>(self, AGENT_ALLOCATED) + ((top - counted) as f64), AGENT_ALLOCATED);
  counted = top;
}

/** Adds `bytes` that did not come from the buffer. */
export function countBytes(bytes: usize): void {
  store<f64>(self, load<f64>(self, AGENT_ALLOCATED) + (bytes as f64), AGENT_ALLOCATED);
}

/** Drops the buffer if there was a collection since it was made: its lines may have been given to others. */
export function dropStaleBuffer(): void {
  if (seen == load<u32>(SEQUENCE)) return;
  setBuffer(0, 0);
  counted = 0;
}

// @ts-ignore: decorator
@inline
function listed(index: u32): u32 {
  return load<u32>(self + ((index as usize) << 2), AGENT_NURSERY);
}

// @ts-ignore: decorator
@inline
function list(index: u32, block: u32): void {
  store<u32>(self + ((index as usize) << 2), block, AGENT_NURSERY);
}

/** Gives a block away whose free lines have just been counted by a collection. */
export function giveBack(block: u32, free: u32): void {
  if (free == LINES_PER_BLOCK) {
    atomic.store<u32>(entryOf(block), BLOCK_FREE);
    atomic.sub<u32>(USED_BLOCKS, 1);
  } else {
    atomic.store<u32>(entryOf(block), free >= USEFUL_LINES ? entry(BLOCK_PARTIAL, free) : BLOCK_FULL);
  }
  if (free >= GOOD_LINES) atomic.add<u32>(AVAILABLE_BLOCKS, 1);
}

/**
 * True when whole blocks are rare: fewer than a quarter of the limit. Then blocks with holes come first, so that few small survivors do not
 * spread over blocks that large objects need.
 */
function areBlocksRare(): bool {
  const limit = load<u32>(PLAN_LIMIT_BLOCKS);
  return atomic.load<u32>(USED_BLOCKS) > limit - limit / 4;
}

/** A block for the nursery: one that is at least half free, else a fresh one, else any. */
function takeBlock(): u32 {
  const available = atomic.load<i32>(AVAILABLE_BLOCKS);
  if (available > 0) {
    const block = takeSingle(GOOD_LINES, agent, true);
    if (block != NONE) return block;
    // The count was wrong, because an agent died: without this, each search would pass over the whole table in vain.
    if (!limitReached()) atomic.cmpxchg<i32>(AVAILABLE_BLOCKS, available, 0);
  }
  if (reserve(1)) {
    const block = takeFresh(1, agent);
    if (block != NONE) {
      atomic.store<u32>(entryOf(block), entry(BLOCK_OWNED, agent));
      return block;
    }
    unreserve(1);
  }
  return takeSingle(USEFUL_LINES, agent, true);
}

/** Makes the nursery ready after a collection: keeps blocks that are half free, and adds others up to the budget. */
export function refill(): void {
  const last = load<u32>(self, AGENT_NURSERY_COUNT);
  const budget = load<u32>(NURSERY_BYTES) >>> LINE_LOG2;
  let count: u32 = 0;
  let lines: u32 = 0;
  forget();
  seen = load<u32>(SEQUENCE);
  for (let i: u32 = 0; i < last; i++) {
    const block = listed(i);
    const free = freeLinesOf(block);
    if (free >= GOOD_LINES && lines < budget) {
      list(count++, block);
      lines += free;
    } else giveBack(block, free);
  }
  let rare = areBlocksRare();
  while (lines < budget && count < (NURSERY_CAPACITY as u32)) {
    let block = rare ? takeSingle(ROOMY_LINES, agent, false) : NONE;
    if (block == NONE) {
      // All have been looked at: from here on whole ones, too.
      rare = false;
      block = takeBlock();
    }
    if (block == NONE) break;
    list(count++, block);
    lines += freeLinesOf(block);
  }
  store<u32>(self, count, AGENT_NURSERY_COUNT);
  store<u32>(self, 1, AGENT_NURSERY_USED);
  tail = count;
  // Too little came together: young collections cannot help any more.
  if (lines < budget / 4 && load<u32>(LAST_WAS_FULL) == 0) atomic.store<u32>(FORCE_FULL, 1);
}

/** Refills after a collection. */
// @ts-ignore: decorator
@inline
export function refreshNursery(): void {
  if (seen != load<u32>(SEQUENCE)) refill();
}

/** Makes [start, end) the buffer, of which the first `size` bytes are allocated. */
function useHole(start: usize, size: usize, end: usize): usize {
  // Under stress every allocation must reach the collector: leave nothing to the inlined path.
  const limit = (load<u32>(MODE) & MODE_STRESS) != 0 ? start + size : end;
  counted = start;
  setBuffer(start + size, limit);
  return start;
}

/** First byte in [mark, end) that is not zero, or `end`; both multiples of 8 apart. */
// @ts-ignore: decorator
@inline
function nextMarked(mark: usize, end: usize): usize {
  while (mark < end && (mark & 7) != 0) {
    if (load<u8>(mark) != 0) return mark;
    mark++;
  }
  while (mark < end) {
    const eight = load<u64>(mark);
    if (eight != 0) return mark + ((ctz<u64>(eight) >>> 3) as usize);
    mark += 8;
  }
  return end;
}

/** The next hole of at least `size` bytes becomes the buffer. 0 when the nursery is used up. */
export function nextHole(size: usize): usize {
  while (cursor < tail) {
    const start = addressOf(listed(cursor));
    const first = lineOf(start);
    const end = first + LINES_PER_BLOCK;
    let mark = first + (offset >>> LINE_LOG2);
    while (mark < end) {
      if (load<u8>(mark) != 0) {
        mark++;
        continue;
      }
      const stop = nextMarked(mark, end);
      const bytes = (stop - mark) << LINE_LOG2;
      if (bytes >= size) {
        offset = (stop - first) << LINE_LOG2;
        const hole = start + ((mark - first) << LINE_LOG2);
        return useHole(hole, size, hole + bytes);
      }
      mark = stop;
    }
    cursor++;
    offset = 0;
  }
  return 0;
}

/** An object too large for most holes: carved from whole blocks at the end of the nursery, and the buffer stays as it is. */
export function allocateMedium(size: usize): usize {
  if (mediumLimit - mediumTop < size) {
    const block = takeWhole();
    if (block == NONE) return 0;
    mediumTop = addressOf(block);
    mediumLimit = mediumTop + BLOCK_BYTES;
  }
  const address = mediumTop;
  mediumTop += size;
  countBytes(size);
  return address;
}

/**
 * An object for which the nursery, just refilled, has no hole that is large enough: takes one more whole block. 0 when there is none.
 * The caller collects first, so that objects of a size that never fits do not grow the heap to its limit.
 */
export function allocateInExtraBlock(size: usize): usize {
  const count = load<u32>(self, AGENT_NURSERY_COUNT);
  if (count == NURSERY_CAPACITY || !reserve(1)) return 0;
  const block = takeSpan(1, agent);
  if (block == NONE) {
    unreserve(1);
    return 0;
  }
  atomic.store<u32>(entryOf(block), entry(BLOCK_OWNED, agent));
  list(count, block);
  store<u32>(self, count + 1, AGENT_NURSERY_COUNT);
  mediumTop = addressOf(block) + size;
  mediumLimit = addressOf(block) + BLOCK_BYTES;
  countBytes(size);
  return addressOf(block);
}

/** Takes a block without survivors from the end of the list. */
function takeWhole(): u32 {
  // Block `cursor` is in use, unless nothing was taken from it yet.
  const first = offset > 0 ? cursor + 1 : cursor;
  for (let i = tail; i > first; i--) {
    const block = listed(i - 1);
    if (freeLinesOf(block) != LINES_PER_BLOCK) continue;
    tail--;
    list(i - 1, listed(tail));
    list(tail, block);
    return block;
  }
  return tail > first ? exchangeForWhole() : NONE;
}

/**
 * Gives the last unused block away, which has survivors, for one that has none: a few old objects in each block must not make every medium
 * object cost a collection.
 */
function exchangeForWhole(): u32 {
  if (!reserve(1)) return NONE;
  const block = takeSpan(1, agent);
  if (block == NONE) {
    unreserve(1);
    return NONE;
  }
  atomic.store<u32>(entryOf(block), entry(BLOCK_OWNED, agent));
  tail--;
  const given = listed(tail);
  list(tail, block);
  giveBack(given, freeLinesOf(given));
  return block;
}
