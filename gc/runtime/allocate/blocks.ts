/**
 * The block table: who has which 32 KB of the heap.
 *
 * There is no lock: a block changes hands by compare-and-exchange of its entry. An agent that dies between two steps
 * leaves at worst blocks in its name, which `releaseBlocksOf` finds.
 */
import {
  BLOCK_BYTES,
  BLOCK_FREE,
  BLOCK_LARGE,
  BLOCK_LARGE_REST,
  BLOCK_LOG2,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  BLOCK_RESERVED,
  LARGE_BLOCKS_MASK,
  LINES_PER_BLOCK,
} from "../../layout/blocks";
import { AVAILABLE_BLOCKS, BLOCK_CURSOR, GROWN_END, HIGH_BLOCKS, USED_BLOCKS } from "../../layout/control-words";
import { PLAN_EXTRA_BLOCKS, PLAN_LIMIT_BLOCKS } from "../../layout/plan";
import { PARTIAL_LINES } from "../../layout/statistics";
import { agent, blockTable, heapEnd, heapStart, lineOf } from "../base/state";

/** "No block": block numbers stay below 131,072. */
export const NONE: u32 = 0xffffffff;
/** A partial block with at least this many free lines is as good as a free one. */
export const GOOD_LINES: u32 = LINES_PER_BLOCK / 4;
/** Blocks in 4 GB. */
const MOST_BLOCKS: u32 = 0x1ffff;
const PAGE_LOG2: usize = 16;
/** Least and usual growth of the memory, in pages: growing is a broadcast to all agents. */
const GROWTH_PAGES: usize = 256;

@inline
export function entryOf(block: u32): usize {
  return blockTable + ((block as usize) << 2);
}

@inline
export function addressOf(block: u32): usize {
  return heapStart + ((block as usize) << BLOCK_LOG2);
}

@inline
export function blockOf(address: usize): u32 {
  return ((address - heapStart) >>> BLOCK_LOG2) as u32;
}

@inline
export function entry(state: u32, detail: u32): u32 {
  return state | (detail << 8);
}

@inline
export function stateOf(value: u32): u32 {
  return value & 255;
}

@inline
export function detailOf(value: u32): u32 {
  return value >>> 8;
}

@inline
export function highBlocks(): u32 {
  return atomic.load<u32>(HIGH_BLOCKS);
}

/** Takes block `block` from entry value `from` to `to`; false when another agent was faster. */
@inline
export function claim(block: u32, from: u32, to: u32): bool {
  return atomic.cmpxchg<u32>(entryOf(block), from, to) == from;
}

@inline
function isFree(block: u32): bool {
  return stateOf(atomic.load<u32>(entryOf(block))) == BLOCK_FREE;
}

/** Takes a free block, whoever has its pages, into state RESERVED. */
function claimFree(block: u32, owner: u32): bool {
  const value = atomic.load<u32>(entryOf(block));
  return stateOf(value) == BLOCK_FREE && claim(block, value, entry(BLOCK_RESERVED, owner));
}

/** Makes sure that the memory reaches `end`. */
export function grow(end: usize): bool {
  if (atomic.load<usize>(GROWN_END) >= end) return true;
  const pages = ((end - 1) >>> PAGE_LOG2) + 1;
  // Others may grow at the same time: then the memory ends up larger than needed, which costs nothing until it is
  // touched.
  while ((memory.size() as usize) < pages) {
    const size = memory.size() as usize;
    const most = heapEnd >>> PAGE_LOG2;
    const step = max(pages - size, min(GROWTH_PAGES, most > size ? most - size : 0));
    if (memory.grow(step as i32) < 0 && (memory.size() as usize) < pages && memory.grow((pages - size) as i32) < 0) {
      return (memory.size() as usize) >= pages;
    }
  }
  atomic.store<usize>(GROWN_END, (memory.size() as usize) << PAGE_LOG2);
  return true;
}

/** Counts `blocks` more blocks as used by collected objects; false, and nothing is counted, beyond the limit. */
export function reserve(blocks: u32): bool {
  const limit = load<u32>(PLAN_LIMIT_BLOCKS);
  if (blocks > limit) return false;
  if (atomic.add<u32>(USED_BLOCKS, blocks) + blocks <= limit) return true;
  atomic.sub<u32>(USED_BLOCKS, blocks);
  return false;
}

/**
 * The same for when a full collection did not help, while the world is stopped: a heap that is full of holes rather
 * than of objects may take more blocks than its limit, up to PLAN_EXTRA_BLOCKS, as long as the lines in use stay below
 * the limit.
 */
export function reserveBeyond(blocks: u32): bool {
  const limit = load<u32>(PLAN_LIMIT_BLOCKS);
  const used = atomic.load<u32>(USED_BLOCKS) + blocks;
  const holes = load<u32>(PARTIAL_LINES) / LINES_PER_BLOCK;
  if (blocks > limit || used > limit + load<u32>(PLAN_EXTRA_BLOCKS) || used > limit + holes) return false;
  atomic.add<u32>(USED_BLOCKS, blocks);
  return true;
}

/** Takes `count` blocks that were never used, and zeroed, in state RESERVED; NONE when the memory ends. */
export function takeFresh(count: u32, owner: u32): u32 {
  for (;;) {
    const high = highBlocks();
    const end = addressOf(high) + ((count as usize) << BLOCK_LOG2);
    if (count > MOST_BLOCKS || end > heapEnd || end < heapStart || !grow(end)) return NONE;
    if (atomic.cmpxchg<u32>(HIGH_BLOCKS, high, high + count) != high) continue;
    // Until an entry is written here it reads UNUSED, which no search and no sweep touches.
    for (let i: u32 = 0; i < count; i++) atomic.store<u32>(entryOf(high + i), entry(BLOCK_RESERVED, owner));
    return high;
  }
}

/** True when `reserve` fails. */
export function limitReached(): bool {
  return atomic.load<u32>(USED_BLOCKS) >= load<u32>(PLAN_LIMIT_BLOCKS);
}

/** Takes `reserve` back. */
export function unreserve(blocks: u32): void {
  atomic.sub<u32>(USED_BLOCKS, blocks);
}

/**
 * Takes a run of `count` free blocks below the high mark, searched from the top, where single blocks are taken last.
 * NONE if there is none.
 */
export function takeRun(count: u32, owner: u32): u32 {
  let block = highBlocks();
  let run: u32 = 0;
  while (block > 0) {
    block--;
    if (!isFree(block)) {
      run = 0;
      continue;
    }
    if (++run < count) continue;
    let taken: u32 = 0;
    while (taken < count && claimFree(block + taken, owner)) taken++;
    if (taken == count) {
      atomic.sub<u32>(AVAILABLE_BLOCKS, count);
      return block;
    }
    // Another agent took one of them first: give the others back, and go on below.
    for (let i: u32 = 0; i < taken; i++) atomic.store<u32>(entryOf(block + i), BLOCK_FREE);
    run = 0;
  }
  return NONE;
}

/** Free blocks at the end of the used range together with fresh ones: the last resort for a large object. */
function takeTail(count: u32, owner: u32): u32 {
  const high = highBlocks();
  let first = high;
  while (first > 0 && high - first < count && isFree(first - 1)) first--;
  if (first == high) return NONE;
  const fresh = count - (high - first);
  const end = addressOf(high + fresh);
  if (end > heapEnd || end < heapStart || !grow(end)) return NONE;
  let taken = first;
  while (taken < high && claimFree(taken, owner)) taken++;
  if (taken < high || atomic.cmpxchg<u32>(HIGH_BLOCKS, high, high + fresh) != high) {
    for (let i = first; i < taken; i++) atomic.store<u32>(entryOf(i), BLOCK_FREE);
    return NONE;
  }
  for (let i: u32 = 0; i < fresh; i++) atomic.store<u32>(entryOf(high + i), entry(BLOCK_RESERVED, owner));
  atomic.sub<u32>(AVAILABLE_BLOCKS, high - first);
  return first;
}

/** `count` contiguous blocks in state RESERVED for large or permanent data; NONE when there are none. */
export function takeSpan(count: u32, owner: u32): u32 {
  let first = NONE;
  if (atomic.load<i32>(AVAILABLE_BLOCKS) >= (count as i32)) first = takeRun(count, owner);
  if (first == NONE) first = takeFresh(count, owner);
  if (first == NONE) first = takeRun(count, owner);
  if (first == NONE) first = takeTail(count, owner);
  return first;
}

/** Gives `count` blocks back as free ones. Their line marks must be clear. */
export function freeBlocks(first: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) atomic.store<u32>(entryOf(first + i), BLOCK_FREE);
  atomic.add<u32>(AVAILABLE_BLOCKS, count);
}

/** Number of free lines of a block. */
export function freeLinesOf(block: u32): u32 {
  let marks = lineOf(addressOf(block));
  const end = marks + LINES_PER_BLOCK;
  let marked: u64 = 0;
  for (; marks < end; marks += 8) marked += popcnt<u64>(load<u64>(marks));
  return LINES_PER_BLOCK - (marked as u32);
}

/**
 * Takes the next block that is free (if `whole`) or has at least `least` free lines into the calling agent's name; NONE
 * when there is none below the high mark. Agents share one cursor, so that together they pass over the table once.
 */
export function takeSingle(least: u32, owner: u32, whole: bool): u32 {
  const high = highBlocks();
  for (let looked: u32 = 0; looked < high; looked++) {
    let block = atomic.add<u32>(BLOCK_CURSOR, 1);
    if (block >= high) {
      // Whoever comes first starts it over; the others find it changed.
      atomic.cmpxchg<u32>(BLOCK_CURSOR, block + 1, 0);
      continue;
    }
    const value = atomic.load<u32>(entryOf(block));
    const state = stateOf(value);
    if (state == BLOCK_FREE) {
      if (!whole || !reserve(1)) continue;
      if (claim(block, value, entry(BLOCK_OWNED, owner))) {
        atomic.sub<u32>(AVAILABLE_BLOCKS, 1);
        return block;
      }
      atomic.sub<u32>(USED_BLOCKS, 1);
    } else if (state == BLOCK_PARTIAL && detailOf(value) >= least) {
      if (claim(block, value, entry(BLOCK_OWNED, owner))) {
        if (detailOf(value) >= GOOD_LINES) atomic.sub<u32>(AVAILABLE_BLOCKS, 1);
        return block;
      }
    }
  }
  return NONE;
}

/**
 * Frees what agent `id` had reserved when it died. Its nursery and log are left to the next full collection, which asks
 * for no owner; a sweep on another agent passes over reserved blocks, so the two cannot meet.
 */
export function releaseReserved(id: u32): void {
  const high = highBlocks();
  for (let block: u32 = 0; block < high; block++) {
    if (claim(block, entry(BLOCK_RESERVED, id), BLOCK_FREE)) atomic.add<u32>(AVAILABLE_BLOCKS, 1);
  }
}

/** Number of blocks of a LARGE entry. */
@inline
export function spanOf(value: u32): u32 {
  return detailOf(value) & LARGE_BLOCKS_MASK;
}

/** Turns a reserved span into a large object's. */
export function makeLarge(first: u32, count: u32): void {
  for (let i: u32 = 1; i < count; i++) atomic.store<u32>(entryOf(first + i), entry(BLOCK_LARGE_REST, first));
  // Last: a sweep that sees LARGE relies on the rest.
  atomic.store<u32>(entryOf(first), entry(BLOCK_LARGE, count));
}

/** Bytes of a span of blocks, rounded up. */
@inline
export function blocksFor(bytes: usize): u32 {
  return ((bytes >>> BLOCK_LOG2) + ((bytes & (BLOCK_BYTES - 1)) != 0 ? 1 : 0)) as u32;
}

/**
 * Takes blocks for a large object; NONE when there are no such blocks, or the limit is reached; `beyond`: the limit of
 * a heap full of holes.
 */
export function takeLarge(blocks: u32, beyond: bool): u32 {
  if (!reserve(blocks) && !(beyond && reserveBeyond(blocks))) return NONE;
  const first = takeSpan(blocks, agent);
  if (first == NONE) unreserve(blocks);
  return first;
}
