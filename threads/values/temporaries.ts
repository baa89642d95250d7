/** Objects that conversion makes for a call, and that nothing else keeps until the call has ended. */
import type { Handle, Handles } from "../../gc/heap/handles.ts";

export class Temporaries {
  readonly #handles: Handles;
  readonly #held: Handle[] = [];

  constructor(handles: Handles) {
    this.#handles = handles;
  }

  /** Where a call begins. */
  mark(): number {
    return this.#held.length;
  }

  /** Keeps the object at `address` until the call that goes on ends. The agent must be a mutator. */
  keep(address: number): void {
    this.#held.push(this.#handles.create(address));
  }

  /** The end of the call that began at `mark`. */
  release(mark: number): void {
    while (this.#held.length > mark) this.#handles.free(this.#held.pop()!);
  }
}
