/**
 * Figures of a heap, read from its control words without stopping anybody: a moment's view, exact when no agent runs.
 */

import {
  AGENT_ALLOCATED,
  AGENT_BYTES,
  AGENT_MUTATOR,
  AGENT_NURSERY_COUNT,
  AGENT_SAFE,
  AGENT_SHADOW_BASE,
  AGENT_SP,
  AGENT_STATE,
  AGENT_STOPPED,
  AGENTS,
} from "../layout/agents.ts";
import {
  BLOCK_BYTES,
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_LARGE,
  BLOCK_LARGE_REST,
  BLOCK_PARTIAL,
  BLOCK_PERMANENT,
  LINE_BYTES,
  RETURNED,
} from "../layout/blocks.ts";
import { AGENTS_HIGH, HIGH_BLOCKS, USED_BLOCKS } from "../layout/control-words.ts";
import { PLAN_BLOCKS, PLAN_LIMIT_BLOCKS } from "../layout/plan.ts";
import {
  STAT_FULL,
  STAT_LIVE_BYTES,
  STAT_MARKED_OBJECTS,
  STAT_PAUSE_LONGEST,
  STAT_PAUSE_TOTAL,
  STAT_RESTARTS,
  STAT_YOUNG,
} from "../layout/statistics.ts";
import { type PauseMemory, type PausePercentiles, percentiles, readCollections } from "./pauses.ts";

/** What the figures are read from. */
export interface StatisticsMemory extends PauseMemory {
  readonly words: Int32Array<ArrayBufferLike>;
}

/** Times are in milliseconds, sizes in bytes. */
export interface HeapStatistics {
  readonly collections: number;
  readonly youngCollections: number;
  readonly fullCollections: number;
  readonly longestPause: number;
  readonly totalPause: number;
  /** Pauses of the last collections, 4,096 at most. */
  readonly pauses: { readonly young: PausePercentiles; readonly full: PausePercentiles };
  /** Bytes allocated by all agents, up to each one's last safepoint. */
  readonly allocatedBytes: number;
  /** The same for each agent id. */
  readonly allocatedByAgent: readonly number[];
  /** What each attached agent has of the heap. */
  readonly agents: readonly AgentHeapStatistics[];
  /** Bytes of the objects that the last full collection found alive. */
  readonly liveBytes: number;
  /** Bytes of blocks in use for collected objects, and their limit. */
  readonly usedBytes: number;
  readonly maximumBytes: number;
  /** Bytes of blocks that are free, and of those among them whose pages the system has. */
  readonly freeBytes: number;
  readonly returnedBytes: number;
  /** Bytes of large objects' blocks, and of what is never collected. */
  readonly largeBytes: number;
  readonly permanentBytes: number;
  /** The part, from 0 to 1, that is free within blocks that hold survivors. */
  readonly fragmentation: number;
  /** Bytes of the whole memory, fixed tables included. */
  readonly memoryBytes: number;
  /** Objects marked by all collections. */
  readonly markedObjects: number;
  /** Collections that were started over because an agent died in them. */
  readonly restarts: number;
}

interface AgentHeapStatistics {
  readonly agent: number;
  readonly state: "safe" | "running" | "stopped";
  readonly allocatedBytes: number;
  /** Bytes of the blocks that it allocates into until the next collection. */
  readonly nurseryBytes: number;
  /** Bytes of its shadow stack in use at its last safepoint. */
  readonly stackBytes: number;
}

const states: Readonly<Record<number, AgentHeapStatistics["state"]>> = {
  [AGENT_SAFE]: "safe",
  [AGENT_MUTATOR]: "running",
  [AGENT_STOPPED]: "stopped",
};

/** What the block table tells. */
function readBlockTable(
  heap: StatisticsMemory,
): Pick<HeapStatistics, "freeBytes" | "returnedBytes" | "largeBytes" | "permanentBytes" | "fragmentation"> {
  const table = heap.plan(PLAN_BLOCKS) >>> 2;
  const entries = heap.words.subarray(table, table + heap.plan(HIGH_BLOCKS));
  const counts = new Uint32Array(256);
  let freeLines = 0;
  let returned = 0;
  for (const entry of entries) {
    const state = entry & 255;
    counts[state] = (counts[state] ?? 0) + 1;
    if (state === BLOCK_PARTIAL) freeLines += entry >>> 8;
    else if (state === BLOCK_FREE && entry >>> 8 === RETURNED) returned++;
  }
  const bytes = (...kinds: number[]): number => kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0) * BLOCK_BYTES;
  const surviving = bytes(BLOCK_PARTIAL, BLOCK_FULL);
  return {
    freeBytes: bytes(BLOCK_FREE),
    returnedBytes: returned * BLOCK_BYTES,
    largeBytes: bytes(BLOCK_LARGE, BLOCK_LARGE_REST),
    permanentBytes: bytes(BLOCK_PERMANENT),
    fragmentation: surviving === 0 ? 0 : (freeLines * LINE_BYTES) / surviving,
  };
}

function readAgents(heap: StatisticsMemory, view: DataView<ArrayBufferLike>): AgentHeapStatistics[] {
  const agents: AgentHeapStatistics[] = [];
  for (let agent = 0; agent < heap.plan(AGENTS_HIGH); agent++) {
    const control = AGENTS + agent * AGENT_BYTES;
    const state = states[heap.plan(control + AGENT_STATE)];
    if (state === undefined) continue;
    agents.push({
      agent,
      state,
      allocatedBytes: view.getFloat64(control + AGENT_ALLOCATED, true),
      nurseryBytes: heap.plan(control + AGENT_NURSERY_COUNT) * BLOCK_BYTES,
      stackBytes: heap.plan(control + AGENT_SP) - heap.plan(control + AGENT_SHADOW_BASE),
    });
  }
  return agents;
}

/** Collects the figures; called by `Heap.statistics`. */
export function readStatistics(heap: StatisticsMemory): HeapStatistics {
  const view = new DataView(heap.memory.buffer);
  const word = (address: number): number => view.getUint32(address, true);
  const agents = word(AGENTS_HIGH);
  const allocatedByAgent: number[] = [];
  for (let id = 0; id < agents; id++)
    allocatedByAgent.push(view.getFloat64(AGENTS + id * AGENT_BYTES + AGENT_ALLOCATED, true));
  const youngCollections = word(STAT_YOUNG);
  const fullCollections = word(STAT_FULL);
  const last = readCollections(heap);
  return {
    collections: youngCollections + fullCollections,
    youngCollections,
    fullCollections,
    longestPause: view.getFloat64(STAT_PAUSE_LONGEST, true),
    totalPause: view.getFloat64(STAT_PAUSE_TOTAL, true),
    pauses: {
      young: percentiles(last.filter(({ kind }) => kind === "young")),
      full: percentiles(last.filter(({ kind }) => kind === "full")),
    },
    allocatedBytes: allocatedByAgent.reduce((sum, bytes) => sum + bytes, 0),
    allocatedByAgent,
    agents: readAgents(heap, view),
    liveBytes: view.getFloat64(STAT_LIVE_BYTES, true),
    usedBytes: word(USED_BLOCKS) * BLOCK_BYTES,
    maximumBytes: word(PLAN_LIMIT_BLOCKS) * BLOCK_BYTES,
    ...readBlockTable(heap),
    memoryBytes: view.byteLength,
    markedObjects: Number(view.getBigUint64(STAT_MARKED_OBJECTS, true)),
    restarts: word(STAT_RESTARTS),
  };
}
