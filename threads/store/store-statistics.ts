/** Figures of a store as a whole. */
import type { HeapStatistics } from "../../gc/heap/heap-statistics.ts";

/** What `store.statistics()` gives. */
export interface StoreStatistics {
  readonly heap: HeapStatistics;
  /** Workers at present. */
  readonly threads: number;
  /** Jobs that wait for a Worker. */
  readonly queued: number;
}
