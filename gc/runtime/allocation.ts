/** Allocation where the inlined path ends. */
import { AGENT_NURSERY_USED } from "../layout/agents";
import { LARGE_BUDGET_BLOCKS, LARGE_YOUNG_BLOCKS, MODE, MODE_STRESS, STOP_REQUEST } from "../layout/control-words";
import { PLAN_LIMIT_BLOCKS } from "../layout/plan";
import { needLittleStack } from "./base/stack";
import { self } from "./base/state";
import { NONE, addressOf, blocksFor, makeLarge, takeLarge } from "./allocate/blocks";
import { isCrowded } from "./allocate/crowded";
import { allocateInExtraBlock, countAllocated, countBytes, fromNursery } from "./allocate/nursery";
import { LARGEST_SMALL } from "./collect/scan";
import { collectForObject, collectForSpan, collectForStress, collectYoung } from "./collector";
import { park, saveStack } from "./safepoint";

export function allocate(size: usize, sp: usize): usize {
  needLittleStack();
  saveStack(sp);
  if (atomic.load<u32>(STOP_REQUEST) != 0) park();
  if ((load<u32>(MODE) & MODE_STRESS) != 0) collectForStress();
  return size > LARGEST_SMALL ? allocateLarge(size) : allocateSmall(size);
}

function allocateSmall(size: usize): usize {
  countAllocated();
  let address = fromNursery(size);
  if (address != 0) return address;
  collectYoung();
  if (isCrowded()) return 0;
  address = fromNursery(size);
  if (address == 0) address = allocateInExtraBlock(size, false);
  return address != 0 ? address : collectForObject(size);
}

/** An object in blocks of its own. */
function allocateLarge(size: usize): usize {
  const blocks = blocksFor(size);
  if (blocks > load<u32>(PLAN_LIMIT_BLOCKS)) return 0;
  const young = atomic.load<u32>(LARGE_YOUNG_BLOCKS);
  if (young != 0 && young + blocks > load<u32>(LARGE_BUDGET_BLOCKS)) {
    store<u32>(self, 1, AGENT_NURSERY_USED);
    collectYoung();
  }
  let first = takeLarge(blocks, false);
  if (first == NONE) first = collectForSpan(blocks);
  if (first == NONE) return 0;
  const address = addressOf(first);
  // New, whatever was here before: should the agent die before it writes the header, a sweep finds an unmarked object.
  store<u32>(address, 0);
  makeLarge(first, blocks);
  atomic.add<u32>(LARGE_YOUNG_BLOCKS, blocks);
  countBytes(size);
  return address;
}
