/**
 * Finds out whether all agents of a store wait, each for another.
 *
 * Agents come and go while one looks at them, so it looks twice. An agent whose record counts no new wait, and whose
 * node is still in its queue's list, has been in the same wait all the time between; so there was a moment, after the
 * first look and before the second, in which all were. From a wait without a timeout an agent comes back by nobody but
 * an agent that is not in one, and there was none in that moment.
 *
 * That a waiter of `memory.atomic.wait32` was woken is seen only once it runs, and others than the store's agents may
 * wake it. So where there is one, all this is no more than likely.
 */
import type { Heap } from "../../gc/heap/heap.ts";
import { NODE_STATE, NODE_WAITING } from "../../gc/layout/wait-queue-layout.ts";
import {
  type AgentRecord,
  type AgentRecords,
  LIFE_ENDING,
  LIFE_FAILED,
  LIFE_NONE,
  LIFE_STARTING,
  WAIT_ENDLESS,
  WAIT_MEMORY,
  WAIT_NOTED,
  WAIT_QUEUE,
} from "../sync/agent-records.ts";
import type { Control } from "../sync/control.ts";

/** The store's agents as they all waited. */
export interface Stuck {
  /** Those that wait, with what their records counted then. */
  readonly waiters: ReadonlyMap<number, AgentRecord>;
  /** Whether the creator is one of them: else it runs JS, or is in its event loop, and may go on. */
  readonly isCreatorWaiting: boolean;
  /** Whether one waits on a linear memory, where others may wake it. */
  readonly isOnMemory: boolean;
  /** How many jobs there are which no agent can take. */
  readonly queued: number;
}

type Standing = "free" | "waiting" | "idle" | "none";

interface Look {
  readonly standings: readonly Standing[];
  readonly records: readonly AgentRecord[];
}

function standingOf(heap: Heap, control: Control, record: AgentRecord, id: number): Standing {
  const { life, wait, node } = record;
  if (id !== 0) {
    if (life === LIFE_NONE || life === LIFE_FAILED) return "none";
    if (life === LIFE_ENDING) return "free";
    if (life === LIFE_STARTING) return "idle";
  }
  if ((wait & WAIT_ENDLESS) !== 0) {
    if ((wait & WAIT_MEMORY) !== 0) return "waiting";
    // One that has not noted its stack yet will look for itself when it has.
    const isInList = Atomics.load(heap.words, (node + NODE_STATE) >>> 2) === NODE_WAITING;
    return isInList && (wait & (WAIT_QUEUE | WAIT_NOTED)) === (WAIT_QUEUE | WAIT_NOTED) ? "waiting" : "free";
  }
  return wait === 0 && id !== 0 && control.parking.isParked(id) ? "idle" : "free";
}

/** One look at all agents; undefined where a Worker can go on. */
function look(heap: Heap, control: Control, agents: AgentRecords): Look | undefined {
  const standings: Standing[] = [];
  const records: AgentRecord[] = [];
  // The Workers first: mostly one of them runs, and that is the answer.
  for (let id = agents.count - 1; id >= 0; id--) {
    const record = agents.read(id);
    const standing = standingOf(heap, control, record, id);
    if (id !== 0 && standing === "free") return undefined;
    standings[id] = standing;
    records[id] = record;
  }
  return { standings, records };
}

/** How the agents stand where no Worker can go on, and one agent at least waits; else undefined. */
export function findStuck(heap: Heap, control: Control, agents: AgentRecords): Stuck | undefined {
  const first = look(heap, control, agents);
  if (first?.standings.includes("waiting") !== true) return undefined;
  const { queued } = control.jobs;
  if (queued > 0 && first.standings.includes("idle")) return undefined;
  const second = look(heap, control, agents);
  if (second === undefined) return undefined;
  const isSame = first.standings.every(
    (standing, id) =>
      standing === second.standings[id] &&
      (standing === "free" || first.records[id]?.moves === second.records[id]?.moves),
  );
  if (!isSame) return undefined;
  const waiters = new Map<number, AgentRecord>();
  for (const [id, standing] of second.standings.entries())
    if (standing === "waiting") waiters.set(id, second.records[id] as AgentRecord);
  return {
    waiters,
    isCreatorWaiting: second.standings[0] === "waiting",
    isOnMemory: [...waiters.values()].some(({ wait }) => (wait & WAIT_MEMORY) !== 0),
    queued,
  };
}
