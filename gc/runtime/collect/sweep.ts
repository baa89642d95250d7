/** After marking: which blocks and large objects are free. The world is stopped. */
import { AGENT_NURSERY, AGENT_NURSERY_COUNT, AGENT_NURSERY_USED } from "../../layout/agents";
import {
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_LARGE,
  BLOCK_LOG2,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  LINES_PER_BLOCK,
  LINE_BYTES,
} from "../../layout/blocks";
import {
  AGENTS_HIGH,
  AVAILABLE_BLOCKS,
  BLOCK_CURSOR,
  EPOCH,
  LARGE_YOUNG_BLOCKS,
  MODE,
  MODE_POISON,
  USED_BLOCKS,
} from "../../layout/control-words";
import { HEADER_EPOCH_MASK } from "../../layout/objects";
import { PARTIAL_LINES } from "../../layout/statistics";
import { poison } from "../base/debug";
import { controlBlock, heapStart, lineOf, lineTable } from "../base/state";
import {
  GOOD_LINES,
  addressOf,
  entry,
  entryOf,
  freeBlocks,
  freeLinesOf,
  highBlocks,
  spanOf,
  stateOf,
} from "../allocate/blocks";
import { USEFUL_LINES, giveBack } from "../allocate/nursery";

/** Takes all line marks back, before a full marking. */
export function clearLines(): void {
  memory.fill(lineOf(heapStart), 0, (highBlocks() as usize) * LINES_PER_BLOCK);
}

/** Frees large objects that are not marked. Old ones keep the mark of the last full collection. */
function sweepLarge(): void {
  const epoch = load<u32>(EPOCH);
  const high = highBlocks();
  const poisons = (load<u32>(MODE) & MODE_POISON) != 0;
  let block: u32 = 0;
  while (block < high) {
    const value = load<u32>(entryOf(block));
    if (stateOf(value) != BLOCK_LARGE) {
      block++;
      continue;
    }
    const count = spanOf(value);
    // A full collection does not read the logs: the next write logs the array again.
    store<u32>(entryOf(block), entry(BLOCK_LARGE, count));
    const address = addressOf(block);
    if ((load<u32>(address) & HEADER_EPOCH_MASK) != epoch) {
      if (poisons) poison(address, address + ((count as usize) << BLOCK_LOG2));
      freeBlocks(block, count);
      atomic.sub<u32>(USED_BLOCKS, count);
    }
    block += count;
  }
}

/** After a young collection. */
export function sweepYoung(): void {
  if (atomic.load<u32>(LARGE_YOUNG_BLOCKS) != 0) sweepLarge();
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    const control = controlBlock(id);
    if ((load<u32>(MODE) & MODE_POISON) != 0) poisonNursery(control);
    // An agent that allocated nothing since the last collection does without its blocks until it comes back.
    if (load<u32>(control, AGENT_NURSERY_USED) == 0) releaseNursery(control);
    store<u32>(control, 0, AGENT_NURSERY_USED);
  }
}

function releaseNursery(control: usize): void {
  const count = load<usize>(control, AGENT_NURSERY_COUNT);
  store<u32>(control, 0, AGENT_NURSERY_COUNT);
  for (let i: usize = 0; i < count; i++) {
    const block = load<u32>(control + (i << 2), AGENT_NURSERY);
    giveBack(block, freeLinesOf(block));
  }
}

/** After a full collection: counts every block's free lines, whoever had it, and takes all nurseries back. */
export function sweepFull(): void {
  sweepLarge();
  const agents = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < agents; id++) {
    store<u32>(controlBlock(id), 0, AGENT_NURSERY_COUNT);
    store<u32>(controlBlock(id), 0, AGENT_NURSERY_USED);
  }
  const high = highBlocks();
  const poisons = (load<u32>(MODE) & MODE_POISON) != 0;
  let used: u32 = 0;
  let available: u32 = 0;
  let lines: u32 = 0;
  for (let block: u32 = 0; block < high; block++) {
    const value = load<u32>(entryOf(block));
    const state = stateOf(value);
    if (state == BLOCK_FREE) available++;
    else if (state == BLOCK_LARGE) used += spanOf(value);
    if (state != BLOCK_OWNED && state != BLOCK_PARTIAL && state != BLOCK_FULL) continue;
    if (poisons) poisonBlock(block);
    const free = freeLinesOf(block);
    if (free >= GOOD_LINES) available++;
    if (free < (LINES_PER_BLOCK as u32)) {
      used++;
      lines += free;
    }
    const next = free == LINES_PER_BLOCK ? BLOCK_FREE : free >= USEFUL_LINES ? entry(BLOCK_PARTIAL, free) : BLOCK_FULL;
    store<u32>(entryOf(block), next);
  }
  // Counted anew: an agent that died may have left the counters wrong.
  atomic.store<u32>(USED_BLOCKS, used);
  atomic.store<u32>(AVAILABLE_BLOCKS, available);
  atomic.store<u32>(BLOCK_CURSOR, 0);
  store<u32>(PARTIAL_LINES, lines);
}

function poisonNursery(control: usize): void {
  const count = load<usize>(control, AGENT_NURSERY_COUNT);
  for (let i: usize = 0; i < count; i++) poisonBlock(load<u32>(control + (i << 2), AGENT_NURSERY));
}

function poisonBlock(block: u32): void {
  const start = addressOf(block);
  for (let line: usize = 0; line < (LINES_PER_BLOCK as usize); line++) {
    const at = start + line * LINE_BYTES;
    if (load<u8>(lineTable + (at >>> 7)) == 0) poison(at, at + LINE_BYTES);
  }
}
