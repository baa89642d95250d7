/**
 * Memory that is never freed: type records, tables, instances' blocks. Small pieces are carved from spans of blocks,
 * large ones are spans.
 */
import { BLOCK_BYTES, BLOCK_LOG2, BLOCK_PERMANENT } from "../../layout/blocks";
import { PERMANENT_BLOCKS, PERMANENT_END, PERMANENT_LOCK, PERMANENT_TOP } from "../../layout/control-words";
import { PLAN_LIMIT_BLOCKS } from "../../layout/plan";
import { acquireLock, breakLock, releaseLock } from "../base/owned-lock";
import { needLittleStack } from "../base/stack";
import { agent, heapEnd, heapStart } from "../base/state";
import { NONE, addressOf, blocksFor, entryOf, takeSpan } from "./blocks";

/** Blocks taken at a time for small pieces. */
const SPAN_BLOCKS: u32 = 4;

/**
 * Opens the lock that agent `id` may have held when it died: it is held for a few stores, each of which leaves the
 * words usable.
 */
export function unlockDead(id: u32): void {
  breakLock(PERMANENT_LOCK, id);
}

/**
 * Counts `blocks` more as permanent; false, and nothing is counted, where collected objects would not have the room
 * that they may take.
 */
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
  acquireLock(PERMANENT_LOCK);
  let top = load<usize>(PERMANENT_TOP);
  if (top + size > load<usize>(PERMANENT_END)) {
    let blocks = SPAN_BLOCKS;
    let start = takePermanent(blocks);
    if (start == 0) {
      blocks = 1;
      start = takePermanent(blocks);
    }
    if (start == 0) {
      releaseLock(PERMANENT_LOCK);
      return 0;
    }
    // In this order: whoever finds the words after the owner's death sees an empty range until both belong together.
    store<usize>(PERMANENT_END, 0);
    store<usize>(PERMANENT_TOP, start);
    store<usize>(PERMANENT_END, start + ((blocks as usize) << BLOCK_LOG2));
    top = start;
  }
  store<usize>(PERMANENT_TOP, top + size);
  releaseLock(PERMANENT_LOCK);
  return top;
}
