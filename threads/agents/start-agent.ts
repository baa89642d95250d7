/** Makes the thread that it runs on an agent of a store which another thread created. */
import { Heap } from "../../gc/heap/heap.ts";
import { WAIT_QUEUE } from "../sync/agent-records.ts";
import { Control } from "../sync/control.ts";
import type { Stuck } from "../wait/deadlock-check.ts";
import { Agent } from "./agent.ts";
import type { AgentEvent, StartMessage } from "./protocol.ts";

/**
 * The agent that `start` describes, with all that the other agents know. `tell` carries what it has to say to the
 * creator.
 */
export function startAgent(start: StartMessage, tell: (event: AgentEvent) => void): Agent {
  const heap = Heap.join(start.heap);
  heap.onShrinkable = () => tell({ kind: "shrinkable" });
  heap.attach(start.agent);
  const agent: Agent = new Agent({
    id: start.agent,
    heap,
    control: Control.join(heap, start.control, start.agent, true),
    hostRecord: start.hostRecord,
    hasWorkers: true,
    onQueued: () => {
      agent.control.tickets.ring();
      tell({ kind: "queued" });
    },
    onBlock: () => undefined,
    onStuck: (stuck) => onStuck(agent, stuck, tell),
  });
  for (const step of start.installs) agent.install(step);
  return agent;
}

/** Only the creator knows what else there is that may wake somebody: has it look. */
function onStuck(
  { records, waitQueues }: Agent,
  { waiters, isOnMemory }: Stuck,
  tell: (event: AgentEvent) => void,
): void {
  const creator = waiters.get(0);
  if (creator !== undefined && (creator.wait & WAIT_QUEUE) !== 0) {
    // Of a wait on a linear memory this is said each time that one begins, and mostly is not so.
    if (!isOnMemory) waitQueues.rouse(creator.node);
  } else if (records.suspect()) tell({ kind: "stuck" });
}
