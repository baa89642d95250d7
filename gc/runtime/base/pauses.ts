/**
 * What the heap remembers of its last collections: a ring of records, drawn in layout/pauses.ts, which JS reads at any
 * time.
 */
import {
  LAST_WAS_FULL,
  MARKED_BYTES,
  MARKERS_POSSIBLE,
  MODE,
  MODE_REPORT,
  USED_BLOCKS,
} from "../../layout/control-words";
import {
  PAUSE_AGENT,
  PAUSE_BLOCKS,
  PAUSE_BLOCKS_BEFORE,
  PAUSE_BYTES,
  PAUSE_BYTES_MARKED,
  PAUSE_CAPACITY,
  PAUSE_ENDED,
  PAUSE_FULL,
  PAUSE_MARKED,
  PAUSE_MARKERS,
  PAUSE_NUMBER,
  PAUSE_OBJECTS,
  PAUSE_REQUESTED,
  PAUSE_STOPPED,
} from "../../layout/pauses";
import { PLAN_PAUSES } from "../../layout/plan";
import {
  LAST_FULL_END,
  LAST_FULL_PAUSE,
  STAT_FULL,
  STAT_MARKED_OBJECTS,
  STAT_PAUSES,
  STAT_PAUSE_LONGEST,
  STAT_PAUSE_TOTAL,
  STAT_YOUNG,
} from "../../layout/statistics";
import { agent } from "./state";

@external("env", "now")
export declare function now(): f64;
@external("env", "collected")
declare function collected(record: usize): void;

let requested: f64 = 0;
let stopped: f64 = 0;
let marked: f64 = 0;
let objectsBefore: u64 = 0;
let blocksBefore: u32 = 0;

/** The collector has asked the others to stop. */
export function noteRequested(): void {
  requested = now();
}

/** All others have stopped. */
export function noteStopped(): void {
  stopped = now();
  objectsBefore = load<u64>(STAT_MARKED_OBJECTS);
  blocksBefore = atomic.load<u32>(USED_BLOCKS);
}

export function stoppedAt(): f64 {
  return stopped;
}

export function noteMarked(): void {
  marked = now();
}

@inline
function recordAt(index: u32): usize {
  return load<usize>(PLAN_PAUSES) + ((index % PAUSE_CAPACITY) as usize) * PAUSE_BYTES;
}

/** Writes the collection's record. The world is stopped. */
export function recordCollection(full: bool): void {
  const ended = now();
  const number = load<u32>(STAT_PAUSES) + 1;
  const record = recordAt(number - 1);
  // First and last: JS may read meanwhile, and believes a record whose number is the same before and after.
  atomic.store<u32>(record, 0, PAUSE_NUMBER);
  store<f64>(record, requested, PAUSE_REQUESTED);
  store<f64>(record, stopped, PAUSE_STOPPED);
  store<f64>(record, marked, PAUSE_MARKED);
  store<f64>(record, ended, PAUSE_ENDED);
  store<u32>(record, full ? 1 : 0, PAUSE_FULL);
  store<f64>(record, load<u64>(MARKED_BYTES) as f64, PAUSE_BYTES_MARKED);
  store<u32>(record, (load<u64>(STAT_MARKED_OBJECTS) - objectsBefore) as u32, PAUSE_OBJECTS);
  store<u32>(record, atomic.load<u32>(USED_BLOCKS), PAUSE_BLOCKS);
  store<u16>(record, agent as u16, PAUSE_AGENT);
  store<u16>(record, load<u32>(MARKERS_POSSIBLE) as u16, PAUSE_MARKERS);
  store<u32>(record, blocksBefore, PAUSE_BLOCKS_BEFORE);
  atomic.store<u32>(record, number, PAUSE_NUMBER);
  atomic.store<u32>(STAT_PAUSES, number);
  const pause = ended - requested;
  const counter = full ? STAT_FULL : STAT_YOUNG;
  store<u32>(counter, load<u32>(counter) + 1);
  store<f64>(STAT_PAUSE_TOTAL, load<f64>(STAT_PAUSE_TOTAL) + pause);
  if (pause > load<f64>(STAT_PAUSE_LONGEST)) store<f64>(STAT_PAUSE_LONGEST, pause);
  store<u32>(LAST_WAS_FULL, full ? 1 : 0);
  if (full) {
    store<f64>(LAST_FULL_END, ended);
    store<f64>(LAST_FULL_PAUSE, pause);
  }
}

/** Tells the embedder of the collection that this agent ran. The world runs again. */
export function reportCollection(): void {
  if ((load<u32>(MODE) & MODE_REPORT) != 0) collected(recordAt(load<u32>(STAT_PAUSES) - 1));
}
