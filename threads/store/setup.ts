/** What a store's options come to: how many threads it has, its heap, and how its modules are compiled. */
import { rangeError } from "../../core/base/errors.ts";
import { defaultFeatures } from "../../core/base/features.ts";
import { canBlock, Heap } from "../../gc/heap/heap.ts";
import { hardwareConcurrency, hasMemory64, hasTotalStoreOrder } from "../host/host.ts";
import { requireSharedMemory } from "../host/isolation.ts";
import type { CompileContext } from "../modules/compile.ts";
import { Control } from "../sync/control.ts";
import { createSharedValueRecords } from "../values/shared-values.ts";
import { createThreadBoundRecord } from "../values/thread-bound-data.ts";
import { createWaitNodes } from "../wait/wait-queues.ts";
import type { InternalStoreOptions, StoreOptions } from "./store-options.ts";

/** The most Workers that a heap has room for. */
const MOST_THREADS = 253;

/** How many Workers the pool has by default, where it may grow. */
const DEFAULT_MAXIMUM = 16;

/** How many threads a store has. */
export interface Size {
  /** Workers from the start. */
  readonly threads: number;
  /** Workers at most. */
  readonly maximumThreads: number;
  /** How many threads run at once, as wasm code is told. */
  readonly parallelism: number;
}

/**
 * Raises a `RangeError` for numbers that cannot be, and an `IsolationError` where the host has no shared memory for
 * Workers.
 */
export function sizeOf(options: StoreOptions): Size {
  const threads = options.threads ?? hardwareConcurrency();
  const maximumThreads = Math.max(threads, options.maximumThreads ?? (threads === 0 ? 0 : DEFAULT_MAXIMUM));
  if (
    !(Number.isInteger(threads) && Number.isInteger(maximumThreads) && threads >= 0 && maximumThreads <= MOST_THREADS)
  ) {
    throw rangeError("thread-count", `a store has 0 to ${MOST_THREADS} threads`);
  }
  requireSharedMemory(maximumThreads > 0);
  return { threads, maximumThreads, parallelism: Math.max(1, maximumThreads === 0 ? 1 : threads) };
}

/** The heap, with this thread as its agent 0. */
export function createHeap(
  { maximumThreads }: Size,
  { heap: options = {}, collectAtSafepoints = false }: InternalStoreOptions,
): Heap {
  const { maximum = 1 << 30, nurseryBytes, shadowStackBytes, debug, measure, lowestBlock } = options;
  const heap = Heap.create({
    maximum,
    agents: maximumThreads + 1,
    collectAtSafepoints,
    ...(shadowStackBytes === undefined ? {} : { shadowStackBytes }),
    ...(nurseryBytes === undefined ? {} : { nurseryBytes }),
    ...(debug === undefined ? {} : { debug }),
    ...(measure === undefined ? {} : { measure }),
    ...(lowestBlock === undefined ? {} : { lowestBlock }),
  });
  heap.attach(0);
  return heap;
}

/** What all agents share in a fresh heap. `watchMode` is what they are to say of their waits. */
export function createControl(heap: Heap, { maximumThreads, parallelism }: Size, watchMode: number): Control {
  const agents = maximumThreads + 1;
  const records = {
    waitNodes: createWaitNodes(heap, agents),
    threadBound: createThreadBoundRecord(heap),
    sharedValues: createSharedValueRecords(heap),
  };
  return Control.create(heap, { agents, parallelism, mayBlock: canBlock(), watchMode }, records);
}

/** How modules are compiled for a heap with this limit of its stacks. */
export function compileContext(
  options: StoreOptions,
  parts: Pick<CompileContext, "types" | "records" | "kinds">,
  stackGuard: number,
): CompileContext {
  const { collectAtSafepoints } = options;
  return {
    ...parts,
    features: options.features ?? defaultFeatures,
    lowering: {
      publication: options.publication ?? (hasTotalStoreOrder() ? "tso" : "atomic"),
      stackGuard,
      memory64: options.memory64 ?? (hasMemory64() ? "host" : "lowered"),
      ...(collectAtSafepoints === undefined ? {} : { collectAtSafepoints }),
    },
  };
}
