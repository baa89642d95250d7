/** Tables as they lie in the heap memory (gc/layout/tables.ts): made, grown, and made as new. */
import type { Heap } from "../../gc/heap/heap.ts";
import {
  readTable,
  setTableElements,
  setTableLength,
  TABLE_RECORD_BYTES,
  type TableRecord,
  tableCapacity,
  tableElements,
  tableLength,
  tableMaximum,
  tableRoots,
  writeTable,
} from "../../gc/heap/table-records.ts";
import { NULL } from "../../gc/objects.ts";
import type { LoweredTable } from "../../lower/host/lowered.ts";
import type { Control } from "../sync/control.ts";
import { isScanned } from "../values/kinds.ts";
import type { ModulePlan } from "./plans.ts";

/** What tables ask of their agent. */
export interface TableAgent {
  readonly heap: Heap;
  readonly control: Pick<Control, "locked">;
}

/** Makes words null references. */
export function fillNull(agent: TableAgent, address: number, words: number): void {
  agent.heap.words.fill(NULL, address >>> 2, (address >>> 2) + words);
}

/** Elements that a table may have (JS API, "implementation-defined limits"). */
const MAXIMUM_ELEMENTS = 10_000_000;

/** The table of an instance, at its record. */
export function createTable(
  agent: TableAgent,
  module: ModulePlan,
  table: LoweredTable,
  index: number,
  record: number,
): void {
  const kind = module.tables[index]!;
  const minimum = Number(table.minimum);
  const maximum = table.maximum === undefined ? MAXIMUM_ELEMENTS : Math.min(Number(table.maximum), MAXIMUM_ELEMENTS);
  createTableAt(agent, record, isScanned(kind), minimum, maximum, table.shared);
}

/** Fills in a table's record. A shared table gets room for its maximum at once, since it must never move. */
function createTableAt(
  agent: TableAgent,
  record: number,
  scanned: boolean,
  minimum: number,
  maximum: number,
  shared: boolean,
): void {
  if (minimum > MAXIMUM_ELEMENTS) throw new RangeError("the table is larger than this implementation allows");
  const capacity = shared ? Math.max(minimum, Math.min(maximum, 1 << 20)) : minimum;
  const elements = capacity === 0 ? 0 : agent.heap.allocatePermanent(capacity * 4);
  fillNull(agent, elements, capacity);
  const roots = scanned ? addRoots(agent, elements, elements + capacity * 4, shared) : 0;
  const most = shared ? Math.min(maximum, capacity) : maximum;
  writeTable(agent.heap, record, { elements, length: minimum, maximum: most, capacity, roots });
}

/** Roots of an unshared item end with its agent. */
function addRoots(agent: TableAgent, start: number, end: number, shared: boolean): number {
  return shared ? agent.heap.runtime.addRoots(start, end) : agent.heap.runtime.addAgentRoots(start, end);
}

/** A table's record for `new WebAssembly.Table`. */
export function createTableRecord(
  agent: TableAgent,
  scanned: boolean,
  minimum: number,
  maximum: number,
  shared: boolean,
): number {
  const record = agent.heap.allocatePermanent(TABLE_RECORD_BYTES);
  createTableAt(agent, record, scanned, minimum, maximum, shared);
  return record;
}

/**
 * Grows a table and returns its old length, or -1. New elements are `value`. The caller holds `value` safely. Only the
 * owner grows an unshared table; a shared one grows within its capacity, under the store's lock.
 */
export function growTable(agent: TableAgent, record: number, delta: number, value: number, scanned: boolean): number {
  return agent.control.locked(() => {
    const { heap } = agent;
    const length = tableLength(heap, record);
    const wanted = length + (delta >>> 0);
    if (wanted > tableMaximum(heap, record)) return -1;
    if (wanted > tableCapacity(heap, record)) {
      const capacity = Math.min(Math.max(wanted, 2 * length, 16), tableMaximum(heap, record));
      const elements = heap.runtime.allocatePermanent(capacity * 4) >>> 0;
      if (elements === 0) return -1;
      fillNull(agent, elements, capacity);
      const old = tableElements(heap, record);
      heap.words.copyWithin(elements >>> 2, old >>> 2, (old >>> 2) + length);
      // A shared table has its whole capacity from the start, so this one is the agent's own.
      const roots = scanned ? addRoots(agent, elements, elements + capacity * 4, false) : 0;
      heap.runtime.removeRoots(tableRoots(heap, record));
      setTableElements(heap, record, elements, capacity, roots);
    }
    const { words } = heap;
    const first = (tableElements(heap, record) >>> 2) + length;
    for (let i = first; i < first + (delta >>> 0); i++) Atomics.store(words, i, value);
    // Race: the length is published after the elements, so that no agent reads one that is not there yet.
    setTableLength(heap, record, wanted);
    return length;
  });
}

/** What a table's record says. */
export function tableRoom(agent: TableAgent, record: number): TableRecord {
  return readTable(agent.heap, record);
}

/** Makes a table as new in the room of the one that had the record `old`. */
export function resetTable(agent: TableAgent, record: number, old: TableRecord, minimum: number): void {
  writeTable(agent.heap, record, { ...old, length: minimum });
  fillNull(agent, old.elements, old.capacity);
}
