/** A collection from beginning to end. */
import { AGENT_LOG_SEGMENT, AGENT_LOG_TOP, AGENT_MARKING, AGENT_STATE, AGENT_STOPPED } from "../../layout/agents";
import {
  AGENTS_HIGH,
  EPOCH,
  FORCE_FULL,
  MARKERS_POSSIBLE,
  MODE,
  MODE_VERIFY,
  SEQUENCE,
  SPINS,
  USED_BLOCKS,
} from "../../layout/control-words";
import { PLAN_PARALLELISM } from "../../layout/plan";
import { STAT_RESTARTS } from "../../layout/statistics";
import { FAIL_BROKEN, fail } from "../base/debug";
import { noteMarked, noteRequested, noteStopped, recordCollection } from "../base/pauses";
import { agent, controlBlock } from "../base/state";
import { pauseForAgent } from "../base/wait";
import { noteFreed } from "../allocate/crowded";
import { countAllocated, dropStaleBuffer } from "../allocate/nursery";
import { SEGMENT_ENTRIES, resetLog } from "./barrier";
import { clearGray } from "./mark-stack";
import { beginMarking, closeMarking, markAsCollector, rescan, shareRoots } from "./mark";
import { activeAgents, adjustBudgets, fullIsDue } from "./policy";
import { visitRanges, visitRootsOf } from "./roots";
import { sweepSlots } from "./slots";
import { adoptStop, awaitStopped, releaseWorld } from "./stop";
import { clearLines, sweepFull, sweepYoung } from "./sweep";
import { trace } from "./trace";
import { TRACE_RESET, TRACE_VERIFY_MARKED } from "./tracer";

/** Looks before sleeping: where each agent has a core the answer comes soon, else the one we wait for may need ours. */
const SPINS_ALONE: u32 = 20000;
const SPINS_CROWDED: u32 = 200;

/** Finishes the collection of an agent that died in it. Called by whoever waits for that collection. */
export function takeOver(): void {
  if (!adoptStop()) return;
  abandonMarking();
  runCollection(true, true);
  releaseWorld();
}

/** Waits until no other agent marks any more, and forgets the unfinished marking. */
function abandonMarking(): void {
  closeMarking();
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    if (id == agent) continue;
    const marking = controlBlock(id) + AGENT_MARKING;
    while (atomic.load<u32>(marking) != 0) pauseForAgent(marking, 1);
  }
  store<u32>(controlBlock(agent), 0, AGENT_MARKING);
  clearGray();
  store<u32>(STAT_RESTARTS, load<u32>(STAT_RESTARTS) + 1);
}

/** Stops the world, and collects; `restart` after an unfinished collection, whose marks mean nothing. */
export function runCollection(full: bool, restart: bool): void {
  noteRequested();
  awaitStopped();
  noteStopped();
  countAllocated();
  // Read and cleared before marking: what asks for a full collection from here on, gets the next one.
  if (atomic.xchg<u32>(FORCE_FULL, 0) != 0 || fullIsDue()) full = true;
  countMarkers();
  for (;;) {
    if (restart) {
      trace(TRACE_RESET);
      full = true;
    }
    if (full) startEpoch();
    beginMarking();
    visitRootsAndLogs(full);
    if (markAsCollector()) break;
    abandonMarking();
    restart = true;
  }
  noteMarked();
  sweep(full);
  store<u32>(SEQUENCE, load<u32>(SEQUENCE) + 1);
  dropStaleBuffer();
  if ((load<u32>(MODE) & MODE_VERIFY) != 0) {
    const bad = trace(TRACE_VERIFY_MARKED);
    if (bad != 0) fail(FAIL_BROKEN, bad);
  }
  recordCollection(full);
  if (full) noteFreed();
}

function sweep(full: bool): void {
  sweepSlots(full);
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) resetLog(id);
  const before = atomic.load<u32>(USED_BLOCKS);
  const active = activeAgents();
  if (full) sweepFull();
  else sweepYoung();
  adjustBudgets(full, active, before);
}

function startEpoch(): void {
  store<u32>(EPOCH, 3 - load<u32>(EPOCH));
  clearLines();
}

/** Counts who can help, and how patiently to wait. */
function countMarkers(): void {
  let markers: u32 = 1;
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    if (id != agent && atomic.load<u32>(controlBlock(id), AGENT_STATE) == AGENT_STOPPED) markers++;
  }
  const cores = load<u32>(PLAN_PARALLELISM);
  store<u32>(MARKERS_POSSIBLE, min(markers, cores));
  store<u32>(SPINS, markers <= cores ? SPINS_ALONE : SPINS_CROWDED);
}

/** Begins to mark: each agent's part goes to a marker of its own, as long as there are any. */
function visitRootsAndLogs(full: bool): void {
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    visitRootsOf(id, full);
    if (!full) visitLog(controlBlock(id));
    shareRoots();
  }
  visitRanges();
}

/** What old objects were made to refer to by an agent since the last collection. */
function visitLog(control: usize): void {
  let segment = load<usize>(control, AGENT_LOG_SEGMENT);
  let end = load<usize>(control, AGENT_LOG_TOP);
  while (segment != 0) {
    for (let at = segment + SEGMENT_ENTRIES; at < end; at += 4) rescan(load<usize>(at));
    end = load<usize>(segment, 4);
    segment = load<usize>(segment);
  }
}
