/** What those who touch heap objects from JS ask of their agent. */
import type { Heap } from "../../gc/heap/heap.ts";
import type { TrapCode } from "../../lower/host/lowered.ts";

/** An agent that touches heap objects. */
export interface Mutator {
  readonly heap: Heap;
  /**
   * Runs `body` while collections wait: for touching references outside of a call. `body` gets the end of the shadow
   * stack, and runs no code of the program.
   */
  asMutator<T>(body: (sp: number) => T): T;
}

/** A mutator that makes objects, too. */
export interface AllocatingMutator extends Mutator {
  /** Raises a trap of the host that lowered code cannot catch: there may be no memory left. */
  raise(code: TrapCode): never;
}
