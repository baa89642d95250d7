/**
 * The write barrier's slow half. An old object that is written to may from then on refer to young ones; it is logged
 * once per collection.
 *
 * Of a large array only what was written is looked at again: it has no line marks, so their bytes serve as cards, one
 * per 128 bytes, and its header keeps OLD_UNLOGGED, so that each write gets here.
 *
 * A log is a chain of segments: the agent's own 64 KB, and then blocks of the heap.
 *
 *     | previous segment | its end | object | object | ...
 */
import { AGENT_LOG_LIMIT, AGENT_LOG_SEGMENT, AGENT_LOG_TOP } from "../../layout/agents";
import { BLOCK_BYTES, BLOCK_LARGE, BLOCK_LOG, LARGE_WRITTEN } from "../../layout/blocks";
import { FORCE_FULL } from "../../layout/control-words";
import { HEADER_OLD_UNLOGGED } from "../../layout/objects";
import { PLAN_LOGS, PLAN_LOG_BYTES } from "../../layout/plan";
import { needLittleStack } from "../base/stack";
import { agent, controlBlock, heapStart, lineOf, self } from "../base/state";
import { NONE, addressOf, blockOf, entry, entryOf, freeBlocks, stateOf, takeSpan } from "../allocate/blocks";

export const SEGMENT_ENTRIES: usize = 8;

export function log(object: usize): void {
  needLittleStack();
  append(object);
  // Cleared after the entry is written: an agent that dies in between leaves an object logged twice, never one that
  // nobody logs. Two agents that see the bit at once both log the object, which costs a second look. Nothing else
  // writes headers while agents run.
  store<u8>(object, load<u8>(object) & ~HEADER_OLD_UNLOGGED);
}

/** The same for `bytes` bytes of elements, at `start`, of an array of references. */
export function logElements(array: usize, start: usize, bytes: usize): void {
  const at = entryOf(blockOf(array));
  const value = atomic.load<u32>(at);
  // One element of an array in the log already: what a sort does all the time.
  if (bytes == 4 && (value & LARGE_WRITTEN) != 0 && stateOf(value) == BLOCK_LARGE) {
    store<u8>(lineOf(start), 1);
    return;
  }
  if (stateOf(value) != BLOCK_LARGE) {
    log(array);
    return;
  }
  if (bytes == 0) return;
  needLittleStack();
  const first = lineOf(start);
  memory.fill(first, 1, lineOf(start + bytes - 1) - first + 1);
  // Who sets the bit logs the array. Should that agent die before it does, the next collection is a full one.
  if ((value & LARGE_WRITTEN) == 0 && atomic.cmpxchg<u32>(at, value, value | LARGE_WRITTEN) == value) append(array);
}

function append(object: usize): void {
  let top = load<usize>(self, AGENT_LOG_TOP);
  if (top == load<usize>(self, AGENT_LOG_LIMIT)) top = nextSegment();
  if (top == 0) return;
  store<usize>(top, object);
  store<usize>(self, top + 4, AGENT_LOG_TOP);
}

/**
 * Opens another segment. Returns 0 when the memory is full: the next collection is then a full one, which needs no log.
 */
function nextSegment(): usize {
  const block = takeSpan(1, agent);
  if (block == NONE) {
    atomic.store<u32>(FORCE_FULL, 1);
    return 0;
  }
  const segment = addressOf(block);
  store<usize>(segment, load<usize>(self, AGENT_LOG_SEGMENT));
  store<usize>(segment, load<usize>(self, AGENT_LOG_TOP), 4);
  atomic.store<u32>(entryOf(block), entry(BLOCK_LOG, agent));
  store<usize>(self, segment, AGENT_LOG_SEGMENT);
  store<usize>(self, segment + SEGMENT_ENTRIES, AGENT_LOG_TOP);
  store<usize>(self, segment + BLOCK_BYTES, AGENT_LOG_LIMIT);
  return segment + SEGMENT_ENTRIES;
}

/** Empties the log of agent `id`. The world is stopped. */
export function resetLog(id: u32): void {
  const control = controlBlock(id);
  let segment = load<usize>(control, AGENT_LOG_SEGMENT);
  while (segment >= heapStart) {
    const previous = load<usize>(segment);
    freeBlocks(blockOf(segment), 1);
    segment = previous;
  }
  openLog(id);
}

function openLog(id: u32): void {
  const control = controlBlock(id);
  const bytes = load<usize>(PLAN_LOG_BYTES);
  const base = load<usize>(PLAN_LOGS) + (id as usize) * bytes;
  store<usize>(base, 0);
  store<usize>(base, 0, 4);
  store<usize>(control, base, AGENT_LOG_SEGMENT);
  store<usize>(control, base + SEGMENT_ENTRIES, AGENT_LOG_TOP);
  store<usize>(control, base + bytes, AGENT_LOG_LIMIT);
}

/**
 * The log of an agent that starts under an id. After an agent that died the words may not fit each other: the log
 * counts as full until the next collection, which is a full one and frees the chain.
 */
export function attachLog(id: u32): void {
  const control = controlBlock(id);
  if (load<usize>(control, AGENT_LOG_SEGMENT) == 0) openLog(id);
  else store<usize>(control, load<usize>(control, AGENT_LOG_TOP), AGENT_LOG_LIMIT);
}
