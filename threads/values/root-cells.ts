/**
 * Root cells: what keeps a heap object alive on its way from one agent to another, which gets the cell's address in a message. A cell belongs to the
 * agent that sends, which uses it again when the receiver has emptied it.
 */
import { type Address, addressOf } from "../../gc/objects.ts";
import { NULL } from "./kinds.ts";
import type { Mutator } from "./mutator.ts";

export class RootCells {
  readonly #agent: Mutator;
  /** This agent's cells, whether in use or not. */
  readonly #cells: number[] = [];

  constructor(agent: Mutator) {
    this.#agent = agent;
  }

  /** Puts an object into a cell; returns the cell's address. */
  keep(object: number): number {
    const { heap } = this.#agent;
    let cell = this.#cells.find((candidate) => Atomics.load(heap.words, candidate >>> 2) === NULL);
    if (cell === undefined) {
      cell = heap.allocatePermanent(16);
      heap.words[cell >>> 2] = NULL;
      heap.runtime.addRoots(cell, cell + 4);
      this.#cells.push(cell);
    }
    // As a mutator: a collection that runs must not have read the cell already.
    this.#agent.asMutator(() => Atomics.store(heap.words, (cell as number) >>> 2, object | 0));
    return cell;
  }

  /** Makes a wrapper of the object in a cell, and empties the cell; undefined where it is empty. */
  take(cell: number, wrap: (object: Address) => object): object | undefined {
    return this.#agent.asMutator(() => {
      // Race: of two agents that receive copies of one message, one gets the object.
      const object = Atomics.exchange(this.#agent.heap.words, cell >>> 2, NULL);
      return object === NULL ? undefined : wrap(addressOf(object));
    });
  }
}
