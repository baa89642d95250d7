/**
 * Where globals, tables and tags are, and how JS reads and writes them: what the namespace's `Global`, `Table` and
 * `Tag` objects stand for.
 */
import { engine } from "../../core/base/engine.ts";
import type { GlobalType, TableType } from "../../core/types/module.ts";
import * as tables from "../../gc/heap/table-records.ts";
import type { Control } from "../sync/control.ts";
import { loadCell, storeCell } from "../values/cells.ts";
import {
  anyKind,
  type Conversions,
  fromLowered,
  internalize,
  isOpaqueToJs,
  opaqueError,
  toLowered,
} from "../values/convert.ts";
import type { ExceptionTag } from "../values/exceptions.ts";
import { hostType, isHeapAddress, isHostReference, isScanned, type ValueKind } from "../values/kinds.ts";
import type { InstanceItem } from "./plans.ts";
import { growTable, type TableAgent } from "./tables.ts";

/** What items ask of the agent whose JS reads and writes them. */
export interface ItemAgent extends Conversions, TableAgent {
  readonly control: Pick<Control, "functionType" | "words" | "locked">;
  /** Runs `body`, to whose end the objects live that conversions make in it. */
  withTemporaries<T>(body: () => T): T;
}

export interface GlobalItem {
  readonly type: GlobalType;
  readonly kind: ValueKind;
  /** This agent's host global; undefined where the global is shared. */
  readonly host: WebAssembly.Global | undefined;
  /** The cell of a shared global, or the root cell behind an unshared reference. */
  readonly cell: number | undefined;
  readonly threadLocal: InstanceItem | undefined;
  /** What keeps the instance whose block has the cell. */
  readonly owner?: object;
}
export interface TableItem {
  readonly type: TableType;
  readonly kind: ValueKind;
  /** Address of the table's record. */
  readonly record: number;
  /** What keeps the instance whose block has the record. */
  readonly owner?: object;
}
export interface TagItem extends ExceptionTag {
  /** Canonical id of the function type. */
  readonly type: number;
  readonly shared: boolean;
}

/** A new global that JS owns, or an import that a value stands for. `value` is lowered. */
export function createGlobal(agent: ItemAgent, type: GlobalType, kind: ValueKind, value: unknown): GlobalItem {
  let cell: number | undefined;
  if (type.shared || isHeapAddress(kind)) {
    cell = agent.heap.allocatePermanent(16);
    const { runtime } = agent.heap;
    const start = cell;
    agent.asMutator(() => storeCell(agent.heap, kind, start, value));
    if (isHeapAddress(kind)) (type.shared ? runtime.addRoots : runtime.addAgentRoots)(cell, cell + 4);
  }
  const host = type.shared ? undefined : hostGlobal(kind, value);
  return { type, kind, host, cell, threadLocal: undefined };
}

/** A host global of the lowered type of `kind`: mutable, as lowered modules have all of theirs. */
function hostGlobal(kind: ValueKind, value: unknown): WebAssembly.Global {
  return new engine.Global({ value: hostType(kind), mutable: true } as WebAssembly.GlobalDescriptor, value);
}

/** The value of a global as JS sees it. */
export function readGlobal(agent: ItemAgent, item: GlobalItem): unknown {
  const { kind, host, cell } = item;
  if (isOpaqueToJs(kind)) throw opaqueError();
  if (kind.kind === "ref" && !isHostReference(kind)) {
    return agent.asMutator(() =>
      fromLowered(agent, kind, host === undefined ? loadCell(agent.heap, kind, cell!) : host.value),
    );
  }
  return host === undefined ? loadCell(agent.heap, kind, cell!) : host.value;
}

export function writeGlobal(agent: ItemAgent, item: GlobalItem, value: unknown): void {
  const { kind, type } = item;
  if (isOpaqueToJs(kind)) throw opaqueError();
  if (!type.mutable) throw new TypeError("the global is immutable");
  agent.withTemporaries(() => initializeGlobal(agent, item, toLowered(agent, kind, value)));
}

/** Sets a global, mutable or not, to a lowered value, which the caller keeps alive. */
export function initializeGlobal(agent: ItemAgent, { kind, host, cell }: GlobalItem, lowered: unknown): void {
  agent.asMutator(() => {
    if (host !== undefined) host.value = lowered;
    if (cell !== undefined) storeCell(agent.heap, kind, cell, lowered);
  });
}

/** The number of elements of a table. */
export function tableLength(agent: ItemAgent, { record }: TableItem): number {
  return tables.tableLength(agent.heap, record);
}

export function tableMaximum(agent: ItemAgent, { record }: TableItem): number {
  return tables.tableMaximum(agent.heap, record);
}

function elementIndex(agent: ItemAgent, item: TableItem, index: number): number {
  if (index >= tableLength(agent, item)) throw new RangeError("out of bounds table access");
  return (tables.tableElements(agent.heap, item.record) >>> 2) + index;
}

export function readElement(agent: ItemAgent, item: TableItem, index: number): unknown {
  return agent.asMutator(() => {
    const at = elementIndex(agent, item, index);
    return fromTableWord(agent, item.kind, Atomics.load(agent.heap.words, at));
  });
}

export function writeElement(agent: ItemAgent, item: TableItem, index: number, value: unknown): void {
  withTableWord(agent, item, value, (word) => {
    const at = elementIndex(agent, item, index);
    Atomics.store(agent.heap.words, at, word);
  });
}

/** Makes `value` every element of a new table. */
export function fillTable(agent: ItemAgent, item: TableItem, value: unknown): void {
  withTableWord(agent, item, value, (word) => {
    const length = tableLength(agent, item);
    if (length === 0) return;
    const start = elementIndex(agent, item, 0);
    agent.heap.words.fill(word, start, start + length);
  });
}

/** Grows a table and returns its old length; throws a RangeError where it cannot. */
export function growTableBy(agent: ItemAgent, item: TableItem, delta: number, value: unknown): number {
  // The heap's own limit is far below what a word holds.
  const grow = (word: number): number =>
    delta > 0xffffffff ? -1 : growTable(agent, item.record, delta, word, isScanned(item.kind));
  const old = withTableWord(agent, item, value, grow);
  if (old < 0) throw new RangeError("failed to grow the table");
  return old;
}

/** Converts a value to how a table holds it, and runs `body`, as a mutator, before the collector may run. */
function withTableWord<T>(agent: ItemAgent, { kind }: TableItem, value: unknown, body: (word: number) => T): T {
  return agent.withTemporaries(() => {
    const lowered = toLowered(agent, kind, value);
    return agent.asMutator((sp) => body(isHostReference(kind) ? internalize(agent, lowered, sp) : (lowered as number)));
  });
}

function fromTableWord(agent: ItemAgent, kind: ValueKind, word: number): unknown {
  return fromLowered(agent, isHostReference(kind) ? anyKind : kind, word);
}
