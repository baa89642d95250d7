/** When to collect, and what: budgets set after each collection, with the world stopped. */
import { AGENT_NURSERY_USED } from "../../layout/agents";
import { BLOCK_BYTES, BLOCK_LOG2 } from "../../layout/blocks";
import {
  AGENTS_HIGH,
  FULL_THRESHOLD,
  LARGE_BUDGET_BLOCKS,
  LARGE_YOUNG_BLOCKS,
  MARKED_BYTES,
  MODE,
  MODE_STRESS,
  NURSERY_BYTES,
  PROMOTED_BYTES,
  USED_BLOCKS,
} from "../../layout/control-words";
import { PLAN_LIMIT_BLOCKS, PLAN_NURSERY_BYTES } from "../../layout/plan";
import {
  LAST_END,
  LAST_FULL_END,
  LAST_FULL_PAUSE,
  NURSERY_WISH,
  PAUSE_PER_BYTE,
  STAT_LIVE_BYTES,
  YOUNG_MARKED,
} from "../../layout/statistics";
import { now, stoppedAt } from "../base/pauses";
import { controlBlock } from "../base/state";
import { highBlocks } from "../allocate/blocks";
import { setKept } from "../allocate/shrink";

const MEGABYTE: u32 = 1 << 20;
/** One agent alone: fits a core's caches, and a collection of almost nothing but roots is cheap. */
const NURSERY_ALONE: u32 = 4 * MEGABYTE;
/** Several agents, or much that lives: each collection costs more, so there are fewer of them. */
const NURSERY_MOST: u32 = 16 * MEGABYTE;
const NURSERY_LEAST: u32 = 4 * BLOCK_BYTES;
const NURSERY_BRIEF: f64 = 1048576.0;
/** Milliseconds that a young collection should take at most. */
const PAUSE_GOAL: f64 = 3.0;
/** Milliseconds that it should take even where as much survives as did when most survived of late. */
const PAUSE_MOST: f64 = 4.0;
/** How fast that is forgotten. */
const FORGETTING: f64 = 0.9;
/** Shares of the time between collections. */
const COSTLY: f64 = 0.06;
const CHEAP: f64 = 0.02;
const BIG_LIVE_SET: f64 = 64.0 * 1048576.0;
/** Garbage worth a full collection. */
const PROMOTION_LEAST: f64 = 8.0 * 1048576.0;
/**
 * A heap of at least so many blocks is looked at as a whole now and then: at most every ten seconds, and for a
 * hundredth of the time.
 */
const BIG_HEAP_BLOCKS: u32 = (64 * MEGABYTE) >>> BLOCK_LOG2;
const FULL_INTERVAL: f64 = 10000.0;
const FULL_SHARE: f64 = 100.0;
/** What a full collection does for each block, in bytes that could be marked instead. */
const BLOCK_COST: f64 = 64.0;
/** Share of the nurseries whose survival may be old garbage's doing. */
const MUCH: f64 = 0.25;
/** How fast young collections come to be tried again where full ones have been cheaper. */
const TRY_YOUNG: f64 = 0.875;

export function firstBudgets(): void {
  store<u32>(NURSERY_WISH, NURSERY_ALONE);
  setBudgets(0, 1);
}

/**
 * After a full collection of which everything marked lives, or a young one which added what it marked. `before` blocks
 * were in use.
 */
export function adjustBudgets(full: bool, active: u32, before: u32): void {
  const marked = load<u64>(MARKED_BYTES) as f64;
  const cheap = full && fullIsCheaper();
  if (full) {
    store<f64>(STAT_LIVE_BYTES, marked);
    store<u32>(PROMOTED_BYTES, 0);
    if (cheap) store<f64>(YOUNG_MARKED, load<f64>(YOUNG_MARKED) * TRY_YOUNG);
  } else {
    // Where little of what is new survives, it is what really lives for a while, and a full collection would mark it
    // too.
    store<f64>(YOUNG_MARKED, marked > MUCH * (load<u32>(NURSERY_BYTES) as f64) * (active as f64) ? marked : 0);
    const promoted = (load<u32>(PROMOTED_BYTES) as f64) + marked;
    store<u32>(PROMOTED_BYTES, min(promoted, 4294967295.0) as u32);
  }
  store<u32>(LARGE_YOUNG_BLOCKS, 0);
  const live = load<f64>(STAT_LIVE_BYTES) + (load<u32>(PROMOTED_BYTES) as f64);
  const end = now();
  if (!full) notePause(end - stoppedAt());
  if (!full || cheap) {
    adaptNursery(full, end - stoppedAt(), stoppedAt() - load<f64>(LAST_END), usualNursery(live, active));
  }
  // The next one is young again, for a trial: it may well keep all that is in the nursery.
  if (cheap && !fullIsCheaper()) store<u32>(NURSERY_WISH, NURSERY_BRIEF as u32);
  store<f64>(LAST_END, end);
  setBudgets(live, active);
  if (full) setKept(before, active);
}

/**
 * Sets the wish for the next nursery by what this young collection, or a full one in its place, cost. A pause that is
 * too long makes it smaller: where nearly all survives, marking takes the same in all, in shorter pauses. Where
 * collections take much of the time and pauses are short, it grows: where survivors are as many whatever its size, each
 * collection costs the same.
 */
function adaptNursery(full: bool, pause: f64, between: f64, least: f64): void {
  let bytes = load<u32>(NURSERY_WISH) as f64;
  const used = load<u32>(NURSERY_BYTES) as f64;
  // At most by a factor of four at a time: a pause may be long because the host gave the processor to somebody else.
  if (pause > PAUSE_GOAL) bytes = used * max(PAUSE_GOAL / pause, 0.25);
  else if (pause > COSTLY * between) bytes *= min(PAUSE_GOAL / pause, 2.0);
  else if (pause < CHEAP * between) bytes += (least - bytes) / 4.0;
  // A program that builds something large, all of which survives, has pauses in which less does, and they say nothing
  // of the next.
  if (!full) bytes = min(bytes, PAUSE_MOST / load<f64>(PAUSE_PER_BYTE));
  store<u32>(NURSERY_WISH, max(min(bytes, NURSERY_MOST as f64), NURSERY_BRIEF) as u32);
}

/**
 * Notes what a young collection cost. Doubles at most: a pause may be long because the host gave the processor to
 * somebody else.
 */
function notePause(pause: f64): void {
  const cost = pause / (load<u32>(NURSERY_BYTES) as f64);
  const most = load<f64>(PAUSE_PER_BYTE);
  store<f64>(
    PAUSE_PER_BYTE,
    cost < most ? cost + (most - cost) * FORGETTING : most == 0 ? cost : min(cost, 2.0 * most),
  );
}

/** The nursery that an agent gets as long as collections cost little. */
function usualNursery(live: f64, active: u32): f64 {
  return (active > 1 || live > BIG_LIVE_SET ? NURSERY_MOST : NURSERY_ALONE) as f64;
}

/**
 * True when a full collection marks less than a young one. Old garbage that was written to keeps what it refers to
 * alive in young collections: a chain of objects that die in order, each with a link to the next, grows old as a whole,
 * however little of it lives.
 */
function fullIsCheaper(): bool {
  return load<f64>(STAT_LIVE_BYTES) + BLOCK_COST * (highBlocks() as f64) < load<f64>(YOUNG_MARKED);
}

/**
 * True when the next collection must be a full one: enough objects have grown old, or the last one is long ago and
 * memory might be returned.
 */
export function fullIsDue(): bool {
  if (fullIsCheaper()) return true;
  if (load<u32>(PROMOTED_BYTES) > load<u32>(FULL_THRESHOLD)) return true;
  if (load<u32>(PROMOTED_BYTES) == 0 || atomic.load<u32>(USED_BLOCKS) < BIG_HEAP_BLOCKS) return false;
  return stoppedAt() - load<f64>(LAST_FULL_END) > max(FULL_INTERVAL, FULL_SHARE * load<f64>(LAST_FULL_PAUSE));
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
  const wish = fixed != 0 ? fixed : load<u32>(NURSERY_WISH);
  // All nurseries together take at most half of what is left, so that survivors find room beside them.
  const share = room / (2.0 * (active as f64));
  store<u32>(NURSERY_BYTES, max<u32>(min(wish as f64, share) as u32, NURSERY_LEAST));
  // As much as the last full collection found alive: old garbage takes at most half of what is old.
  const worth = max(load<f64>(STAT_LIVE_BYTES), PROMOTION_LEAST);
  store<u32>(FULL_THRESHOLD, max(min(worth, room / 2.0), MEGABYTE as f64) as u32);
  store<u32>(
    LARGE_BUDGET_BLOCKS,
    (max(min(room / 4.0, 64.0 * (MEGABYTE as f64)), 2.0 * (MEGABYTE as f64)) as u32) >>> BLOCK_LOG2,
  );
}
