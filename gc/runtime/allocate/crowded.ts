/** An overhead limit: a heap that is so full that the program does nothing but collect counts as exhausted. */
import { USED_BLOCKS } from "../../layout/control-words";
import { PLAN_LIMIT_BLOCKS } from "../../layout/plan";
import {
  CROWDED_COUNT,
  CROWDED_PAUSES,
  CROWDED_SINCE,
  LAST_FULL_END,
  LAST_FULL_PAUSE,
  PARTIAL_LINES,
} from "../../layout/statistics";
import { stoppedAt } from "../base/pauses";

/** A full collection that leaves less than this part of the limit free has freed next to nothing. */
const CROWDED_SHARE: u32 = 50;
const CROWDED_COLLECTIONS: u32 = 16;
const CROWDED_TIME: f64 = 0.95;
const BLOCK_LINES_LOG2: u32 = 8;

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
 * True when the program gets nowhere: many full collections in a row have freed next to nothing, and have taken nearly
 * all of the time. An allocation then fails, as if there were no memory at all.
 */
export function isCrowded(): bool {
  if (load<u32>(CROWDED_COUNT) < CROWDED_COLLECTIONS) return false;
  const since = load<f64>(LAST_FULL_END) - load<f64>(CROWDED_SINCE);
  const crowded = load<f64>(CROWDED_PAUSES) > since * CROWDED_TIME;
  store<u32>(CROWDED_COUNT, 0);
  return crowded;
}
