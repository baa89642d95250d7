/**
 * Checks of the tables beside the objects, on a stopped world: block entries, their counts, the marks of lines that
 * nobody lives in.
 */
import { AGENT_NURSERY, AGENT_NURSERY_COUNT } from "../../layout/agents";
import {
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_LARGE,
  BLOCK_LARGE_REST,
  BLOCK_LOG,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  BLOCK_PERMANENT,
  BLOCK_RESERVED,
  LINES_PER_BLOCK,
  RETURNED,
} from "../../layout/blocks";
import { AGENTS_HIGH, FORCE_FULL, USED_BLOCKS } from "../../layout/control-words";
import { controlBlock } from "../base/state";
import { addressOf, detailOf, entryOf, freeLinesOf, highBlocks, spanOf, stateOf } from "../allocate/blocks";

/** The address of the first block whose entry is not right, or the address of the counter that is not; 0 if all are. */
export function verifyBlocks(): usize {
  const high = highBlocks();
  // An agent that died leaves blocks in its name, and counters wrong, until a full collection counts anew.
  const exact = atomic.load<u32>(FORCE_FULL) == 0;
  let used: u32 = 0;
  let block: u32 = 0;
  while (block < high) {
    const value = atomic.load<u32>(entryOf(block));
    const state = stateOf(value);
    if (!isRight(block, value)) return addressOf(block);
    if (state == BLOCK_LARGE) {
      used += spanOf(value);
      block += spanOf(value);
      continue;
    }
    if (state == BLOCK_OWNED || state == BLOCK_PARTIAL || state == BLOCK_FULL) used++;
    block++;
  }
  if (exact && used != atomic.load<u32>(USED_BLOCKS)) return USED_BLOCKS;
  return exact ? verifyNurseries() : 0;
}

function isRight(block: u32, value: u32): bool {
  const detail = detailOf(value);
  switch (stateOf(value)) {
    case BLOCK_FREE:
      return detail <= (RETURNED as u32) && freeLinesOf(block) == (LINES_PER_BLOCK as u32);
    case BLOCK_PARTIAL:
      return detail == freeLinesOf(block);
    case BLOCK_OWNED:
      return detail < atomic.load<u32>(AGENTS_HIGH);
    case BLOCK_LARGE:
      return isSpan(block, spanOf(value));
    case BLOCK_FULL:
    case BLOCK_RESERVED:
    case BLOCK_PERMANENT:
    case BLOCK_LOG:
      return true;
    default:
      // A block in the middle of a large object without its beginning, or a state that does not exist.
      return false;
  }
}

function isSpan(first: u32, count: u32): bool {
  if (count == 0 || first + count > highBlocks()) return false;
  for (let i: u32 = 1; i < count; i++) {
    const value = atomic.load<u32>(entryOf(first + i));
    if (stateOf(value) != BLOCK_LARGE_REST || detailOf(value) != first) return false;
  }
  return true;
}

/** Every block in a nursery is its agent's, and listed once. */
function verifyNurseries(): usize {
  const agents = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < agents; id++) {
    const control = controlBlock(id);
    const count = load<usize>(control, AGENT_NURSERY_COUNT);
    for (let i: usize = 0; i < count; i++) {
      const block = load<u32>(control + (i << 2), AGENT_NURSERY);
      if (block >= highBlocks()) return control;
      const value = atomic.load<u32>(entryOf(block));
      if (stateOf(value) != BLOCK_OWNED || detailOf(value) != id) return addressOf(block);
    }
  }
  return 0;
}
