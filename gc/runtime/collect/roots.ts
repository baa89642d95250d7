/**
 * Where marking starts: shadow stacks, root ranges, handles.
 *
 * Ranges and handles may be added and taken back by an agent in a safe region while another collects, so each entry
 * changes by one atomic store. Whatever such an agent adds is null, or is referred to from elsewhere too.
 *
 * Free entries are a stack without a lock: who changes FREE_RANGES changes the count in it, too, so that who has read
 * the first entry and the one behind it does not take the first for what it was before others took it and gave it back.
 * An agent that dies between taking an entry and writing it leaves one that nobody uses, and that keeps nothing.
 */
import { AGENT_DETACHED, AGENT_SHADOW_BASE, AGENT_SP, AGENT_STATE } from "../../layout/agents";
import { AGENTS_HIGH, FREE_RANGES } from "../../layout/control-words";
import { PLAN_ROOT_RANGES } from "../../layout/plan";
import { ROOT_CHUNK_BYTES, ROOT_RANGES, ROOT_RANGE_BYTES } from "../../layout/root-chunks";
import { beginCritical, endCritical } from "../base/condemn";
import { FAIL_ROOTS, check } from "../base/debug";
import { agent, controlBlock } from "../base/state";
import { allocatePermanent } from "../allocate/permanent";
import { visitHandles } from "./slots";
import { visitRange } from "./visit";

const CHUNK_IN_USE: usize = 4;
const ENTRY_BYTES: usize = ROOT_RANGE_BYTES;
const ENTRIES_START: usize = ENTRY_BYTES;
const ENTRY_OWNER: usize = 8;
const ENTRY_NEXT: usize = 12;
/** What the count above the address in FREE_RANGES goes up by. */
const ONE_CHANGE: u64 = 1 << 32;

@inline
function entriesEnd(chunk: usize): usize {
  return chunk + ENTRIES_START + (ROOT_RANGES as usize) * ENTRY_BYTES;
}

@inline
function changed(head: u64, first: usize): u64 {
  return ((head & ~(0xffffffff as u64)) + ONE_CHANGE) | (first as u64);
}

/** Makes the free entries from `first` to `last`, linked already, those that are taken next. */
function giveEntries(first: usize, last: usize): void {
  for (;;) {
    const head = atomic.load<u64>(FREE_RANGES);
    atomic.store<u32>(last, head as u32, ENTRY_NEXT);
    if (atomic.cmpxchg<u64>(FREE_RANGES, head, changed(head, first)) == head) return;
  }
}

/** An entry that no other agent has. */
function takeEntry(): usize {
  let head = atomic.load<u64>(FREE_RANGES);
  while ((head as u32) != 0) {
    const entry = (head as u32) as usize;
    // Another agent may have taken the entry: then this is any word, and the count has changed.
    const next = atomic.load<u32>(entry, ENTRY_NEXT);
    const found = atomic.cmpxchg<u64>(FREE_RANGES, head, changed(head, next as usize));
    if (found == head) return entry;
    head = found;
  }
  return takeChunk();
}

/** The first entry of a new chunk; the others are free from here on. */
function takeChunk(): usize {
  const first = load<usize>(PLAN_ROOT_RANGES);
  let chunk = first;
  if (atomic.xchg<u32>(first, 1, CHUNK_IN_USE) != 0) {
    chunk = allocatePermanent(ROOT_CHUNK_BYTES);
    if (chunk == 0) {
      endCritical();
      unreachable();
    }
    for (;;) {
      const next = atomic.load<usize>(first);
      store<usize>(chunk, next);
      if (atomic.cmpxchg<usize>(first, next, chunk) == next) break;
    }
  }
  const last = entriesEnd(chunk) - ENTRY_BYTES;
  const second = chunk + ENTRIES_START + ENTRY_BYTES;
  for (let at = second; at < last; at += ENTRY_BYTES) store<u32>(at, (at + ENTRY_BYTES) as u32, ENTRY_NEXT);
  giveEntries(second, last);
  return chunk + ENTRIES_START;
}

/** Adds a range for the store (`owner` 0) or for an agent (1 + id); returns its entry. */
function addRange(start: usize, end: usize, owner: u32): usize {
  // One that is condemned loses no entry.
  beginCritical();
  const entry = takeEntry();
  atomic.store<u32>(entry, owner, ENTRY_OWNER);
  // Start and end in one store: a collector must never pair one range's start with another's end.
  atomic.store<u64>(entry, (start as u64) | ((end as u64) << 32));
  endCritical();
  return entry;
}

export function addRoots(start: usize, end: usize): usize {
  return end > start ? addRange(start, end, 0) : 0;
}

export function addAgentRoots(start: usize, end: usize): usize {
  return end > start ? addRange(start, end, agent + 1) : 0;
}

export function removeRoots(entry: usize): void {
  if (entry == 0) return;
  check(atomic.load<u64>(entry) != 0, FAIL_ROOTS, entry);
  beginCritical();
  atomic.store<u64>(entry, 0);
  giveEntries(entry, entry);
  endCritical();
}

/** Takes all ranges back that ended with agent `id`. */
export function removeRangesOf(id: u32): void {
  for (let chunk = load<usize>(PLAN_ROOT_RANGES); chunk != 0; chunk = atomic.load<usize>(chunk)) {
    for (let at = chunk + ENTRIES_START; at < entriesEnd(chunk); at += ENTRY_BYTES) {
      const range = atomic.load<u64>(at);
      if (range == 0 || atomic.load<u32>(at, ENTRY_OWNER) != id + 1) continue;
      if (atomic.cmpxchg<u64>(at, range, 0) == range) giveEntries(at, at);
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
      if (range != 0) visitRange(range as usize, (range >>> 32) as usize);
    }
  }
}
