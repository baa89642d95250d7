/**
 * What a function knows of its shadow-stack frame at a point: which slot holds the present value of which local.
 *
 * A call must find the references that live across it in slots 0, 1, ... without gaps, and the callee's frame begins
 * behind them. Since the collector does not move objects, a slot stays right until its local is written, so a reference
 * that lives across many calls is stored once in straight-line code. Where control flow merges, what all ways agree on
 * is kept.
 */

/** The local in each slot; -1 where unknown. */
export type SlotState = readonly number[];

export interface Store {
  readonly slot: number;
  readonly local: number;
}

const UNKNOWN = -1;
const noStores: readonly Store[] = [];

export class ShadowSlots {
  /** Undefined in unreachable code. */
  #slots: number[] | undefined = [];

  save(): SlotState | undefined {
    return this.#slots?.slice();
  }

  restore(state: SlotState | undefined): void {
    this.#slots = state?.slice();
  }

  forget(): void {
    this.#slots = [];
  }

  unreachable(): void {
    this.#slots = undefined;
  }

  /** The local has a new value. */
  invalidate(local: number): void {
    const at = this.#slots?.indexOf(local) ?? -1;
    if (at >= 0 && this.#slots !== undefined) this.#slots[at] = UNKNOWN;
  }

  /** The stores that put `locals` into the first slots, in some order, for a call. */
  arrange(locals: readonly number[]): readonly Store[] {
    if (locals.length === 0) {
      this.#slots = [];
      return noStores;
    }
    const slots = this.#slots ?? [];
    const missing: number[] = [];
    for (const local of locals) {
      const at = slots.indexOf(local);
      if (at < 0 || at >= locals.length) missing.push(local);
    }
    const wanted = new Set(locals);
    const stores: Store[] = [];
    for (let slot = 0; slot < locals.length; slot++) {
      const holds = slots[slot] ?? UNKNOWN;
      if (holds !== UNKNOWN && wanted.has(holds)) continue;
      const local = missing[stores.length] as number;
      stores.push({ slot, local });
    }
    for (const { slot, local } of stores) {
      while (slots.length < slot) slots.push(UNKNOWN);
      slots[slot] = local;
    }
    // The callee writes its own frame behind.
    slots.length = Math.min(slots.length, locals.length);
    this.#slots = slots;
    return stores;
  }

  /** How many of the first slots hold some of `locals` already. */
  leading(locals: readonly number[]): number {
    let count = 0;
    while (count < locals.length && locals.includes(this.#slots?.[count] ?? UNKNOWN)) count++;
    return count;
  }

  at(slot: number): number {
    return this.#slots?.[slot] ?? UNKNOWN;
  }

  /** The slots from `first` on may have been overwritten, on a slow path. */
  forgetFrom(first: number, count: number): void {
    for (let slot = first; slot < Math.min(first + count, this.#slots?.length ?? 0); slot++)
      (this.#slots as number[])[slot] = UNKNOWN;
  }
}

/** What both states agree on; unreachable code agrees with anything. */
export function meet(a: SlotState | undefined, b: SlotState | undefined): SlotState | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a.slice(0, b.length).map((local, slot) => (local === b[slot] ? local : UNKNOWN));
}
