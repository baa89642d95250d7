/** Where each table of a store's heap memory lies, computed once when the store is made. */
import { rangeError } from "../../core/base/errors.ts";
import { canDiscard } from "../../memory/native.ts";
import { AGENT_BYTES, AGENTS } from "../layout/agents.ts";
import { BLOCK_BYTES, LINES_PER_BLOCK } from "../layout/blocks.ts";
import {
  FUNCTION_TYPES_POINTER,
  MODE_POISON,
  MODE_REPORT,
  MODE_RETURN,
  MODE_STRESS,
  MODE_VERIFY,
} from "../layout/control-words.ts";
import { NULL_REFERENCE } from "../layout/memory-map.ts";
import { PAUSE_BYTES, PAUSE_CAPACITY } from "../layout/pauses.ts";
import {
  PLAN_BLOCKS,
  PLAN_EXTRA_BLOCKS,
  PLAN_FUNCTION_CAPACITY,
  PLAN_FUNCTION_TYPES,
  PLAN_GRAY_BITS,
  PLAN_GRAY_FLAGS,
  PLAN_HEAP_END,
  PLAN_HEAP_START,
  PLAN_LIMIT_BLOCKS,
  PLAN_LINES,
  PLAN_LOG_BYTES,
  PLAN_LOGS,
  PLAN_MARK_BYTES,
  PLAN_MARK_STACKS,
  PLAN_MAXIMUM_AGENTS,
  PLAN_MODE,
  PLAN_NURSERY_BYTES,
  PLAN_PARALLELISM,
  PLAN_PAUSES,
  PLAN_POOL,
  PLAN_ROOT_RANGES,
  PLAN_SHADOW_BYTES,
  PLAN_SHADOW_STACKS,
} from "../layout/plan.ts";
import { ROOT_CHUNK_BYTES } from "../layout/root-chunks.ts";
import { POOL_SLOT_BYTES, POOL_SLOTS } from "../layout/work-pool.ts";

/** How large a heap may become, and who may use it. Sizes are in bytes. */
export interface HeapOptions {
  /**
   * Limit for collected objects; a quarter more where they are scattered. Beside it the memory holds fixed tables, and
   * room for what is never collected.
   */
  readonly maximum: number;
  /** How many agents can be attached at once. */
  readonly agents: number;
  /**
   * Per agent, a power of two, of which half is for use (lower/function/stack-guard.ts); default 4 MB, and 1 MB where
   * there are many agents.
   */
  readonly shadowStackBytes?: number;
  /** Room for permanent data (type records, tables, instances' blocks); default 32 MB and an eighth of `maximum`. */
  readonly permanentBytes?: number;
  /** Bytes that each agent allocates between collections; by default the runtime adapts it. */
  readonly nurseryBytes?: number;
  /** Cores that agents can count on; default what the host reports. */
  readonly parallelism?: number;
  /** Run the checked build: assertions, and after each collection a verified heap with all free lines poisoned. */
  readonly debug?: boolean;
  /** Collect at every allocation and every poll. */
  readonly collectAtSafepoints?: boolean;
  /** Each collection becomes a `performance.measure` on the thread that ran it. */
  readonly measure?: boolean;
  /** No block lies below this address, as where all that do are taken: for tests of addresses above 2 GB. */
  readonly lowestBlock?: number;
}

/** The plan: words to write at fixed addresses, and the memory's limits. */
export interface HeapPlan {
  readonly words: ReadonlyMap<number, number>;
  readonly initialPages: number;
  readonly maximumPages: number;
}

/** Function indices of one store (the JS API's limit on a module's functions). */
const FUNCTION_CAPACITY = 1 << 20;
const PAGE = 65536;
const MEGABYTE = 1 << 20;
/** Blocks end well below NULL, and below the 4 GB that a 32-bit memory can have. */
const ADDRESS_END = Math.floor((NULL_REFERENCE - 16 * MEGABYTE) / BLOCK_BYTES) * BLOCK_BYTES;
/**
 * A host frame has at least 32 bytes, and 8 for each reference that it keeps, of which the shadow stack has 4: with
 * half of 4 MB for use, it lasts at least as long as a host's stack of 4 MB (Node's Workers). Memory is taken only as
 * it is used.
 */
const FEW_AGENTS = 32;
const FIRST_HEAP_BYTES = 8 * MEGABYTE;

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

function hostParallelism(): number {
  return typeof navigator === "object" && navigator.hardwareConcurrency > 0 ? navigator.hardwareConcurrency : 2;
}

/** Places tables one behind the other. */
class Placement {
  readonly words = new Map<number, number>();
  #position: number;

  constructor(start: number) {
    this.#position = start;
  }

  /** Reserves `bytes` and writes their address to the plan word `word`. */
  place(word: number, bytes: number, align = 4096): void {
    this.#position = roundUp(this.#position, align);
    this.words.set(word, this.#position);
    this.#position += bytes;
  }

  end(align: number): number {
    return roundUp(this.#position, align);
  }
}

const tooLarge = (bytes: number): RangeError =>
  rangeError("heap-options", `a heap of ${bytes} bytes does not fit in a 32-bit memory`);

/** Lays out a memory. Throws a `RangeError` where the options cannot be met in 4 GB. */
export function planHeap(options: HeapOptions): HeapPlan {
  const limitBlocks = Math.ceil(options.maximum / BLOCK_BYTES);
  const permanent = options.permanentBytes ?? 32 * MEGABYTE + options.maximum / 8;
  const shadowBytes = options.shadowStackBytes ?? (options.agents <= FEW_AGENTS ? 4 : 1) * MEGABYTE;
  if (!(shadowBytes >= 4096 && (shadowBytes & (shadowBytes - 1)) === 0))
    throw rangeError("heap-options", "a shadow stack has a power of two of bytes");
  const { nurseryBytes = 0 } = options;
  if (!(nurseryBytes >= 0 && nurseryBytes < 2 ** 32))
    throw rangeError("heap-options", "a nursery has at least 0 bytes and less than 4 GB");
  if (limitBlocks === Number.POSITIVE_INFINITY) throw tooLarge(options.maximum);
  if (!(limitBlocks >= 8)) throw rangeError("heap-options", "a heap needs at least 256 KB");
  if (!(options.agents >= 1 && options.agents <= 254)) throw rangeError("heap-options", "a heap has 1 to 254 agents");
  const markBytes = clamp(roundUp(options.maximum / 64, PAGE), 2 * PAGE, MEGABYTE);
  const logBytes = PAGE;

  const extraBlocks = Math.ceil(limitBlocks / 4);
  const permanentBlocks = Math.ceil(permanent / BLOCK_BYTES);
  let blocks = limitBlocks + extraBlocks + permanentBlocks;
  for (;;) {
    const placed = new Placement(AGENTS + options.agents * AGENT_BYTES);
    placed.place(PLAN_BLOCKS, blocks * 4);
    placed.place(PLAN_GRAY_FLAGS, blocks);
    placed.place(PLAN_GRAY_BITS, blocks * (BLOCK_BYTES / 64));
    placed.place(PLAN_LINES, blocks * LINES_PER_BLOCK);
    placed.place(PLAN_ROOT_RANGES, ROOT_CHUNK_BYTES);
    placed.place(PLAN_PAUSES, PAUSE_CAPACITY * PAUSE_BYTES);
    placed.place(PLAN_POOL, POOL_SLOTS * POOL_SLOT_BYTES);
    placed.place(PLAN_LOGS, options.agents * logBytes);
    placed.place(PLAN_FUNCTION_TYPES, FUNCTION_CAPACITY * 4);
    placed.place(PLAN_MARK_STACKS, options.agents * markBytes);
    placed.place(PLAN_SHADOW_STACKS, options.agents * shadowBytes, shadowBytes);
    const heapStart = Math.max(placed.end(PAGE), roundUp(options.lowestBlock ?? 0, PAGE));
    const heapEnd = roundUp(heapStart + blocks * BLOCK_BYTES, PAGE);
    if (heapEnd > ADDRESS_END) {
      // Room for holes gives way first, and then room for what is never collected, down to a sixteenth.
      const fitting = blocks - Math.ceil((heapEnd - ADDRESS_END) / (BLOCK_BYTES + 1024));
      if (fitting < limitBlocks + limitBlocks / 16) throw tooLarge(options.maximum);
      blocks = fitting;
      continue;
    }
    const words = placed.words;
    words.set(PLAN_HEAP_START, heapStart);
    words.set(PLAN_HEAP_END, heapStart + blocks * BLOCK_BYTES);
    words.set(PLAN_LIMIT_BLOCKS, limitBlocks);
    words.set(PLAN_EXTRA_BLOCKS, clamp(blocks - limitBlocks - permanentBlocks, 0, extraBlocks));
    words.set(PLAN_MAXIMUM_AGENTS, options.agents);
    words.set(PLAN_SHADOW_BYTES, shadowBytes);
    words.set(PLAN_MARK_BYTES, markBytes);
    words.set(PLAN_LOG_BYTES, logBytes);
    words.set(PLAN_PARALLELISM, options.parallelism ?? hostParallelism());
    words.set(PLAN_FUNCTION_CAPACITY, FUNCTION_CAPACITY);
    words.set(PLAN_NURSERY_BYTES, nurseryBytes);
    words.set(PLAN_MODE, modeBits(options));
    words.set(FUNCTION_TYPES_POINTER, words.get(PLAN_FUNCTION_TYPES) ?? 0);
    const initial = Math.min(heapEnd, heapStart + FIRST_HEAP_BYTES);
    return { words, initialPages: initial / PAGE, maximumPages: heapEnd / PAGE };
  }
}

function modeBits(options: HeapOptions): number {
  return (
    (options.debug ? MODE_POISON | MODE_VERIFY : 0) |
    (options.collectAtSafepoints ? MODE_STRESS : 0) |
    (options.measure ? MODE_REPORT : 0) |
    (canDiscard() ? MODE_RETURN : 0)
  );
}
