/**
 * The operand of the conversion of a float to an integer that an agent did last: lowered code stores it before it
 * converts, so that of a conversion which trapped can be told whether it was of NaN.
 */

import type { Heap } from "../../gc/heap/heap.ts";
import { CONVERSION_OPERAND_BYTES, CONVERSION_OPERAND_F32 } from "../../lower/host/lowered.ts";

export class ConversionOperand {
  /** Where lowered code stores a double; `CONVERSION_OPERAND_F32` further on, a single. */
  readonly address: number;
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.address = heap.allocatePermanent(CONVERSION_OPERAND_BYTES);
  }

  /** Whether the conversion that trapped was of NaN. A NaN is there only then, and is gone afterwards. */
  takeNaN(): boolean {
    const view = new DataView(this.#heap.memory.buffer, this.address, CONVERSION_OPERAND_BYTES);
    const found = Number.isNaN(view.getFloat64(0, true)) || Number.isNaN(view.getFloat32(CONVERSION_OPERAND_F32, true));
    view.setFloat64(0, 0, true);
    view.setFloat32(CONVERSION_OPERAND_F32, 0, true);
    return found;
  }
}
