/**
 * An element segment at run time: words in the instance's shared block or in the agent's root block, and a length that
 * is zero once dropped.
 */
import type { HostCode, HostItem } from "../host/host-code.ts";
import type { SegmentPlace } from "./placement.ts";

export class ElementSegmentAccess {
  readonly place: SegmentPlace;
  readonly #block: HostItem;

  constructor(place: SegmentPlace, block: HostItem) {
    this.place = place;
    this.#block = block;
  }

  /** Pushes the number of elements. */
  pushLength(code: HostCode): void {
    code.globalGet(this.#block);
    code.access("i32.load", this.place.length);
  }

  /** Pushes the address of the first element. */
  pushWords(code: HostCode): void {
    code.globalGet(this.#block);
    if (this.place.words === 0) return;
    code.i32(this.place.words);
    code.op("i32.add");
  }

  drop(code: HostCode): void {
    code.globalGet(this.#block);
    code.i32(0);
    code.access("i32.store", this.place.length);
  }

  /** Sets the length to that of the segment, when the instance is made. */
  enable(code: HostCode): void {
    code.globalGet(this.#block);
    code.i32(this.place.count);
    code.access("i32.store", this.place.length);
  }
}
