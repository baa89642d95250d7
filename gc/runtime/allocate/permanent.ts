/** Memory that is never freed: type records, tables, instances' blocks. Small pieces are carved from spans of blocks, large ones are spans. */
import {
  BLOCK_BYTES,
  BLOCK_LOG2,
  BLOCK_PERMANENT,
  PERMANENT_BLOCKS,
  PERMANENT_END,
  PERMANENT_LOCK,
  PERMANENT_TOP,
  PLAN_LIMIT_BLOCKS,
} from "../../layout/control";
import { NONE, addressOf, blocksFor, entryOf, takeSpan } from "./blocks";
import { beginCritical, endCritical } from "../condemn";
import { needLittleStack } from "../stack";
import { agent, heapEnd, heapStart, mayBlock } from "../state";

/** Blocks taken at a time for small pieces. */
const SPAN_BLOCKS: u32 = 4;
const LOCK_SPINS: u32 = 1000;
const NANOSECONDS_PER_MILLISECOND: i64 = 1000000;

/** The lock names its owner, so that `reclaim` can open it. It is held for a few instructions, of which each leaves the words usable. */
function lock(): void {
  beginCritical();
  let spins: u32 = 0;
  for (;;) {
    const owner = atomic.cmpxchg<u32>(PERMANENT_LOCK, 0, agent + 1);
    if (owner == 0) return;
    // Not notified: contention is rare, and the time-out also covers an owner that died before it could notify.
    if (++spins > LOCK_SPINS && mayBlock) atomic.wait<u32>(PERMANENT_LOCK, owner, NANOSECONDS_PER_MILLISECOND);
  }
}

function unlock(): void {
  atomic.store<u32>(PERMANENT_LOCK, 0);
  endCritical();
}

/** Opens the lock that agent `id` may have held when it died. */
export function unlockDead(id: u32): void {
  atomic.cmpxchg<u32>(PERMANENT_LOCK, id + 1, 0);
}

/** Counts `blocks` more as permanent; false, and nothing is counted, where collected objects would not have the room that they may take. */
function reservePermanent(blocks: u32): bool {
  const all = ((heapEnd - heapStart) >>> BLOCK_LOG2) as u32;
  const most = all - load<u32>(PLAN_LIMIT_BLOCKS);
  if (blocks > most) return false;
  if (atomic.add<u32>(PERMANENT_BLOCKS, blocks) + blocks <= most) return true;
  atomic.sub<u32>(PERMANENT_BLOCKS, blocks);
  return false;
}

function takePermanent(blocks: u32): usize {
  if (!reservePermanent(blocks)) return 0;
  const first = takeSpan(blocks, agent);
  if (first == NONE) {
    atomic.sub<u32>(PERMANENT_BLOCKS, blocks);
    return 0;
  }
  const start = addressOf(first);
  // Blocks that served before hold old objects.
  memory.fill(start, 0, (blocks as usize) << BLOCK_LOG2);
  for (let i: u32 = 0; i < blocks; i++) atomic.store<u32>(entryOf(first + i), BLOCK_PERMANENT);
  return start;
}

/** `bytes` zeroed bytes, 16-byte aligned; 0 when the memory is full. */
export function allocatePermanent(bytes: usize): usize {
  needLittleStack();
  if (bytes >= (BLOCK_BYTES as usize)) return takePermanent(blocksFor(bytes));
  const size = (bytes + 15) & ~15;
  lock();
  let top = load<usize>(PERMANENT_TOP);
  if (top + size > load<usize>(PERMANENT_END)) {
    let blocks = SPAN_BLOCKS;
    let start = takePermanent(blocks);
    if (start == 0) {
      blocks = 1;
      start = takePermanent(blocks);
    }
    if (start == 0) {
      unlock();
      return 0;
    }
    // In this order: whoever finds the words after the owner's death sees an empty range until both belong together.
    store<usize>(PERMANENT_END, 0);
    store<usize>(PERMANENT_TOP, start);
    store<usize>(PERMANENT_END, start + ((blocks as usize) << BLOCK_LOG2));
    top = start;
  }
  store<usize>(PERMANENT_TOP, top + size);
  unlock();
  return top;
}
