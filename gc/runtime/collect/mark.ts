/**
 * Marking: all stopped agents together find what is reachable.
 *
 * A marker does not look at an object when it finds a reference to it, but pushes the reference; popped entries pass
 * through a window of eight, touched on entry and looked at on exit, so that their cache misses overlap (twice as fast
 * on large heaps). An object may be pushed often and even be scanned by two markers at once: both write the same.
 *
 * MARK_WORD counts markers at work. A marker that finds no work leaves; who takes the count to 0 knows that all is
 * done, because only a marker at work can find more. An agent that dies at work would keep the count up: `reclaim` then
 * sets MARK_ABORT, all leave, and the collector starts over.
 */
import { AGENT_FIFO, AGENT_FIFO_WORDS, AGENT_MARKING } from "../../layout/agents";
import { BLOCK_LARGE, LARGE_WRITTEN, LINE_BYTES, LINE_LOG2 } from "../../layout/blocks";
import {
  EPOCH,
  EVENT,
  MARKED_BYTES,
  MARKERS_POSSIBLE,
  MARK_ABORT,
  MARK_WORD,
  POOL_COUNT,
} from "../../layout/control-words";
import {
  ARRAY_ELEMENTS,
  ARRAY_LENGTH,
  HEADER_EPOCH_MASK,
  HEADER_FLAGS_MASK,
  HEADER_OLD_UNLOGGED,
} from "../../layout/objects";
import { KIND_STRUCT } from "../../layout/record-kinds";
import { STAT_MARKED_OBJECTS } from "../../layout/statistics";
import { TYPE_KIND, TYPE_RECORD, TYPE_REFMAP_MORE, TYPE_SIZE } from "../../layout/type-record";
import { isCondemned, rest } from "../base/condemn";
import { DEBUGGING } from "../base/debug";
import { heapEnd, heapStart, lineOf, markBase, self } from "../base/state";
import { sleepUntilEvent, tired, wakeSleepers } from "../base/wait";
import { blockOf, entryOf, stateOf } from "../allocate/blocks";
import { WINDOW, donate, markTop, resetWork, setMarkTop, softEnd, spill, takeWork, workWaits } from "./mark-stack";
import { checkHeader, isObject, markLines, markOther, scanMapped, scanObject, scanWindow, scanWords } from "./scan";

/** Entries between popping and looking. */
const TOUCHED: u32 = 8;
const FIFO_MASK: u32 = AGENT_FIFO_WORDS - 1;
/** A marker looks around once per this many entries. */
const STEPS: u32 = 64;
/** Bytes of stack worth sharing. */
const SHARED_BYTES: usize = 32;
const COUNT_MASK: u32 = 255;

let epoch: u32 = 0;
/** Keeps the touching loads alive. */
let touchSink: u32 = 0;

/** True for the records of most structs: the bit map shows all references. */
@inline
function isPlain(type: usize): bool {
  return ((load<u32>(type, TYPE_KIND) ^ KIND_STRUCT) | load<u32>(type, TYPE_REFMAP_MORE)) == 0;
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
  let count: u32 = 0;
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
        const descriptor = (header & ~HEADER_FLAGS_MASK) as usize;
        if (DEBUGGING()) checkHeader(work, descriptor);
        const type = load<usize>(descriptor, TYPE_RECORD);
        // Only the low byte, plainly: no agent runs, and a second marker writes the same.
        store<u8>(work, (header & 0xf8) | current | HEADER_OLD_UNLOGGED);
        count++;
        if (isPlain(type)) {
          const size = load<usize>(type, TYPE_SIZE);
          bytes += size as u64;
          markLines(work, size);
          // A custom descriptor has many objects, and is mostly marked already: its header is next to the word just
          // read.
          if (type != descriptor && (load<u32>(descriptor) & HEADER_EPOCH_MASK) != current) {
            store<usize>(top, descriptor);
            top += 4;
          }
          top = scanMapped(work, type, top, start, halfSpan);
        } else {
          // Out of line: arrays in the loop slow structs down.
          bytes += markOther(work) as u64;
          top = scanObject(work, top);
        }
      }
    }
    if (top > soft) top = spill(top);
    if ((++steps & (STEPS - 1)) == 0) {
      if (atomic.load<u32>(MARK_ABORT) != 0) {
        alive = false;
        break;
      }
      if (top - base >= SHARED_BYTES && atomic.load<u32>(POOL_COUNT) == 0 && othersWait()) top = share(top);
    }
  }
  touchSink = sink;
  atomic.add<u64>(MARKED_BYTES, bytes);
  atomic.add<u64>(STAT_MARKED_OBJECTS, count as u64);
  return alive;
}

function share(top: usize): usize {
  setMarkTop(top);
  donate((top - markBase) >>> 3);
  return markTop;
}

/** Gives everything found so far to a marker that has nothing yet, if there is one. */
export function shareRoots(): void {
  if (markTop != markBase && atomic.load<u32>(POOL_COUNT) + 1 < load<u32>(MARKERS_POSSIBLE)) {
    donate((markTop - markBase) >>> 2);
  }
}

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

/**
 * Pushes what a logged object refers to, or the written elements of a large array, and makes it old and unlogged again.
 */
export function rescan(object: usize): void {
  const at = entryOf(blockOf(object));
  const value = load<u32>(at);
  const whole = (load<u32>(object) & HEADER_OLD_UNLOGGED) == 0;
  store<u8>(object, load<u8>(object) | HEADER_OLD_UNLOGGED);
  if (stateOf(value) == BLOCK_LARGE && (value & LARGE_WRITTEN) != 0) {
    store<u32>(at, value & ~LARGE_WRITTEN);
    rescanCards(object);
  }
  if (!whole) return;
  let top = scanObject(object, markTop);
  if (top > softEnd()) top = spill(top);
  setMarkTop(top);
}

/** Pushes the elements of a large array whose cards are set, and clears the cards. */
function rescanCards(array: usize): void {
  const first = array + ARRAY_ELEMENTS;
  const end = first + (load<usize>(array, ARRAY_LENGTH) << 2);
  const lastCard = lineOf(end - 1);
  const soft = softEnd();
  let top = markTop;
  // A block's cards are eight-byte aligned, and so are the cards of a span of blocks.
  for (let card = lineOf(array); card <= lastCard; card += 8) {
    let set = load<u64>(card);
    store<u64>(card, 0);
    while (set != 0) {
      const line = array + ((card - lineOf(array) + ((ctz<u64>(set) >>> 3) as usize)) << LINE_LOG2);
      set &= set - 1;
      top = scanWords(max(line, first), min(line + LINE_BYTES, end), top);
      if (top > soft) top = spill(top);
    }
  }
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

/** The collector waits for another marker to finish or to give work away. */
function pauseForMarkers(): void {
  if (!tired()) return;
  const event = atomic.load<u32>(EVENT);
  if (workWaits() || (atomic.load<u32>(MARK_WORD) & 255) == 0 || atomic.load<u32>(MARK_ABORT) != 0) return;
  sleepUntilEvent(event);
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
@inline
export function markingWantsHelp(): bool {
  return workWaits() && (atomic.load<u32>(MARK_WORD) & COUNT_MASK) != 0 && atomic.load<u32>(MARK_ABORT) == 0;
}

/** A stopped agent's part. */
export function helpMarking(): void {
  // Before it is counted: should the agent die from here on, `reclaim` sees that a count may be missing.
  atomic.store<u32>(self, 1, AGENT_MARKING);
  if (isCondemned()) {
    atomic.store<u32>(self, 0, AGENT_MARKING);
    rest();
  }
  const sequence = atomic.load<u32>(MARK_WORD) >>> 8;
  if (changeCount(sequence, 1) != 0) {
    epoch = load<u32>(EPOCH);
    setMarkTop(markBase);
    if (drain() && changeCount(sequence, -1) == sequence << 8) wakeSleepers(-1);
  }
  atomic.store<u32>(self, 0, AGENT_MARKING);
}
