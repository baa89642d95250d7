/** What a store's agents are doing, as `store.agents` lists it. */

import { AGENT_BYTES, AGENT_MUTATOR, AGENT_STATE, AGENT_STOPPED, AGENTS } from "../../gc/layout/agents.ts";
import { addressOf } from "../../gc/objects.ts";
import {
  LIFE_ENDING,
  LIFE_FAILED,
  LIFE_JOINING,
  LIFE_NONE,
  LIFE_STARTING,
  WAIT_ENDLESS,
  WAIT_QUEUE,
} from "../sync/agent-records.ts";
import { JobKind } from "../sync/job-queue.ts";
import type { WaitQueueObject } from "../wait/wait-queue-object.ts";
import type { Agent } from "./agent.ts";

/** What an agent sleeps for. */
export interface AgentWait {
  /**
   * The wait queue; undefined where it is a word of a linear memory (`memory.atomic.wait32` and `wait64`), or the agent
   * was woken just now.
   */
  readonly queue: WaitQueueObject | undefined;
  readonly kind: "queue" | "memory";
  /** Milliseconds so far. */
  readonly milliseconds: number;
  /** Whether it ends by itself. */
  readonly hasTimeout: boolean;
  /**
   * The functions that the agent is in, the innermost first; those without a name are called `wasm-function[INDEX]`.
   * Undefined where they are not known: of a wait that has lasted less than 100 ms, and of one on a linear memory
   * unless the store was made with `deadlock` or `onDeadlock`.
   */
  readonly stack: readonly string[] | undefined;
}

/** What a Worker was given to do. */
export interface AgentJob {
  /** `thread`: spawned by wasm code; `call`: by `Store.spawn`; `run`: by `Store.run`. */
  readonly kind: "thread" | "call" | "run";
  /** The thread's number, or the call's. */
  readonly id: number;
  /** The function that was called; `wasm-function[INDEX]` where it has no name. */
  readonly function: string;
}

/** One agent of a store at one moment. */
export interface AgentState {
  /** 0 is the creator. */
  readonly id: number;
  readonly kind: "creator" | "worker";
  /**
   * - `starting`: a Worker that takes no jobs yet
   * - `idle`: a Worker without a job
   * - `running`: in code of a module
   * - `js`: in JS, or in the host; the creator also while it is in its event loop
   * - `waiting`: asleep until it is notified (`wait`)
   * - `ending`: a Worker that is being terminated, or could not be started
   */
  readonly state: "starting" | "idle" | "running" | "js" | "waiting" | "ending";
  readonly job: AgentJob | undefined;
  readonly wait: AgentWait | undefined;
}

const jobKinds = { [JobKind.thread]: "thread", [JobKind.call]: "call", [JobKind.run]: "run" } as const;

/** Names the function that a job calls: `target` and `block` are those of the queue's entry. */
export type NameJob = (kind: JobKind, target: number, block: number) => string;

/** The states of all agents that there are, the creator first, as `agent` sees them, which is the creator's. */
export function agentStates(agent: Agent, nameJob: NameJob): AgentState[] {
  const states: AgentState[] = [];
  for (let id = 0; id < agent.records.count; id++) {
    const state = stateOf(agent, id, nameJob);
    if (state !== undefined) states.push(state);
  }
  return states;
}

function stateOf(agent: Agent, id: number, nameJob: NameJob): AgentState | undefined {
  const { life, wait } = agent.records.read(id);
  if (id !== 0 && life === LIFE_NONE) return undefined;
  const kind = id === 0 ? "creator" : "worker";
  const job = id === 0 ? undefined : jobOf(agent, id, nameJob);
  const result = (state: AgentState["state"], waits?: AgentWait): AgentState => ({ id, kind, state, job, wait: waits });
  if (life === LIFE_STARTING || life === LIFE_JOINING) return result("starting");
  if (life === LIFE_ENDING || life === LIFE_FAILED) return result("ending");
  if (wait !== 0) return result("waiting", waitOf(agent, id));
  if (id !== 0 && agent.control.parking.isParked(id)) return result("idle");
  const state = Atomics.load(agent.heap.words, (AGENTS + id * AGENT_BYTES + AGENT_STATE) >>> 2);
  return result(state === AGENT_MUTATOR || state === AGENT_STOPPED ? "running" : "js");
}

function jobOf(agent: Agent, id: number, nameJob: NameJob): AgentJob | undefined {
  const { kind, ended, id: number, block, target } = agent.control.jobs.of(id);
  if (ended || kind === JobKind.none) return undefined;
  return { kind: jobKinds[kind], id: number, function: nameJob(kind, target, block) };
}

function waitOf(agent: Agent, id: number): AgentWait {
  const { records } = agent;
  const { wait, node, waited } = records.read(id);
  const isQueue = (wait & WAIT_QUEUE) !== 0;
  return {
    queue: isQueue ? queueOf(agent, node) : undefined,
    kind: isQueue ? "queue" : "memory",
    milliseconds: waited,
    hasTimeout: (wait & WAIT_ENDLESS) === 0,
    stack: records.notes(id)?.split("\n").filter(Boolean),
  };
}

/**
 * The queue that a node waits in. Race: while this agent is a mutator nothing is collected, and as long as the node is
 * in the list, its agent keeps the queue; so what is found then is a queue still.
 */
function queueOf(agent: Agent, node: number): WaitQueueObject | undefined {
  return agent.asMutator(() => {
    const queue = agent.waitQueues.queueOf(node);
    return queue === undefined ? undefined : (agent.objects.wrap(addressOf(queue), true) as WaitQueueObject);
  });
}
