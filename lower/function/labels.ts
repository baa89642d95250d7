/**
 * The labels that are open while a function is lowered, and what is known of the shadow stack where branches to them
 * arrive.
 */
import { assert } from "../../core/base/assert.ts";
import type { HostCode } from "../host/host-code.ts";
import { meet, type ShadowSlots, type SlotState } from "./shadow-slots.ts";

export interface Label {
  readonly kind: "block" | "loop" | "polledLoop" | "if" | "else";
  /** Number of entries on the operand stack below the label's block. */
  readonly height: number;
  /** Number of host blocks that are open inside of the one to branch to, itself included. */
  readonly hostDepth: number;
  /** Of an `if`: the shadow slots where it began. */
  readonly entered?: SlotState | undefined;
  /** Of a polled loop: the locals that its poll spills. */
  readonly roots: readonly number[];
  /** Writes what follows the block's host block, with the label closed. */
  readonly close?: () => void;
}

interface OpenLabel extends Label {
  /** What all branches to the label so far agree on. */
  merged: SlotState | undefined;
}

export class Labels {
  readonly #code: HostCode;
  readonly #slots: ShadowSlots;
  readonly #labels: OpenLabel[] = [];

  constructor(code: HostCode, slots: ShadowSlots) {
    this.#code = code;
    this.#slots = slots;
  }

  get depth(): number {
    return this.#labels.length;
  }

  push(label: Label): void {
    this.#labels.push({ ...label, merged: undefined });
  }

  /** Closes the innermost label: control goes on where it ends, or where branches to it arrive. */
  pop(): Label {
    const label = this.#labels.pop();
    assert(label !== undefined, "blocks are balanced");
    let state = meet(this.#slots.save(), label.merged);
    // Without an else arm, control may have passed by.
    if (label.kind === "if") state = meet(state, label.entered);
    this.#slots.restore(state);
    return label;
  }

  /** An `if` goes over to its `else`. */
  otherwise(): void {
    const label = this.#labels.pop();
    assert(label?.kind === "if", "an else belongs to an if");
    this.#labels.push({ ...label, kind: "else", merged: meet(this.#slots.save(), label.merged) });
    this.#slots.restore(label.entered);
  }

  /** Notes what the poll of the innermost label's loop spills. */
  setRoots(roots: readonly number[]): void {
    const label = this.#labels.pop();
    assert(label !== undefined, "a loop is open");
    this.#labels.push({ ...label, roots });
  }

  get innermost(): Label | undefined {
    return this.#labels[this.#labels.length - 1];
  }

  /** The host's label index for a branch to a label of the source, which arrives with the present shadow slots. */
  branch(depth: number): number {
    const label = this.#labels[this.#labels.length - 1 - depth];
    if (label === undefined) return this.#code.depth;
    if (label.kind !== "loop" && label.kind !== "polledLoop") label.merged = meet(this.#slots.save(), label.merged);
    return this.#code.depth - label.hostDepth;
  }
}
