/**
 * The gate between JS and lowered code: on the way in an agent becomes a mutator, on the way out it enters a safe
 * region.
 *
 * An agent that is the only one its store can have keeps nobody waiting, so that of the two the end of its shadow stack
 * is all that is left to keep: a way in and out takes 1 ns instead of 18.
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { AGENT_SP } from "../../gc/layout/agents.ts";
import { MODE_POISON, MODE_VERIFY } from "../../gc/layout/control-words.ts";
import { PLAN_MAXIMUM_AGENTS, PLAN_MODE } from "../../gc/layout/plan.ts";

export interface Gate {
  /**
   * Raises the host's error for an exhausted stack unless enough is left for `enter` and for `leave`: called before the
   * first of the two, so that the second, from the same place, does not fail.
   */
  readonly needStack: () => void;
  /** Makes the agent a mutator; returns the end of its shadow stack. */
  readonly enter: () => number;
  /** Enters the safe region with the shadow stack ending at `sp`. */
  readonly leave: (sp: number) => void;
}

/** The gate of an agent that is attached to the heap. */
export function createGate(heap: Heap): Gate {
  const { enter, leave } = heap.runtime;
  const isAlone = heap.plan(PLAN_MAXIMUM_AGENTS) === 1;
  // The checked build looks whether the agent is what it should be.
  const isChecked = (heap.plan(PLAN_MODE) & (MODE_VERIFY | MODE_POISON)) !== 0;
  if (!isAlone || isChecked) return { needStack: () => heap.needStack(), enter, leave };
  // However the memory grows, its beginning stays where it is.
  const { words } = heap;
  const cell = (heap.control + AGENT_SP) >>> 2;
  return {
    // Neither calls into the heap. Should the host's stack end at `leave`, what the shadow stack holds beyond `sp` is
    // kept a while longer.
    needStack: () => undefined,
    enter: () => words[cell] as number,
    leave: (sp) => {
      words[cell] = sp;
    },
  };
}
