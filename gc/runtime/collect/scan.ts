/**
 * What an object refers to, and which lines it lies in. The functions push references to `top` and return the new top.
 *
 * A word is stored whether it is a reference or not, and `top` goes past it only if it is; lines are marked again that
 * are marked already: which fields are null, and which object is a line's first, no processor can predict, and a branch
 * for it costs more than the store.
 */
import { BLOCK_LARGE_REST } from "../../layout/blocks";
import { ARRAY_ELEMENTS, ARRAY_LENGTH, HEADER_FLAGS_MASK, INLINE_ALLOCATION_MAXIMUM } from "../../layout/objects";
import { KIND_ARRAY } from "../../layout/record-kinds";
import { TYPE_KIND, TYPE_RECORD, TYPE_REFMAP, TYPE_REFMAP_MORE, TYPE_SIZE } from "../../layout/type-record";
import { FAIL_HEADER, FAIL_REFERENCE, fail } from "../base/debug";
import { heapEnd, heapStart, lineOf } from "../base/state";
import { addressOf, blockOf, detailOf, entryOf, stateOf } from "../allocate/blocks";
import { WINDOW } from "./mark-stack";

/** Larger objects have blocks of their own, and no line marks. */
export const LARGEST_SMALL: usize = INLINE_ALLOCATION_MAXIMUM;
/** Elements of a large array scanned at a time; the rest waits on the stack, where others can take it. */
const WINDOW_BYTES: usize = 16384;

/**
 * True for an address in the heap: not null, not i31, not the address of anything else. Even and in range, by one
 * comparison.
 */
@inline
export function isObject(word: usize, start: usize, halfSpan: usize): bool {
  return rotr<usize>(word - start, 1) < halfSpan;
}

/** Marks the lines of an object, [object, object + size). Two markers may do it at once. */
@inline
export function markLines(object: usize, size: usize): void {
  const first = lineOf(object);
  const last = lineOf(object + size - 1);
  if (last - first < 2) {
    store<u8>(first, 1);
    store<u8>(last, 1);
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
    store<usize>(top, word);
    top += (isObject(word, start, halfSpan) as usize) << 2;
  }
  return top;
}

/** Pushes the references in [at, end). */
export function scanWords(at: usize, end: usize, top: usize): usize {
  const start = heapStart;
  const halfSpan = (heapEnd - start) >>> 1;
  for (; at < end; at += 4) {
    const word = load<usize>(at);
    store<usize>(top, word);
    top += (isObject(word, start, halfSpan) as usize) << 2;
  }
  return top;
}

/** Pushes the next elements of a large array, and before them, where others take from, what is left of it. */
export function scanWindow(at: usize, top: usize): usize {
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

/** Pushes the references that the record's bit map shows. */
@inline
export function scanMapped(object: usize, type: usize, top: usize, start: usize, halfSpan: usize): usize {
  let map = load<u32>(type, TYPE_REFMAP);
  while (map != 0) {
    const word = load<usize>(object + ((ctz<u32>(map) as usize) << 2));
    map &= map - 1;
    store<usize>(top, word);
    top += (isObject(word, start, halfSpan) as usize) << 2;
  }
  return top;
}

/** Pushes what any object refers to, its custom descriptor included. */
export function scanObject(object: usize, top: usize): usize {
  const descriptor = (load<u32>(object) & ~HEADER_FLAGS_MASK) as usize;
  const type = load<usize>(descriptor, TYPE_RECORD);
  if (type != descriptor) {
    store<usize>(top, descriptor);
    top += 4;
  }
  if (load<u32>(type, TYPE_KIND) == KIND_ARRAY) return scanArray(object, type, top);
  top = scanMapped(object, type, top, heapStart, (heapEnd - heapStart) >>> 1);
  const more = load<usize>(type, TYPE_REFMAP_MORE);
  return more == 0 ? top : scanMore(object, more, top);
}

/** Marks the lines of any object; returns its size. */
export function markOther(object: usize): usize {
  const type = load<usize>((load<u32>(object) & ~HEADER_FLAGS_MASK) as usize, TYPE_RECORD);
  const size = load<u32>(type, TYPE_KIND) == KIND_ARRAY ? arrayBytes(object, type) : load<usize>(type, TYPE_SIZE);
  markLines(object, size);
  return size;
}
/** Checks in the debug build that a marker is about to mark an object. */
export function checkHeader(object: usize, descriptor: usize): void {
  if (object < heapStart || object >= heapEnd) fail(FAIL_REFERENCE, object);
  const size = (memory.size() as usize) << 16;
  if (descriptor == 0 || descriptor > size - 64) fail(FAIL_HEADER, object);
  const type = load<usize>(descriptor, TYPE_RECORD);
  if (type == 0 || type > size - 64 || (type & 7) != 0 || load<usize>(type, TYPE_RECORD) != type) {
    fail(FAIL_HEADER, object);
  }
}
