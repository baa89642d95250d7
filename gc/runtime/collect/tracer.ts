/**
 * A second, simple traversal of everything reachable, on a stopped world. It verifies the heap, and it takes all marks
 * back when a marking must start over. It shares no code with marking: its visited set is the gray bits (empty outside
 * of marking), not the headers.
 */
import { BLOCK_FULL, BLOCK_LARGE, BLOCK_OWNED, BLOCK_PARTIAL, LARGE_WRITTEN } from "../../layout/blocks";
import { EPOCH, FORCE_FULL } from "../../layout/control-words";
import { NULL_REFERENCE } from "../../layout/memory-map";
import {
  ARRAY_ELEMENTS,
  ARRAY_LENGTH,
  HEADER_EPOCH_MASK,
  HEADER_FLAGS_MASK,
  HEADER_OLD_UNLOGGED,
} from "../../layout/objects";
import { KIND_ARRAY } from "../../layout/record-kinds";
import { TYPE_KIND, TYPE_RECORD, TYPE_REFMAP, TYPE_REFMAP_MORE, TYPE_SIZE } from "../../layout/type-record";
import { grayBits, heapEnd, heapStart, lineOf, markBase, markLimit } from "../base/state";
import { addressOf, blockOf, entryOf, highBlocks, stateOf } from "../allocate/blocks";
import { clearGray } from "./mark-stack";
import { LARGEST_SMALL, arrayBytes } from "./scan";

/** Takes marks back. */
export const TRACE_RESET: u32 = 0;
/** Checks objects of any age. */
export const TRACE_VERIFY: u32 = 1;
/** Checks that every object is marked, as right after a collection. */
export const TRACE_VERIFY_MARKED: u32 = 2;

/** True while roots are to go to `traceEdge`. */
export let tracing: bool = false;
let mode: u32 = 0;
let bad: usize = 0;
let top: usize = 0;
let overflowed: bool = false;
/** The object whose children are being visited, if it is one that a young collection passes over; else 0. */
let passedOver: usize = 0;

function setVisited(object: usize): bool {
  const granule = (object - heapStart) >>> 3;
  const byte = grayBits + (granule >>> 3);
  const bit = (1 as u32) << ((granule & 7) as u32);
  if ((load<u8>(byte) & bit) != 0) return false;
  store<u8>(byte, load<u8>(byte) | bit);
  return true;
}

/** Visits what a slot holds. */
export function traceEdge(word: usize): void {
  if ((word & 1) != 0 || word == (NULL_REFERENCE as usize) || bad != 0) return;
  if (word < heapStart || word >= heapEnd || (word & 7) != 0 || !isSound(word)) {
    // While marks are taken back, a word outside the heap means what it means to marking: nothing.
    if (mode != TRACE_RESET) bad = word;
    return;
  }
  if (passedOver != 0 && (load<u32>(word) & HEADER_EPOCH_MASK) == 0) bad = passedOver;
  if (!setVisited(word)) return;
  if (mode == TRACE_RESET) store<u8>(word, load<u8>(word) & ~HEADER_FLAGS_MASK);
  if (top == markLimit) {
    overflowed = true;
    return;
  }
  store<usize>(top, word);
  top += 4;
}

/** Checks an object's block, header and line marks. */
function isSound(object: usize): bool {
  const block = blockOf(object);
  if (block >= highBlocks()) return false;
  const state = stateOf(load<u32>(entryOf(block)));
  const large = state == BLOCK_LARGE && object == addressOf(block);
  if (!large && state != BLOCK_OWNED && state != BLOCK_PARTIAL && state != BLOCK_FULL) return false;
  const header = load<u32>(object);
  const type = recordOf(header);
  if (type == 0) return false;
  if (mode == TRACE_RESET) return true;
  const marked = (header & HEADER_EPOCH_MASK) == load<u32>(EPOCH);
  if (!marked) return mode == TRACE_VERIFY && (header & HEADER_FLAGS_MASK) == 0;
  if (mode == TRACE_VERIFY_MARKED && (header & HEADER_OLD_UNLOGGED) == 0) return false;
  const size = load<u32>(type, TYPE_KIND) == KIND_ARRAY ? arrayBytes(object, type) : load<usize>(type, TYPE_SIZE);
  if (large) return size > LARGEST_SMALL;
  const last = lineOf(object + size - 1);
  for (let mark = lineOf(object); mark <= last; mark++) if (load<u8>(mark) == 0) return false;
  return true;
}

/** The type record that a header leads to, or 0. */
function recordOf(header: u32): usize {
  const end = ((memory.size() as usize) << 16) - 64;
  const descriptor = (header & ~HEADER_FLAGS_MASK) as usize;
  if (descriptor == 0 || descriptor > end) return 0;
  const type = load<usize>(descriptor, TYPE_RECORD);
  return type != 0 && (type & 7) == 0 && type <= end && load<usize>(type, TYPE_RECORD) == type ? type : 0;
}

/**
 * True for an old object that nobody has logged: it must not refer to young ones, because a young collection does not
 * look at it. Not known when the next collection is a full one, which needs no logs.
 */
function isPassedOver(object: usize): bool {
  const header = load<u32>(object);
  if (mode != TRACE_VERIFY || (header & HEADER_EPOCH_MASK) != load<u32>(EPOCH)) return false;
  return (header & HEADER_OLD_UNLOGGED) != 0 && atomic.load<u32>(FORCE_FULL) == 0;
}

/**
 * True for an element of a large array whose card is set: the next collection looks at it although the array is not
 * logged.
 */
function isCarded(array: usize, element: usize): bool {
  const value = load<u32>(entryOf(blockOf(array)));
  return stateOf(value) == BLOCK_LARGE && (value & LARGE_WRITTEN) != 0 && load<u8>(lineOf(element)) != 0;
}

function traceElements(array: usize): void {
  const old = passedOver;
  const end = array + ARRAY_ELEMENTS + (load<usize>(array, ARRAY_LENGTH) << 2);
  for (let at = array + ARRAY_ELEMENTS; at < end; at += 4) {
    passedOver = old != 0 && !isCarded(array, at) ? old : 0;
    traceEdge(load<usize>(at));
  }
}

function traceChildren(object: usize): void {
  passedOver = isPassedOver(object) ? object : 0;
  traceFields(object);
  passedOver = 0;
}

function traceFields(object: usize): void {
  const descriptor = (load<u32>(object) & ~HEADER_FLAGS_MASK) as usize;
  const type = load<usize>(descriptor, TYPE_RECORD);
  if (type != descriptor) traceEdge(descriptor);
  const map = load<u32>(type, TYPE_REFMAP);
  if (load<u32>(type, TYPE_KIND) == KIND_ARRAY) {
    if (map != 0) traceElements(object);
    return;
  }
  for (let word: u32 = 0; word < 32; word++) {
    if ((map & (1 << word)) != 0) traceEdge(load<usize>(object + ((word as usize) << 2)));
  }
  const more = load<usize>(type, TYPE_REFMAP_MORE);
  if (more == 0) return;
  for (let i: usize = 0; i < load<usize>(more); i++) traceEdge(load<usize>(object + load<usize>(more + 4 + (i << 2))));
}

function drain(): void {
  while (top > markBase) {
    top -= 4;
    traceChildren(load<usize>(top));
  }
}

/** Visits the children of all visited objects again, because some of those found no room on the stack. */
function revisit(): void {
  const end = grayBits + ((highBlocks() as usize) << 9);
  for (let byte = grayBits; byte < end; byte++) {
    const bits = load<u8>(byte);
    for (let bit: u32 = 0; bits >>> (bit as u8) != 0 && bit < 8; bit++) {
      if ((bits & ((1 as u8) << (bit as u8))) == 0) continue;
      traceChildren(heapStart + ((((byte - grayBits) << 3) + bit) << 3));
      drain();
    }
  }
}

/** Begins: from here on roots are to go to `traceEdge`. */
export function beginTracing(what: u32): void {
  mode = what;
  bad = 0;
  top = markBase;
  overflowed = false;
  tracing = true;
  clearGray();
}

/**
 * Follows everything from the roots that were visited. Returns 0, or the address of the first object or reference that
 * is not right.
 */
export function finishTracing(): usize {
  drain();
  while (overflowed && bad == 0) {
    overflowed = false;
    revisit();
  }
  clearGray();
  tracing = false;
  return bad;
}
