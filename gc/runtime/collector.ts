/** An agent becomes the collector: because it found no room, because it was told to, or for a test. */
import { LAST_WAS_FULL, SEQUENCE } from "../layout/control-words";
import { reportCollection } from "./base/pauses";
import { hasPlentyOfStack, needMuchStack } from "./base/stack";
import { NONE, takeLarge } from "./allocate/blocks";
import { isCrowded } from "./allocate/crowded";
import { allocateInExtraBlock, fromNursery, refill } from "./allocate/nursery";
import { mayShrink, shrink } from "./allocate/shrink";
import { runCollection } from "./collect/collection";
import { releaseWorld, requestStop } from "./collect/stop";
import { beginSafe, endSafe, park } from "./safepoint";

/** Collects now, or takes part in the collection that another agent has begun. The shadow stack's end is saved. */
export function collectYoung(): void {
  needMuchStack();
  if (requestStop()) {
    runCollection(false, false);
    finish();
  } else park();
}

/** Collects everything. */
export function collectFull(): void {
  stopAndCollectAll();
  finish();
}

/**
 * Collects everything, and takes `blocks` blocks before other agents run again and could be faster. Returns the first,
 * or NONE.
 */
export function collectForSpan(blocks: u32): u32 {
  stopAndCollectAll();
  const first = isCrowded() ? NONE : takeLarge(blocks, true);
  refill();
  releaseWorld();
  reportCollection();
  return first;
}

/** Collects everything, and allocates `size` bytes before other agents run again. 0 when the memory is full. */
export function collectForObject(size: usize): usize {
  stopAndCollectAll();
  let address: usize = 0;
  if (!isCrowded()) {
    address = fromNursery(size);
    if (address == 0) address = allocateInExtraBlock(size, true);
  }
  releaseWorld();
  reportCollection();
  return address;
}

function stopAndCollectAll(): void {
  needMuchStack();
  while (!requestStop()) park();
  runCollection(true, false);
}

/** As if each safepoint were the one at which the nursery is used up; now and then everything is collected. */
export function collectForStress(): void {
  if ((load<u32>(SEQUENCE) & 15) == 15) collectFull();
  else collectYoung();
}

/** Refills the collector's nursery before others can take the blocks, and lets the world go. */
function finish(): void {
  refill();
  releaseWorld();
  reportCollection();
  if (load<u32>(LAST_WAS_FULL) == 0 || !mayShrink() || !hasPlentyOfStack()) return;
  beginSafe();
  shrink();
  endSafe();
}
