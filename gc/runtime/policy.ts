/** When to collect, and what: budgets set after each collection, with the world stopped. */
import {
  AGENTS_HIGH,
  AGENT_NURSERY_USED,
  BLOCKS_TO_KEEP,
  BLOCK_BYTES,
  BLOCK_LOG2,
  CROWDED_COUNT,
  CROWDED_PAUSES,
  CROWDED_SINCE,
  FULL_THRESHOLD,
  LARGE_BUDGET_BLOCKS,
  LARGE_YOUNG_BLOCKS,
  LAST_FULL_END,
  LAST_FULL_PAUSE,
  MARKED_BYTES,
  MODE,
  MODE_STRESS,
  NURSERY_BYTES,
  PARTIAL_LINES,
  PLAN_LIMIT_BLOCKS,
  PLAN_NURSERY_BYTES,
  PROMOTED_BYTES,
  STAT_LIVE_BYTES,
  USED_BLOCKS,
} from "./control";
import { stoppedAt } from "./pauses";
import { controlBlock } from "./state";

const MEGABYTE: u32 = 1 << 20;
/** One agent alone: fits a core's caches, and a collection of almost nothing but roots is cheap. */
const NURSERY_ALONE: u32 = 4 * MEGABYTE;
/** Several agents, or much that lives: each collection costs more, so there are fewer of them. */
const NURSERY_MOST: u32 = 16 * MEGABYTE;
const NURSERY_LEAST: u32 = 4 * BLOCK_BYTES;
const BIG_LIVE_SET: f64 = 64.0 * 1048576.0;
/** Garbage worth a full collection. */
const PROMOTION_LEAST: f64 = 8.0 * 1048576.0;
/** A heap of at least so many blocks is looked at as a whole now and then: at most every ten seconds, and for a hundredth of the time. */
const BIG_HEAP_BLOCKS: u32 = (64 * MEGABYTE) >>> BLOCK_LOG2;
const FULL_INTERVAL: f64 = 10000.0;
const FULL_SHARE: f64 = 100.0;
/** Free blocks that always keep their pages. */
const KEPT_LEAST: u32 = (4 * MEGABYTE) >>> BLOCK_LOG2;
/** A full collection that leaves less than this part of the limit free has freed next to nothing. */
const CROWDED_SHARE: u32 = 50;
const CROWDED_COLLECTIONS: u32 = 16;
const CROWDED_TIME: f64 = 0.95;
const BLOCK_LINES_LOG2: u32 = 8;

export function firstBudgets(): void {
  setBudgets(0, 1);
}

/** After a full collection of which everything marked lives, or a young one which added what it marked. `before` blocks were in use. */
export function adjustBudgets(full: bool, active: u32, before: u32): void {
  const marked = load<u64>(MARKED_BYTES) as f64;
  if (full) {
    store<f64>(STAT_LIVE_BYTES, marked);
    store<u32>(PROMOTED_BYTES, 0);
  } else {
    const promoted = (load<u32>(PROMOTED_BYTES) as f64) + marked;
    store<u32>(PROMOTED_BYTES, min(promoted, 4294967295.0) as u32);
  }
  store<u32>(LARGE_YOUNG_BLOCKS, 0);
  setBudgets(load<f64>(STAT_LIVE_BYTES) + (load<u32>(PROMOTED_BYTES) as f64), active);
  if (full) setKept(before, active);
}

/**
 * How many free blocks keep their pages: enough for the nurseries, and half of what was in use before and is not now. So a program whose need
 * goes up and down seldom waits for the system, and what is not needed any more is gone after a few full collections.
 */
function setKept(before: u32, active: u32): void {
  const used = atomic.load<u32>(USED_BLOCKS);
  const nurseries = (load<u32>(NURSERY_BYTES) >>> BLOCK_LOG2) * active;
  const spare = KEPT_LEAST + nurseries;
  store<u32>(BLOCKS_TO_KEEP, max(spare, before > used ? (before - used) / 2 : 0));
}

/** True when the next collection must be a full one: enough objects have grown old, or the last one is long ago and memory might be returned. */
export function fullIsDue(): bool {
  if (load<u32>(PROMOTED_BYTES) > load<u32>(FULL_THRESHOLD)) return true;
  if (load<u32>(PROMOTED_BYTES) == 0 || atomic.load<u32>(USED_BLOCKS) < BIG_HEAP_BLOCKS) return false;
  return stoppedAt() - load<f64>(LAST_FULL_END) > max(FULL_INTERVAL, FULL_SHARE * load<f64>(LAST_FULL_PAUSE));
}

/** Notes whether the full collection that has just ended freed enough for the program to go on. */
export function noteFreed(): void {
  const limit = load<u32>(PLAN_LIMIT_BLOCKS);
  const free = limit - min(atomic.load<u32>(USED_BLOCKS), limit);
  const lines = (free << BLOCK_LINES_LOG2) + load<u32>(PARTIAL_LINES);
  if (lines >= (limit << BLOCK_LINES_LOG2) / CROWDED_SHARE) {
    store<u32>(CROWDED_COUNT, 0);
    return;
  }
  const count = load<u32>(CROWDED_COUNT);
  if (count == 0) {
    store<f64>(CROWDED_SINCE, stoppedAt());
    store<f64>(CROWDED_PAUSES, 0);
  }
  store<u32>(CROWDED_COUNT, count + 1);
  store<f64>(CROWDED_PAUSES, load<f64>(CROWDED_PAUSES) + load<f64>(LAST_FULL_PAUSE));
}

/**
 * True when the program gets nowhere: many full collections in a row have freed next to nothing, and have taken nearly all of the time.
 * An allocation then fails, as if there were no memory at all.
 */
export function isCrowded(): bool {
  if (load<u32>(CROWDED_COUNT) < CROWDED_COLLECTIONS) return false;
  const since = load<f64>(LAST_FULL_END) - load<f64>(CROWDED_SINCE);
  const crowded = load<f64>(CROWDED_PAUSES) > since * CROWDED_TIME;
  store<u32>(CROWDED_COUNT, 0);
  return crowded;
}

/** Agents that allocated since the last collection, at least one. */
export function activeAgents(): u32 {
  let active: u32 = 0;
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) if (load<u32>(controlBlock(id), AGENT_NURSERY_USED) != 0) active++;
  return max<u32>(active, 1);
}

function setBudgets(live: f64, active: u32): void {
  const limit = (load<u32>(PLAN_LIMIT_BLOCKS) as f64) * (BLOCK_BYTES as f64);
  const room = max(limit - live, 0);
  let fixed = load<u32>(PLAN_NURSERY_BYTES);
  // Every collection looks at the whole nursery: where there is one per allocation, it is small.
  if ((load<u32>(MODE) & MODE_STRESS) != 0) fixed = NURSERY_LEAST;
  const wish = fixed != 0 ? fixed : active > 1 || live > BIG_LIVE_SET ? NURSERY_MOST : NURSERY_ALONE;
  // All nurseries together take at most half of what is left, so that survivors find room beside them.
  const share = room / (2.0 * (active as f64));
  store<u32>(NURSERY_BYTES, max<u32>(min(wish as f64, share) as u32, NURSERY_LEAST));
  store<u32>(FULL_THRESHOLD, max(min(max(live, PROMOTION_LEAST), room / 2.0), MEGABYTE as f64) as u32);
  store<u32>(LARGE_BUDGET_BLOCKS, (max(min(room / 4.0, 64.0 * (MEGABYTE as f64)), 2.0 * (MEGABYTE as f64)) as u32) >>> BLOCK_LOG2);
}
