/**
 * Work that markers have found and not done: each one's stack, a pool that they share, and bits for what fits nowhere.
 *
 * An entry is the address of an object; with WINDOW set, the address of the next elements of a large array.
 *
 *   - A stack has a fixed size. Past its soft end the older half is moved to the gray bits, one per 8 bytes of heap:
 *     there is always room, and the order of marking does not matter.
 *   - The pool has slots that change state by compare-and-exchange, so a marker that dies holds no lock.
 */
import { BLOCK_BYTES, BLOCK_LARGE, BLOCK_LARGE_REST, BLOCK_LOG2 } from "../../layout/blocks";
import { GRAY_COUNT, POOL_COUNT } from "../../layout/control-words";
import { POOL_SLOTS, POOL_SLOT_BYTES, POOL_SLOT_ENTRIES } from "../../layout/work-pool";
import { grayBits, grayFlags, heapStart, markBase, markLimit, pool } from "../base/state";
import { wakeSleepers } from "../base/wait";
import { addressOf, blockOf, entryOf, highBlocks, stateOf } from "../allocate/blocks";

/** Entry of a large array's elements from that address on. */
export const WINDOW: usize = 2;
/** What one object or window can push at most: 10,000 fields (the JS API's limit) or 8,190 elements. */
const MOST_PUSHED: usize = 12000 * 4;
const SLOT_EMPTY: u32 = 0;
const SLOT_FULL: u32 = 1;
const SLOT_BUSY: u32 = 2;
const SLOT_COUNT: usize = 4;
const SLOT_ENTRIES: usize = 8;
/** Bytes of gray bits per block. */
const GRAY_BLOCK_BYTES: usize = BLOCK_BYTES / 64;

export let markTop: usize = 0;

export function setMarkTop(top: usize): void {
  markTop = top;
}

/** Past this address `spill` is due before another object is scanned. */
@inline
export function softEnd(): usize {
  return markLimit - MOST_PUSHED;
}

/** Sets the gray bit of an entry. Atomic: markers share bits of a word. */
function makeGray(work: usize): void {
  const address = (work & ~7) - heapStart;
  atomic.or<u32>(grayBits + ((address >>> 8) << 2), 1 << (((address >>> 3) & 31) as u32));
  // After the bit: who clears the flag looks at all bits afterwards.
  const flag = grayFlags + (address >>> BLOCK_LOG2);
  if (atomic.load<u8>(flag) == 0 && atomic.xchg<u8>(flag, 1) == 0) atomic.add<u32>(GRAY_COUNT, 1);
}

/** Moves the older half of the stack, up to `top`, to the gray bits. Returns the new top. */
export function spill(top: usize): usize {
  const half = ((top - markBase) >>> 3) << 2;
  for (let at = markBase; at < markBase + half; at += 4) makeGray(load<usize>(at));
  memory.copy(markBase, markBase + half, top - markBase - half);
  return top - half;
}

/** The entry that a gray bit stands for: inside a large object, any place but its start is a window. */
function entryAt(address: usize): usize {
  const block = blockOf(address);
  const state = stateOf(load<u32>(entryOf(block)));
  if (state == BLOCK_LARGE_REST || (state == BLOCK_LARGE && address != addressOf(block))) return address | WINDOW;
  return address;
}

/** Takes one block's gray bits onto the (empty) stack; false when there are none. */
function takeGray(): bool {
  if (atomic.load<u32>(GRAY_COUNT) == 0) return false;
  const high = highBlocks();
  for (let block: u32 = 0; block < high; block++) {
    // Mostly there are few: passes over eight flags at a time.
    if ((block & 7) == 0 && load<u64>(grayFlags + block) == 0) {
      block += 7;
      continue;
    }
    if (load<u8>(grayFlags + block) == 0 || atomic.cmpxchg<u8>(grayFlags + block, 1, 0) == 0) continue;
    atomic.sub<u32>(GRAY_COUNT, 1);
    const bits = grayBits + (block as usize) * GRAY_BLOCK_BYTES;
    for (let word: usize = 0; word < GRAY_BLOCK_BYTES; word += 4) {
      if (load<u32>(bits + word) == 0) continue;
      let set = atomic.xchg<u32>(bits + word, 0);
      while (set != 0) {
        const address = addressOf(block) + ((word * 8 + (ctz<u32>(set) as usize)) << 3);
        store<usize>(markTop, entryAt(address));
        markTop += 4;
        set &= set - 1;
      }
    }
    return true;
  }
  return false;
}

/**
 * Puts the oldest `entries` of the stack, or as many as fit, into the pool, where idle markers find them: the older an
 * entry, the more is usually behind it.
 */
export function donate(entries: usize): void {
  for (let i: usize = 0; i < (POOL_SLOTS as usize); i++) {
    const slot = pool + i * POOL_SLOT_BYTES;
    if (atomic.cmpxchg<u32>(slot, SLOT_EMPTY, SLOT_BUSY) != SLOT_EMPTY) continue;
    const count = min(entries, POOL_SLOT_ENTRIES as usize);
    store<usize>(slot, count, SLOT_COUNT);
    memory.copy(slot + SLOT_ENTRIES, markBase, count << 2);
    memory.copy(markBase, markBase + (count << 2), markTop - markBase - (count << 2));
    markTop -= count << 2;
    // Publishes the entries.
    atomic.store<u32>(slot, SLOT_FULL);
    atomic.add<u32>(POOL_COUNT, 1);
    wakeSleepers(1);
    return;
  }
}

/** Gets work for an empty stack from the pool or the gray bits. False when there was none. */
export function takeWork(): bool {
  if (atomic.load<u32>(POOL_COUNT) != 0) {
    for (let i: usize = 0; i < (POOL_SLOTS as usize); i++) {
      const slot = pool + i * POOL_SLOT_BYTES;
      if (atomic.load<u32>(slot) != SLOT_FULL || atomic.cmpxchg<u32>(slot, SLOT_FULL, SLOT_BUSY) != SLOT_FULL) continue;
      const bytes = load<usize>(slot, SLOT_COUNT) << 2;
      memory.copy(markBase, slot + SLOT_ENTRIES, bytes);
      markTop = markBase + bytes;
      atomic.sub<u32>(POOL_COUNT, 1);
      atomic.store<u32>(slot, SLOT_EMPTY);
      return true;
    }
  }
  return takeGray();
}

/** True while `takeWork` may find something. */
@inline
export function workWaits(): bool {
  return atomic.load<u32>(POOL_COUNT) != 0 || atomic.load<u32>(GRAY_COUNT) != 0;
}

/** Empties everything, also after a marking that was given up. */
export function resetWork(): void {
  for (let i: usize = 0; i < (POOL_SLOTS as usize); i++) atomic.store<u32>(pool + i * POOL_SLOT_BYTES, SLOT_EMPTY);
  atomic.store<u32>(POOL_COUNT, 0);
  markTop = markBase;
}

/** Clears all gray bits. */
export function clearGray(): void {
  const high = highBlocks() as usize;
  memory.fill(grayFlags, 0, high);
  memory.fill(grayBits, 0, high * GRAY_BLOCK_BYTES);
  atomic.store<u32>(GRAY_COUNT, 0);
}
