/** Figures of a heap, read from its control words without stopping anybody: a moment's view, exact when no agent runs. */
import type { Heap } from "./heap.ts";
import * as c from "./runtime/control.ts";

/** Times are in milliseconds, sizes in bytes. */
export interface HeapStatistics {
  readonly collections: number;
  readonly youngCollections: number;
  readonly fullCollections: number;
  readonly longestPause: number;
  readonly totalPause: number;
  /** Bytes allocated by all agents, up to each one's last safepoint. */
  readonly allocatedBytes: number;
  /** The same for each agent id. */
  readonly allocatedByAgent: readonly number[];
  /** Bytes of the objects that the last full collection found alive. */
  readonly liveBytes: number;
  /** Bytes of blocks in use for collected objects, and their limit. */
  readonly usedBytes: number;
  readonly maximumBytes: number;
  /** Bytes of the whole memory, fixed tables included. */
  readonly memoryBytes: number;
  /** Objects marked by all collections. */
  readonly markedObjects: number;
  /** Collections that were started over because an agent died in them. */
  readonly restarts: number;
}

/** Collects the figures; called by `Heap.statistics`. */
export function readStatistics(heap: Heap): HeapStatistics {
  const view = new DataView(heap.memory.buffer);
  const word = (address: number): number => view.getUint32(address, true);
  const agents = word(c.AGENTS_HIGH);
  const allocatedByAgent: number[] = [];
  for (let id = 0; id < agents; id++) allocatedByAgent.push(view.getFloat64(c.AGENTS + id * c.AGENT_BYTES + c.AGENT_ALLOCATED, true));
  const youngCollections = word(c.STAT_YOUNG);
  const fullCollections = word(c.STAT_FULL);
  return {
    collections: youngCollections + fullCollections,
    youngCollections,
    fullCollections,
    longestPause: view.getFloat64(c.STAT_PAUSE_LONGEST, true),
    totalPause: view.getFloat64(c.STAT_PAUSE_TOTAL, true),
    allocatedBytes: allocatedByAgent.reduce((sum, bytes) => sum + bytes, 0),
    allocatedByAgent,
    liveBytes: view.getFloat64(c.STAT_LIVE_BYTES, true),
    usedBytes: word(c.USED_BLOCKS) * c.BLOCK_BYTES,
    maximumBytes: word(c.PLAN_LIMIT_BLOCKS) * c.BLOCK_BYTES,
    memoryBytes: view.byteLength,
    markedObjects: Number(view.getBigUint64(c.STAT_MARKED_OBJECTS, true)),
    restarts: word(c.STAT_RESTARTS),
  };
}
