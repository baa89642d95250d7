/**
 * Where marking starts: shadow stacks, root ranges, handles.
 *
 * Ranges and handles may be added and taken back by an agent in a safe region while another collects, so each entry
 * changes by one atomic store; there is no lock. Whatever such an agent adds is null, or is referred to from elsewhere
 * too.
 */
import { AGENT_DETACHED, AGENT_SHADOW_BASE, AGENT_SP, AGENT_STATE } from "../../layout/agents";
import { AGENTS_HIGH } from "../../layout/control-words";
import { PLAN_ROOT_RANGES } from "../../layout/plan";
import { RANGE_RESERVED, ROOT_CHUNK_BYTES, ROOT_RANGES, ROOT_RANGE_BYTES } from "../../layout/root-chunks";
import { agent, controlBlock } from "../base/state";
import { allocatePermanent } from "../allocate/permanent";
import { visitHandles } from "./slots";
import { visitRange } from "./visit";

const ENTRY_BYTES: usize = ROOT_RANGE_BYTES;
const ENTRIES_START: usize = ENTRY_BYTES;
const ENTRY_OWNER: usize = 8;

@inline
function entriesEnd(chunk: usize): usize {
  return chunk + ENTRIES_START + (ROOT_RANGES as usize) * ENTRY_BYTES;
}

/** Adds a range for the store (`owner` 0) or for an agent (1 + id). */
function addRange(start: usize, end: usize, owner: u32): void {
  let chunk = load<usize>(PLAN_ROOT_RANGES);
  for (;;) {
    for (let at = chunk + ENTRIES_START; at < entriesEnd(chunk); at += ENTRY_BYTES) {
      if (atomic.load<u64>(at) != 0 || atomic.cmpxchg<u64>(at, 0, RANGE_RESERVED) != 0) continue;
      atomic.store<u32>(at, owner, ENTRY_OWNER);
      // Start and end in one store: a collector must never pair one range's start with another's end.
      atomic.store<u64>(at, (start as u64) | ((end as u64) << 32));
      return;
    }
    let next = atomic.load<usize>(chunk);
    if (next == 0) {
      const fresh = allocatePermanent(ROOT_CHUNK_BYTES);
      if (fresh == 0) unreachable();
      const other = atomic.cmpxchg<usize>(chunk, 0, fresh);
      next = other != 0 ? other : fresh;
    }
    chunk = next;
  }
}

export function addRoots(start: usize, end: usize): void {
  if (end > start) addRange(start, end, 0);
}

export function addAgentRoots(start: usize, end: usize): void {
  if (end > start) addRange(start, end, agent + 1);
}

export function removeRoots(start: usize): void {
  for (let chunk = load<usize>(PLAN_ROOT_RANGES); chunk != 0; chunk = atomic.load<usize>(chunk)) {
    for (let at = chunk + ENTRIES_START; at < entriesEnd(chunk); at += ENTRY_BYTES) {
      if ((atomic.load<u64>(at) as usize) == start) {
        atomic.store<u64>(at, 0);
        return;
      }
    }
  }
}

/** Takes all ranges back that ended with agent `id`. */
export function removeRangesOf(id: u32): void {
  for (let chunk = load<usize>(PLAN_ROOT_RANGES); chunk != 0; chunk = atomic.load<usize>(chunk)) {
    for (let at = chunk + ENTRIES_START; at < entriesEnd(chunk); at += ENTRY_BYTES) {
      const range = atomic.load<u64>(at);
      if (range != 0 && atomic.load<u32>(at, ENTRY_OWNER) == id + 1) atomic.cmpxchg<u64>(at, range, 0);
    }
  }
}

/**
 * Visits the roots, for marking, or for the tracer while `tracing`: all of them, or without the handles that have not
 * changed since the last collection. The world is stopped.
 */
export function visitRoots(all: bool): void {
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) visitRootsOf(id, all);
  visitRanges();
}

/** Visits an agent's own roots. */
export function visitRootsOf(id: u32, all: bool): void {
  const control = controlBlock(id);
  if (atomic.load<u32>(control, AGENT_STATE) == AGENT_DETACHED) return;
  visitRange(load<usize>(control, AGENT_SHADOW_BASE), load<usize>(control, AGENT_SP));
  visitHandles(control, all);
}

/** Visits all root ranges. */
export function visitRanges(): void {
  for (let chunk = load<usize>(PLAN_ROOT_RANGES); chunk != 0; chunk = atomic.load<usize>(chunk)) {
    for (let at = chunk + ENTRIES_START; at < entriesEnd(chunk); at += ENTRY_BYTES) {
      const range = atomic.load<u64>(at);
      if (range > (RANGE_RESERVED as u64)) visitRange(range as usize, (range >>> 32) as usize);
    }
  }
}
