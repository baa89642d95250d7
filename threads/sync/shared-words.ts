/**
 * The block of words that all agents of a store share beside the heap's own (control.ts), and how they are read and
 * written.
 *
 *      0  LOCK              of the job queue, and of what is `locked` (control.ts)
 *      4  INSTALLS          how many instances were announced to all agents
 *      8  QUEUE_HEAD        entries ever taken from the job queue
 *     12  QUEUE_TAIL        entries ever put into it
 *     16  QUEUE_RING        address of the ring (job-queue.ts)
 *     20  THREADS           threads that wasm code spawned so far: the next one's id
 *     24  LIVE_THREADS      of these, how many have not ended
 *     28  PARALLELISM       what `thread.available_parallelism` answers
 *     32  TAGS              next tag number
 *     36  AGENT_COUNT       how many agents there can be
 *     40  WAIT_NODES        address of what wait queues need (wait-queues.ts)
 *     44  INSTALL_LOG       first entry of the install log (install-log.ts), or 0
 *     48  INSTALLING        first function index of an instance that is on its way into the log, or -1
 *     52  LIVES             agents there have been
 *     56  BOUND_RECORD      address of the record of thread-bound data
 *     60  SHARED_VALUES     address of the records of shared strings and numbers (shared-values.ts)
 *     64  AGENT_RECORDS     address of what agents say of themselves (agent-records.ts)
 *     68  CLOSED            1 when no Worker will take jobs any more
 *     72  BELL              counts how often the starter was called (tickets.ts)
 *     76  STEPS             how many installs the creator has announced, as the starter is to have them
 *     88  POSTS             first chunk of posts (posts.ts), or 0
 *     92  FREE_POST         the first free post and one, or 0
 *     96  AGENTS            32 bytes for each agent: STATE, SENT, JOB_KIND, JOB, JOB_BLOCK, JOB_TARGET, TICKET
 *
 * Everything between LOCK's two ends is committed by one store, the last, so that an agent that dies with the lock
 * leaves the old state or the new one; whoever buries it frees the lock (`breakLock`).
 */
import type { Heap } from "../../gc/heap/heap.ts";

/** Offsets in the block. */
export const Word = {
  lock: 0,
  installs: 4,
  queueHead: 8,
  queueTail: 12,
  queueRing: 16,
  threads: 20,
  liveThreads: 24,
  parallelism: 28,
  tags: 32,
  agentCount: 36,
  waitNodes: 40,
  installLog: 44,
  installing: 48,
  lives: 52,
  boundRecord: 56,
  sharedValues: 60,
  agentRecords: 64,
  closed: 68,
  bell: 72,
  steps: 76,
  posts: 88,
  freePost: 92,
} as const;

/** Words of an agent's record. */
export const AgentWord = { state: 0, sent: 1, jobKind: 2, job: 3, jobBlock: 4, jobTarget: 5, ticket: 6 } as const;

const AGENTS = 96;
const AGENT_BYTES = 32;

/** Bytes of the block. */
export function sharedWordsBytes(agents: number): number {
  return AGENTS + agents * AGENT_BYTES;
}

export class SharedWords {
  readonly address: number;
  readonly #heap: Pick<Heap, "words">;
  #view: Int32Array<ArrayBufferLike>;

  constructor(heap: Pick<Heap, "words">, address: number) {
    this.address = address;
    this.#heap = heap;
    this.#view = heap.words;
  }

  /** The heap memory's words: they reach over the block, if not over all of the memory. */
  get view(): Int32Array<ArrayBufferLike> {
    return this.#view;
  }

  /**
   * Makes `view` reach to `address`. The memory's beginning stays where it is, however it grows, and to ask for its
   * buffer takes long.
   */
  reach(address: number): Int32Array<ArrayBufferLike> {
    if (address >>> 2 >= this.#view.length) this.#view = this.#heap.words;
    return this.#view;
  }

  load(offset: number): number {
    return Atomics.load(this.#view, (this.address + offset) >>> 2);
  }
  store(offset: number, value: number): void {
    Atomics.store(this.#view, (this.address + offset) >>> 2, value);
  }
  /** Adds to a word; returns what it was. */
  add(offset: number, value: number): number {
    return Atomics.add(this.#view, (this.address + offset) >>> 2, value);
  }

  /** Index in `view` of an AgentWord of agent `id`. */
  indexOf(id: number, word: number): number {
    return ((this.address + AGENTS + id * AGENT_BYTES) >>> 2) + word;
  }

  /** Makes the words of agent `id` those of a new agent. */
  resetAgent(id: number): void {
    const first = this.indexOf(id, 0);
    this.#view.fill(0, first, first + AGENT_BYTES / 4);
  }

  /** Jobs that no agent has taken yet. */
  get queued(): number {
    return (this.load(Word.queueTail) - this.load(Word.queueHead)) | 0;
  }
}
