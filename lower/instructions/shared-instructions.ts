/**
 * Instructions that stand for all of their like in a module: a `local.get 3` of an i32, an `i32.add`. They are most of
 * a module, and an object for each would be most of the memory that lowering takes, and of what the host must collect.
 *
 * Whatever tells an instruction's place has an object of its own: what may trap or call (`hasPosition`), control
 * instructions, and accesses to the heap and to tables, in whose place others may be made up. So does a call, whose
 * rule may be replaced.
 */
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Place, Row } from "../../core/ops/row.ts";
import { rows } from "../../core/ops/table.ts";
import type { ValType } from "../../core/types/types.ts";
import { hasPosition } from "../host/source-positions.ts";
import type { Instruction, RuleNeeds } from "./instruction.ts";

const SLOTS = 4096;
const ROW_FACTOR = 0x9e3779b1;
const INDEX_FACTOR = 0x85ebca6b;
const TYPE_FACTOR = 0xc2b2ae35;

const inMemory: ReadonlySet<Place | undefined> = new Set<Place>(["struct", "array", "table"]);
const isShared: readonly boolean[] = rows.map(
  (row) => row.control === undefined && !hasPosition(row) && !inMemory.has(row.place),
);

/** Where an instruction is kept; another one may be there. */
function slotOf(row: Row, { index, i32 }: Immediates, pushed: readonly ValType[]): number {
  const type = pushed.length === 0 ? 0 : (pushed[0] as ValType);
  const hash = Math.imul(row.id, ROW_FACTOR) ^ Math.imul(index + i32, INDEX_FACTOR) ^ Math.imul(type, TYPE_FACTOR);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

export class SharedInstructions<R extends RuleNeeds> {
  readonly #slots: (Instruction<R> | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);

  /** The instruction with just these parts, if there is one; the lists and immediates are compared as objects. */
  find(
    row: Row,
    immediates: Immediates,
    popped: readonly ValType[],
    pushed: readonly ValType[],
  ): Instruction<R> | undefined {
    if (isShared[row.id] !== true) return undefined;
    const found = this.#slots[slotOf(row, immediates, pushed)];
    if (found === undefined || found.row !== row || found.immediates !== immediates) return undefined;
    return found.popped === popped && found.pushed === pushed ? found : undefined;
  }

  /** Keeps an instruction for others to find, if its kind is shared. */
  keep(instruction: Instruction<R>): void {
    const { row, immediates, pushed } = instruction;
    if (isShared[row.id] === true) this.#slots[slotOf(row, immediates, pushed)] = instruction;
  }
}
