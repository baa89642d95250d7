/**
 * Marking: all stopped agents together find what is reachable.
 *
 * A marker does not look at an object when it finds a reference to it, but pushes the reference; popped entries pass through a window of
 * eight, touched on entry and looked at on exit, so that their cache misses overlap (twice as fast on large heaps). An object may be pushed
 * often and even be scanned by two markers at once: both write the same.
 *
 * MARK_WORD counts markers at work. A marker that finds no work leaves; who takes the count to 0 knows that all is done, because only a
 * marker at work can find more. An agent that dies at work would keep the count up: `reclaim` then sets MARK_ABORT, all leave, and the
 * collector starts over.
 */
import {
  AGENT_FIFO,
  AGENT_MARKING,
  BLOCK_LARGE_REST,
  EPOCH,
  MARKED_BYTES,
  MARKERS_POSSIBLE,
  MARK_ABORT,
  MARK_WORD,
  POOL_COUNT,
  STAT_MARKED_OBJECTS,
} from "./control";
import {
  ARRAY_ELEMENTS,
  ARRAY_LENGTH,
  HEADER_EPOCH_MASK,
  HEADER_FLAGS_MASK,
  HEADER_OLD_UNLOGGED,
  INLINE_ALLOCATION_MAXIMUM,
  TYPE_ARRAY,
  TYPE_KIND,
  TYPE_RECORD,
  TYPE_REFMAP,
  TYPE_REFMAP_MORE,
  TYPE_SIZE,
} from "./layout";
import { addressOf, blockOf, detailOf, entryOf, stateOf } from "./blocks";
import { DEBUGGING, FAIL_HEADER, FAIL_REFERENCE, fail } from "./debug";
import { WINDOW, donate, markTop, resetWork, setMarkTop, softEnd, spill, takeWork, wakeSleepers, workWaits } from "./mark-stack";
import { heapEnd, heapStart, lineOf, markBase, self } from "./state";
import { pauseForMarkers } from "./wait";

/** Larger objects have blocks of their own, and no line marks. */
export const LARGEST_SMALL: usize = INLINE_ALLOCATION_MAXIMUM;
/** Entries between popping and looking. */
const TOUCHED: u32 = 8;
const FIFO_MASK: u32 = 15;
/** Elements of a large array scanned at a time; the rest waits on the stack, where others can take it. */
const WINDOW_BYTES: usize = 16384;
/** A marker looks around once per this many entries. */
const STEPS: u32 = 64;
/** Bytes of stack worth sharing. */
const SHARED_BYTES: usize = 256;
const COUNT_MASK: u32 = 255;

let epoch: u32 = 0;
/** Keeps the touching loads alive. */
let touchSink: u32 = 0;

/** True for an address in the heap: not null, not i31, not the address of anything else. Even and in range, by one comparison. */
// @ts-ignore: decorator
@inline
function isObject(word: usize, start: usize, halfSpan: usize): bool {
  return rotr<usize>(word - start, 1) < halfSpan;
}

/** Marks the lines of an object, [object, object + size). Two markers may do it at once. */
// @ts-ignore: decorator
@inline
function markLines(object: usize, size: usize): void {
  const first = lineOf(object);
  const last = lineOf(object + size - 1);
  if (last - first < 2) {
    if (load<u8>(first) == 0) store<u8>(first, 1);
    if (load<u8>(last) == 0) store<u8>(last, 1);
  } else if (size <= LARGEST_SMALL) memory.fill(first, 1, last - first + 1);
}

/** Pushes the references of a struct past word 31. */
function scanMore(object: usize, more: usize, top: usize): usize {
  const start = heapStart;
  const halfSpan = (heapEnd - start) >>> 1;
  const count = load<u32>(more);
  for (let i: u32 = 0; i < count; i++) {
    more += 4;
    const word = load<usize>(object + load<usize>(more));
    if (isObject(word, start, halfSpan)) {
      store<usize>(top, word);
      top += 4;
    }
  }
  return top;
}

/** Pushes the references in [at, end). */
function scanWords(at: usize, end: usize, top: usize): usize {
  const start = heapStart;
  const halfSpan = (heapEnd - start) >>> 1;
  for (; at < end; at += 4) {
    const word = load<usize>(at);
    if (isObject(word, start, halfSpan)) {
      store<usize>(top, word);
      top += 4;
    }
  }
  return top;
}

/** Pushes the next elements of a large array, and before them, where others take from, what is left of it. */
function scanWindow(at: usize, top: usize): usize {
  let block = blockOf(at);
  const value = load<u32>(entryOf(block));
  if (stateOf(value) == BLOCK_LARGE_REST) block = detailOf(value);
  const array = addressOf(block);
  const end = array + ARRAY_ELEMENTS + (load<usize>(array, ARRAY_LENGTH) << 2);
  const stop = min(end, at + WINDOW_BYTES);
  if (stop < end) {
    store<usize>(top, stop | WINDOW);
    top += 4;
  }
  return scanWords(at, stop, top);
}

/** Bytes of an array, a multiple of 8. */
// @ts-ignore: decorator
@inline
export function arrayBytes(array: usize, type: usize): usize {
  return (ARRAY_ELEMENTS + (load<usize>(array, ARRAY_LENGTH) << load<usize>(type, TYPE_SIZE)) + 7) & ~7;
}

/** Pushes the references of an array of type `type`. */
function scanArray(array: usize, type: usize, top: usize): usize {
  if (load<u32>(type, TYPE_REFMAP) == 0) return top;
  if (arrayBytes(array, type) > LARGEST_SMALL) {
    store<usize>(top, (array + ARRAY_ELEMENTS) | WINDOW);
    return top + 4;
  }
  return scanWords(array + ARRAY_ELEMENTS, array + ARRAY_ELEMENTS + (load<usize>(array, ARRAY_LENGTH) << 2), top);
}

/** Pushes the references of a struct (or of whatever has a struct's record). */
// @ts-ignore: decorator
@inline
function scanStruct(object: usize, type: usize, top: usize, start: usize, halfSpan: usize): usize {
  let map = load<u32>(type, TYPE_REFMAP);
  while (map != 0) {
    const word = load<usize>(object + ((ctz<u32>(map) as usize) << 2));
    map &= map - 1;
    if (isObject(word, start, halfSpan)) {
      store<usize>(top, word);
      top += 4;
    }
  }
  const more = load<usize>(type, TYPE_REFMAP_MORE);
  return more == 0 ? top : scanMore(object, more, top);
}

function checkHeader(object: usize, descriptor: usize): void {
  if (object < heapStart || object >= heapEnd) fail(FAIL_REFERENCE, object);
  const size = (memory.size() as usize) << 16;
  if (descriptor == 0 || descriptor > size - 64) fail(FAIL_HEADER, object);
  const type = load<usize>(descriptor, TYPE_RECORD);
  if (type == 0 || type > size - 64 || (type & 7) != 0 || load<usize>(type, TYPE_RECORD) != type) fail(FAIL_HEADER, object);
}

/** Does the work on the stack, and what others give away, until there is none. False when the marking is given up. */
function drain(): bool {
  const start = heapStart;
  const halfSpan = (heapEnd - start) >>> 1;
  const current = epoch;
  const base = markBase;
  const soft = softEnd();
  const fifo = self + AGENT_FIFO;
  let top = markTop;
  let head: u32 = 0;
  let tail: u32 = 0;
  let steps: u32 = 0;
  let sink: u32 = 0;
  let bytes: u64 = 0;
  let count: u64 = 0;
  let alive = true;
  for (;;) {
    while (top > base && tail - head < TOUCHED) {
      top -= 4;
      const work = load<usize>(top);
      sink ^= load<u32>(work);
      store<usize>(fifo + (((tail & FIFO_MASK) as usize) << 2), work);
      tail++;
    }
    if (head == tail) {
      setMarkTop(top);
      if (!takeWork()) break;
      top = markTop;
      continue;
    }
    const work = load<usize>(fifo + (((head & FIFO_MASK) as usize) << 2));
    head++;
    if ((work & WINDOW) != 0) top = scanWindow(work & ~7, top);
    else {
      const header = load<u32>(work);
      if ((header & HEADER_EPOCH_MASK) != current) {
        const descriptor = header & ~HEADER_FLAGS_MASK;
        if (DEBUGGING()) checkHeader(work, descriptor);
        const type = load<usize>(descriptor, TYPE_RECORD);
        // Only the low byte, plainly: no agent runs, and a second marker writes the same.
        store<u8>(work, (header & 0xf8) | current | HEADER_OLD_UNLOGGED);
        if (type != descriptor) {
          store<usize>(top, descriptor);
          top += 4;
        }
        count++;
        if (load<u32>(type, TYPE_KIND) != TYPE_ARRAY) {
          const size = load<usize>(type, TYPE_SIZE);
          bytes += size as u64;
          markLines(work, size);
          top = scanStruct(work, type, top, start, halfSpan);
        } else {
          const size = arrayBytes(work, type);
          bytes += size as u64;
          markLines(work, size);
          top = scanArray(work, type, top);
        }
      }
    }
    if (top > soft) top = spill(top);
    if ((++steps & (STEPS - 1)) == 0) {
      if (atomic.load<u32>(MARK_ABORT) != 0) {
        alive = false;
        break;
      }
      if (top - base >= SHARED_BYTES && atomic.load<u32>(POOL_COUNT) == 0 && othersWait()) {
        setMarkTop(top);
        donate();
        top = markTop;
      }
    }
  }
  touchSink = sink;
  atomic.add<u64>(MARKED_BYTES, bytes);
  atomic.add<u64>(STAT_MARKED_OBJECTS, count);
  return alive;
}

// @ts-ignore: decorator
@inline
function othersWait(): bool {
  return (atomic.load<u32>(MARK_WORD) & COUNT_MASK) < load<u32>(MARKERS_POSSIBLE);
}

/** Pushes the word of a root slot if it is a reference. */
export function pushRoot(word: usize): void {
  if (!isObject(word, heapStart, (heapEnd - heapStart) >>> 1)) return;
  store<usize>(markTop, word);
  setMarkTop(markTop + 4);
  if (markTop > softEnd()) setMarkTop(spill(markTop));
}

/** Makes an object whose write was logged old and unlogged again, and pushes what it refers to. */
export function rescan(object: usize): void {
  const header = load<u32>(object);
  const type = load<usize>(header & ~HEADER_FLAGS_MASK, TYPE_RECORD);
  store<u8>(object, header | HEADER_OLD_UNLOGGED);
  let top = markTop;
  if (load<u32>(type, TYPE_KIND) == TYPE_ARRAY) top = scanArray(object, type, top);
  else top = scanStruct(object, type, top, heapStart, (heapEnd - heapStart) >>> 1);
  if (top > softEnd()) top = spill(top);
  setMarkTop(top);
}

/** Opens marking, with the caller, the collector, as its first marker. The world is stopped. */
export function beginMarking(): void {
  resetWork();
  epoch = load<u32>(EPOCH);
  atomic.store<u64>(MARKED_BYTES, 0);
  atomic.store<u32>(MARK_ABORT, 0);
  store<u32>(self, 1, AGENT_MARKING);
  // Last: opens the marking, and publishes all that was set up before it.
  atomic.store<u32>(MARK_WORD, (((atomic.load<u32>(MARK_WORD) >>> 8) + 1) << 8) | 1);
}

/** Lets nobody in any more, whatever the count says. */
export function closeMarking(): void {
  atomic.store<u32>(MARK_WORD, ((atomic.load<u32>(MARK_WORD) >>> 8) + 1) << 8);
}

/** Adds `change` to the count of marking `sequence`; 0 when that marking is closed, else the new MARK_WORD. */
function changeCount(sequence: u32, change: i32): u32 {
  let word = atomic.load<u32>(MARK_WORD);
  while (word >>> 8 == sequence && (word & COUNT_MASK) != 0) {
    const found = atomic.cmpxchg<u32>(MARK_WORD, word, word + change);
    if (found == word) return word + change;
    word = found;
  }
  return 0;
}

/** The collector's part. True when all is marked, false when the marking was given up: then it must start over. */
export function markAsCollector(): bool {
  const sequence = atomic.load<u32>(MARK_WORD) >>> 8;
  for (;;) {
    if (!drain()) return false;
    // The last one out closes the marking.
    if ((changeCount(sequence, -1) & COUNT_MASK) == 0) break;
    while (!workWaits()) {
      if (atomic.load<u32>(MARK_ABORT) != 0) return false;
      if ((atomic.load<u32>(MARK_WORD) & COUNT_MASK) == 0) break;
      pauseForMarkers();
    }
    if (changeCount(sequence, 1) == 0) break;
  }
  store<u32>(self, 0, AGENT_MARKING);
  return atomic.load<u32>(MARK_ABORT) == 0;
}

/** True when a stopped agent could take part. */
// @ts-ignore: decorator
@inline
export function markingWantsHelp(): bool {
  return workWaits() && (atomic.load<u32>(MARK_WORD) & COUNT_MASK) != 0 && atomic.load<u32>(MARK_ABORT) == 0;
}

/** A stopped agent's part. */
export function helpMarking(): void {
  // Before it is counted: should the agent die from here on, `reclaim` sees that a count may be missing.
  atomic.store<u32>(self, 1, AGENT_MARKING);
  const sequence = atomic.load<u32>(MARK_WORD) >>> 8;
  if (changeCount(sequence, 1) != 0) {
    epoch = load<u32>(EPOCH);
    setMarkTop(markBase);
    if (drain() && changeCount(sequence, -1) == sequence << 8) wakeSleepers(-1);
  }
  atomic.store<u32>(self, 0, AGENT_MARKING);
}
