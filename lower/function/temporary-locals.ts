/** Host locals for values in between, reused by type when their value is consumed. */
import type { ValType } from "../../core/types/types.ts";
import type { HostCode } from "../host/host-code.ts";

export class TemporaryLocals {
  readonly #code: HostCode;
  readonly #free = new Map<ValType, number[]>();
  readonly #types = new Map<number, ValType>();
  /** Free again when the current instruction ends. */
  readonly #borrowed = new Set<number>();

  constructor(code: HostCode) {
    this.#code = code;
  }

  acquire(type: ValType): number {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    const local = this.#code.local(type);
    this.#types.set(local, type);
    return local;
  }

  /** The local is free when the current instruction ends. */
  borrow(local: number): void {
    this.#borrowed.add(local);
  }

  /** The local stays in use after the current instruction. */
  keep(local: number): void {
    this.#borrowed.delete(local);
  }

  releaseBorrowed(): void {
    if (this.#borrowed.size === 0) return;
    for (const local of this.#borrowed) this.release(local);
    this.#borrowed.clear();
  }

  release(local: number): void {
    const type = this.#types.get(local) as ValType;
    const free = this.#free.get(type);
    if (free === undefined) this.#free.set(type, [local]);
    else free.push(local);
  }
}
