/** When to collect, and what: budgets set after each collection, with the world stopped. */
import {
  AGENTS_HIGH,
  AGENT_NURSERY_USED,
  BLOCK_BYTES,
  BLOCK_LOG2,
  FULL_THRESHOLD,
  LARGE_BUDGET_BLOCKS,
  LARGE_YOUNG_BLOCKS,
  MARKED_BYTES,
  MODE,
  MODE_STRESS,
  NURSERY_BYTES,
  PLAN_LIMIT_BLOCKS,
  PLAN_NURSERY_BYTES,
  PROMOTED_BYTES,
  STAT_LIVE_BYTES,
} from "./control";
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

export function firstBudgets(): void {
  setBudgets(0, 1);
}

/** After a full collection of which everything marked lives, or a young one which added what it marked. */
export function adjustBudgets(full: bool): void {
  const marked = load<u64>(MARKED_BYTES) as f64;
  if (full) {
    store<f64>(STAT_LIVE_BYTES, marked);
    store<u32>(PROMOTED_BYTES, 0);
  } else {
    const promoted = (load<u32>(PROMOTED_BYTES) as f64) + marked;
    store<u32>(PROMOTED_BYTES, min(promoted, 4294967295.0) as u32);
  }
  store<u32>(LARGE_YOUNG_BLOCKS, 0);
  setBudgets(load<f64>(STAT_LIVE_BYTES) + (load<u32>(PROMOTED_BYTES) as f64), activeAgents());
}

/** Agents that allocated since the last collection, at least one. */
function activeAgents(): u32 {
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
