/**
 * An agent's nursery: the blocks that it allocates into between two collections, and the holes in them.
 *
 *     list    | b0 | b1 | b2 | b3 | b4 | b5 | ...        block numbers, in the agent's control block
 *               used  ^cursor             ^tail  used by medium objects
 *
 * Small objects take holes from the front, medium ones whole blocks from the back. After a collection the same blocks
 * are used again, so that allocation stays in cache and touches no fresh pages; blocks of which three quarters survived
 * are given away.
 *
 * Survivors do not move, so a few small ones make a block useless for large objects. Nurseries therefore leave most of
 * the whole blocks alone: where those are rare, a nursery consists of holes, and rather is small than takes more.
 */
import {
  AGENT_ALLOCATED,
  AGENT_NURSERY,
  AGENT_NURSERY_COUNT,
  AGENT_NURSERY_USED,
  NURSERY_CAPACITY,
} from "../../layout/agents";
import {
  BLOCK_BYTES,
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  LINES_PER_BLOCK,
  LINE_LOG2,
} from "../../layout/blocks";
import {
  AGENTS_HIGH,
  AVAILABLE_BLOCKS,
  FORCE_FULL,
  LAST_WAS_FULL,
  MODE,
  MODE_STRESS,
  NURSERY_BYTES,
  SEQUENCE,
  USED_BLOCKS,
} from "../../layout/control-words";
import { PLAN_LIMIT_BLOCKS } from "../../layout/plan";
import { agent, getTop, lineOf, self, setBuffer } from "../base/state";
import {
  GOOD_LINES,
  NONE,
  addressOf,
  claim,
  detailOf,
  entry,
  entryOf,
  freeLinesOf,
  highBlocks,
  limitReached,
  reserve,
  reserveBeyond,
  stateOf,
  takeFresh,
  takeSingle,
  takeSpan,
  unreserve,
} from "./blocks";

/** A block with fewer free lines is not worth a visit. */
export const USEFUL_LINES: u32 = 8;
/** Objects above this size do not end a buffer that is too short for them. */
const MEDIUM: usize = 1024;
/** Whole blocks that a nursery may have in any case. */
const LEAST_BLOCKS: u32 = 4;
/** Entries of the list that `refill` leaves to extra blocks. */
const EXTRA_BLOCKS: u32 = 16;

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

@inline
function listed(index: u32): u32 {
  return load<u32>(self + ((index as usize) << 2), AGENT_NURSERY);
}

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
 * True when whole blocks are rare: then blocks with holes come first, so that few small survivors do not spread over
 * blocks that large objects need.
 */
function areBlocksRare(): bool {
  return atomic.load<u32>(USED_BLOCKS) > load<u32>(PLAN_LIMIT_BLOCKS) / 2;
}

/** How many whole blocks a nursery may have: all nurseries together get a quarter of those that are left. */
function wholeBlocksAllowed(): u32 {
  const limit = load<u32>(PLAN_LIMIT_BLOCKS);
  const left = limit - min(atomic.load<u32>(USED_BLOCKS), limit);
  return max(left / (4 * atomic.load<u32>(AGENTS_HIGH)), LEAST_BLOCKS);
}

/** A block for the nursery that is at least a quarter free, else a fresh one. */
function takeGoodBlock(): u32 {
  const available = atomic.load<i32>(AVAILABLE_BLOCKS);
  if (available > 0) {
    const block = takeSingle(GOOD_LINES, agent, true);
    if (block != NONE) return block;
    // The count was wrong, because an agent died: without this, each search would pass over the whole table in vain.
    if (!limitReached()) atomic.cmpxchg<i32>(AVAILABLE_BLOCKS, available, 0);
  }
  if (!reserve(1)) return NONE;
  const block = takeFresh(1, agent);
  if (block == NONE) unreserve(1);
  else atomic.store<u32>(entryOf(block), entry(BLOCK_OWNED, agent));
  return block;
}

/**
 * Where `refill` looks for blocks: at holes if whole blocks are rare, then at good blocks as long as it may have whole
 * ones, then at holes.
 */
const HOLES_FIRST: u32 = 0;
const GOOD: u32 = 1;
const HOLES: u32 = 2;

/**
 * Makes the nursery ready after a collection: keeps blocks that are a quarter free, and adds others up to the budget.
 */
export function refill(): void {
  const last = load<u32>(self, AGENT_NURSERY_COUNT);
  const budget = load<u32>(NURSERY_BYTES) >>> LINE_LOG2;
  let wholes = wholeBlocksAllowed();
  let count: u32 = 0;
  let lines: u32 = 0;
  forget();
  seen = load<u32>(SEQUENCE);
  for (let i: u32 = 0; i < last; i++) {
    const block = listed(i);
    const free = freeLinesOf(block);
    const whole = free == LINES_PER_BLOCK;
    if (free >= GOOD_LINES && lines < budget && !(whole && wholes == 0)) {
      list(count++, block);
      lines += free;
      if (whole) wholes--;
    } else giveBack(block, free);
  }
  let looking = areBlocksRare() ? HOLES_FIRST : GOOD;
  while (lines < budget && count < (NURSERY_CAPACITY as u32) - EXTRA_BLOCKS) {
    if (looking == GOOD && wholes == 0) looking = HOLES;
    const block = looking == GOOD ? takeGoodBlock() : takeSingle(USEFUL_LINES, agent, false);
    if (block == NONE) {
      if (looking == HOLES) break;
      looking++;
      continue;
    }
    const free = freeLinesOf(block);
    list(count++, block);
    lines += free;
    if (free == LINES_PER_BLOCK) wholes--;
  }
  store<u32>(self, count, AGENT_NURSERY_COUNT);
  store<u32>(self, 1, AGENT_NURSERY_USED);
  tail = count;
  // Too little came together: young collections cannot help any more.
  if (lines < min(budget / 4, LEAST_BLOCKS * LINES_PER_BLOCK) && load<u32>(LAST_WAS_FULL) == 0) {
    atomic.store<u32>(FORCE_FULL, 1);
  }
}

/** Refills after a collection. */
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

/** Where the hole ends that `holeIn` found. */
let holeEnd: usize = 0;

/** The first hole of at least `size` bytes in `block`, from `from` bytes after its start on; 0 when there is none. */
function holeIn(block: u32, from: usize, size: usize): usize {
  const start = addressOf(block);
  const first = lineOf(start);
  const end = first + LINES_PER_BLOCK;
  let mark = first + (from >>> LINE_LOG2);
  while (mark < end) {
    if (load<u8>(mark) != 0) {
      mark++;
      continue;
    }
    const stop = nextMarked(mark, end);
    if (((stop - mark) << LINE_LOG2) >= size) {
      holeEnd = start + ((stop - first) << LINE_LOG2);
      return start + ((mark - first) << LINE_LOG2);
    }
    mark = stop;
  }
  return 0;
}

/** The next hole of at least `size` bytes becomes the buffer. 0 when the nursery is used up. */
export function nextHole(size: usize): usize {
  while (cursor < tail) {
    const block = listed(cursor);
    const hole = holeIn(block, offset, size);
    if (hole != 0) {
      offset = holeEnd - addressOf(block);
      return useHole(hole, size, holeEnd);
    }
    cursor++;
    offset = 0;
  }
  return 0;
}

/**
 * An object too large for most holes: carved from whole blocks at the end of the nursery, and the buffer stays as it
 * is.
 */
export function allocateMedium(size: usize): usize {
  if (mediumLimit - mediumTop < size && !takeHole(BLOCK_BYTES) && !exchangeForWhole() && !takeHole(size)) return 0;
  return carve(size);
}

function carve(size: usize): usize {
  const address = mediumTop;
  mediumTop += size;
  countBytes(size);
  return address;
}

/** Takes a block with a hole of at least `size` bytes, of which medium objects are carved, from the end of the list. */
function takeHole(size: usize): bool {
  // Block `cursor` is in use, unless nothing was taken from it yet.
  const first = offset > 0 ? cursor + 1 : cursor;
  for (let i = tail; i > first; i--) {
    const block = listed(i - 1);
    const hole = holeIn(block, 0, size);
    if (hole == 0) continue;
    tail--;
    list(i - 1, listed(tail));
    list(tail, block);
    mediumTop = hole;
    mediumLimit = holeEnd;
    return true;
  }
  return false;
}

/**
 * Gives the last unused block away, which has survivors, for one that has none: a few old objects in each block must
 * not make every medium object cost a collection.
 */
function exchangeForWhole(): bool {
  const first = offset > 0 ? cursor + 1 : cursor;
  if (tail <= first) return false;
  const block = takeWhole(false);
  if (block == NONE) return false;
  tail--;
  const given = listed(tail);
  list(tail, block);
  giveBack(given, freeLinesOf(given));
  mediumTop = addressOf(block);
  mediumLimit = mediumTop + BLOCK_BYTES;
  return true;
}

/**
 * A block without survivors, in the agent's name; NONE when there is none, or the limit is reached; `beyond`: the limit
 * of a heap full of holes.
 */
function takeWhole(beyond: bool): u32 {
  if (!reserve(1) && !(beyond && reserveBeyond(1))) return NONE;
  const block = takeSpan(1, agent);
  if (block == NONE) unreserve(1);
  else atomic.store<u32>(entryOf(block), entry(BLOCK_OWNED, agent));
  return block;
}

/** Takes memory that the nursery has; 0 when it is used up. */
export function fromNursery(size: usize): usize {
  refreshNursery();
  return size > MEDIUM ? allocateMedium(size) : nextHole(size);
}

/**
 * An object for which the nursery, just refilled, has no hole that is large enough: takes one more whole block, or,
 * `anywhere`, a block with a hole of that size. 0 when there is none. The caller collects first, so that objects of a
 * size that never fits do not grow the heap to its limit.
 */
export function allocateInExtraBlock(size: usize, anywhere: bool): usize {
  const count = load<u32>(self, AGENT_NURSERY_COUNT);
  if (count == NURSERY_CAPACITY) return 0;
  let block = takeWhole(false);
  if (block == NONE && anywhere) block = takeWithHole(size);
  if (block == NONE && anywhere) block = takeWhole(true);
  if (block == NONE) return 0;
  list(count, block);
  store<u32>(self, count + 1, AGENT_NURSERY_COUNT);
  mediumTop = holeIn(block, 0, size);
  mediumLimit = holeEnd;
  return carve(size);
}

/**
 * Takes any block with a hole of at least `size` bytes, however few lines it has free: one that searches for a nursery
 * pass over.
 */
function takeWithHole(size: usize): u32 {
  const high = highBlocks();
  for (let block: u32 = 0; block < high; block++) {
    const value = atomic.load<u32>(entryOf(block));
    const state = stateOf(value);
    if ((state != BLOCK_PARTIAL && state != BLOCK_FULL) || holeIn(block, 0, size) == 0) continue;
    if (!claim(block, value, entry(BLOCK_OWNED, agent))) continue;
    if (state == BLOCK_PARTIAL && detailOf(value) >= GOOD_LINES) atomic.sub<u32>(AVAILABLE_BLOCKS, 1);
    return block;
  }
  return NONE;
}
