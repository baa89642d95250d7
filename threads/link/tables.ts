/** Tables as they lie in the heap memory (gc/layout/layout.ts): made, grown, and made as new. */
import type { Heap } from "../../gc/heap/heap.ts";
import { NULL_REFERENCE, TABLE_CAPACITY, TABLE_ELEMENTS, TABLE_LENGTH, TABLE_MAXIMUM, TABLE_RECORD_BYTES } from "../../gc/layout/layout.ts";
import type { LoweredTable } from "../../lower/host/lowered.ts";
import type { Control } from "../sync/control.ts";
import { isScanned } from "../values/kinds.ts";
import type { ModulePlan } from "./plans.ts";

/** What tables ask of their agent. */
export interface TableAgent {
  readonly heap: Heap;
  readonly control: Pick<Control, "words" | "locked">;
}

/** Makes words null references. */
export function fillNull(agent: TableAgent, address: number, words: number): void {
  agent.control.words.fill(NULL_REFERENCE | 0, address >>> 2, (address >>> 2) + words);
}

/** Elements that a table may have (JS API, "implementation-defined limits"). */
const MAXIMUM_ELEMENTS = 10_000_000;

/** The table of an instance, at its record. */
export function createTable(agent: TableAgent, module: ModulePlan, table: LoweredTable, index: number, record: number): void {
  const kind = module.tables[index]!;
  const minimum = Number(table.minimum);
  const maximum = table.maximum === undefined ? MAXIMUM_ELEMENTS : Math.min(Number(table.maximum), MAXIMUM_ELEMENTS);
  createTableAt(agent, record, isScanned(kind), minimum, maximum, table.shared);
}

/** Fills in a table's record. A shared table gets room for its maximum at once, since it must never move. */
function createTableAt(agent: TableAgent, record: number, scanned: boolean, minimum: number, maximum: number, shared: boolean): void {
  if (minimum > MAXIMUM_ELEMENTS) throw new RangeError("the table is larger than this implementation allows");
  const capacity = shared ? Math.max(minimum, Math.min(maximum, 1 << 20)) : minimum;
  const elements = createTableElements(agent, capacity, scanned, shared);
  const words = agent.control.words;
  words[(record + TABLE_ELEMENTS) >>> 2] = elements;
  words[(record + TABLE_LENGTH) >>> 2] = minimum;
  words[(record + TABLE_MAXIMUM) >>> 2] = shared ? Math.min(maximum, capacity) : maximum;
  words[(record + TABLE_CAPACITY) >>> 2] = capacity;
}

function createTableElements(agent: TableAgent, capacity: number, scanned: boolean, shared: boolean): number {
  if (capacity === 0) return 0;
  const elements = agent.heap.allocatePermanent(capacity * 4);
  fillNull(agent, elements, capacity);
  if (scanned) addRoots(agent, elements, elements + capacity * 4, shared);
  return elements;
}

/** Roots of an unshared item end with its agent. */
function addRoots(agent: TableAgent, start: number, end: number, shared: boolean): void {
  if (shared) agent.heap.runtime.addRoots(start, end);
  else agent.heap.runtime.addAgentRoots(start, end);
}

/** A table's record for `new WebAssembly.Table`. */
export function createTableRecord(agent: TableAgent, scanned: boolean, minimum: number, maximum: number, shared: boolean): number {
  const record = agent.heap.allocatePermanent(TABLE_RECORD_BYTES);
  createTableAt(agent, record, scanned, minimum, maximum, shared);
  return record;
}

/**
 * Grows a table and returns its old length, or -1. New elements are `value`. The caller holds `value` safely. Only the owner grows an
 * unshared table; a shared one grows within its capacity, under the store's lock.
 */
export function growTable(agent: TableAgent, record: number, delta: number, value: number, scanned: boolean): number {
  return agent.control.locked(() => {
    let { words } = agent.control;
    const length = words[(record + TABLE_LENGTH) >>> 2]! >>> 0;
    const wanted = length + (delta >>> 0);
    if (wanted > words[(record + TABLE_MAXIMUM) >>> 2]! >>> 0) return -1;
    if (wanted > words[(record + TABLE_CAPACITY) >>> 2]! >>> 0) {
      const capacity = Math.min(Math.max(wanted, 2 * length, 16), words[(record + TABLE_MAXIMUM) >>> 2]! >>> 0);
      const elements = agent.heap.runtime.allocatePermanent(capacity * 4) >>> 0;
      if (elements === 0) return -1;
      // For these the memory may have grown beyond the old view.
      ({ words } = agent.control);
      fillNull(agent, elements, capacity);
      const old = words[(record + TABLE_ELEMENTS) >>> 2]! >>> 0;
      words.copyWithin(elements >>> 2, old >>> 2, (old >>> 2) + length);
      if (scanned) {
        // A shared table has its whole capacity from the start, so this one is the agent's own.
        addRoots(agent, elements, elements + capacity * 4, false);
        if (old !== 0) agent.heap.runtime.removeRoots(old);
      }
      words[(record + TABLE_ELEMENTS) >>> 2] = elements;
      words[(record + TABLE_CAPACITY) >>> 2] = capacity;
    }
    const first = (words[(record + TABLE_ELEMENTS) >>> 2]! >>> 2) + length;
    for (let i = first; i < first + (delta >>> 0); i++) Atomics.store(words, i, value);
    // Race: the length is published after the elements, so that no agent reads one that is not there yet.
    Atomics.store(words, (record + TABLE_LENGTH) >>> 2, wanted);
    return length;
  });
}

/** The words of a table's record. */
export function tableRoom(agent: TableAgent, record: number): Int32Array {
  return agent.heap.words.slice(record >>> 2, (record + TABLE_RECORD_BYTES) >>> 2);
}

/** Makes a table as new in the room of the one that had the record `old`. */
export function resetTable(agent: TableAgent, record: number, old: Int32Array, minimum: number): void {
  agent.heap.words.set(old, record >>> 2);
  agent.heap.words[(record + TABLE_LENGTH) >>> 2] = minimum;
  fillNull(agent, old[TABLE_ELEMENTS / 4]! >>> 0, old[TABLE_CAPACITY / 4]! >>> 0);
}
