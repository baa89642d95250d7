/**
 * Allocation of an object, inline: take it from the agent's buffer, or call a stub that spills what must survive and
 * asks the heap.
 *
 *     top -> p; p + bytes -> end; end > limit ?  (unlikely) p = allocate(bytes, sp, references...)
 *                                             :  top = end
 *
 * The slow path leaves the slots alone that the code around it relies on: references which are in their slots already
 * stay there, the others go behind them.
 */

import { I32, type ValType } from "../../core/types/types.ts";
import { INLINE_ALLOCATION_MAXIMUM } from "../../gc/layout/objects.ts";
import type { HostCode } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import type { ShadowSlots } from "./shadow-slots.ts";

/** What an allocation takes of the function's lowering in which it stands. */
interface AllocatingCode {
  readonly module: ModuleLowering;
  readonly code: HostCode;
  readonly slots: ShadowSlots;
  temporary(type: ValType): number;
  spillForStub(from: number, roots: readonly number[]): number;
}

export class AllocationSite {
  readonly #lowering: AllocatingCode;
  readonly #roots: readonly number[];

  constructor(lowering: AllocatingCode, roots: readonly number[]) {
    this.#lowering = lowering;
    this.#roots = roots;
  }

  /** Allocates an object of a size known here; returns the temporary local with its address. */
  fixed(bytes: number): number {
    const { code, module } = this.#lowering;
    const address = this.#lowering.temporary(I32);
    const pushSize = (): void => code.i32(bytes);
    if (bytes > INLINE_ALLOCATION_MAXIMUM || module.options.collectAtSafepoints === true) {
      this.#slow(pushSize, address);
      return address;
    }
    const end = this.#lowering.temporary(I32);
    code.globalGet(module.heapTop);
    code.tee(address);
    code.i32(bytes);
    code.op("i32.add");
    code.tee(end);
    code.globalGet(module.heapLimit);
    code.op("i32.gt_u");
    this.#choose(pushSize, address, end);
    return address;
  }

  /** Allocates as many bytes as a local says, a multiple of 8 that fits in 31 bits. */
  sized(bytes: number): number {
    const { code, module } = this.#lowering;
    const address = this.#lowering.temporary(I32);
    const pushSize = (): void => code.get(bytes);
    if (module.options.collectAtSafepoints === true) {
      this.#slow(pushSize, address);
      return address;
    }
    const end = this.#lowering.temporary(I32);
    // The sum cannot wrap: a buffer ends below 0xFE000000, and what is too large for a buffer is refused first.
    code.get(bytes);
    code.i32(INLINE_ALLOCATION_MAXIMUM);
    code.op("i32.gt_u");
    code.globalGet(module.heapTop);
    code.tee(address);
    code.get(bytes);
    code.op("i32.add");
    code.tee(end);
    code.globalGet(module.heapLimit);
    code.op("i32.gt_u");
    code.op("i32.or");
    this.#choose(pushSize, address, end);
    return address;
  }

  /** With the condition for the slow path on the stack. */
  #choose(pushSize: () => void, address: number, end: number): void {
    const { code, module } = this.#lowering;
    code.unlikely();
    this.#slow(pushSize, address);
    code.else();
    code.get(end);
    code.globalSet(module.heapTop);
    code.end();
  }

  #slow(pushSize: () => void, address: number): void {
    const { code, module, slots } = this.#lowering;
    const kept = slots.leading(this.#roots);
    const inPlace = new Set<number>();
    for (let slot = 0; slot < kept; slot++) inPlace.add(slots.at(slot));
    const others = this.#roots.filter((local) => !inPlace.has(local));
    pushSize();
    const stored = this.#lowering.spillForStub(kept, others);
    code.call(module.stubs.allocate(others.length - stored));
    code.set(address);
    slots.forgetFrom(kept, others.length);
  }
}
