/**
 * The lowering rules by the name that an instruction's row gives in `lowering`. Core registers its own; `gc/lower` and `threads/lower`
 * register theirs when they are imported.
 */
import { InternalError } from "../../core/base/assert.ts";
import type { Row } from "../../core/ops/row.ts";
import { rows } from "../../core/ops/table.ts";
import type { FunctionLowering } from "../function/function-lowering.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import type { Instruction } from "./instruction.ts";
import type { Operand } from "./operand.ts";

/** Where an instruction lets the collector run: in a call, in an allocation's slow path, or nowhere. */
export type Safepoint = "none" | "call" | "allocation";

/** How one kind of instruction is lowered. */
export interface Rule {
  /**
   * How many operands, from the top, the rule gets as `Operand`s: locals or constants that it may read any number of times. The others are
   * on the host's stack in their order.
   */
  readonly operands: number;
  readonly safepoint: Safepoint;
  /** Writes the instruction's host code and names its results with `lowering.push...`. */
  emit(lowering: FunctionLowering, instruction: Instruction, operands: readonly Operand[]): void;
}

/** A rule, or the choice of one by the instruction's immediates and types. */
export type RuleEntry = Rule | ((instruction: Omit<Instruction, "rule">, module: ModuleLowering) => Rule);

/** Stands for all operands, however many there are. */
export const ALL = 0x7fffffff;

const entries = new Map<string, RuleEntry>();

/** The same by the row's number, for the rows that were asked for. */
const entriesByRow: (RuleEntry | undefined)[] = rows.map(() => undefined);

/** Enters rules by name. A name has one rule. */
export function registerRules(rules: Readonly<Record<string, RuleEntry>>): void {
  for (const [name, entry] of Object.entries(rules)) {
    if (entries.has(name)) throw new InternalError(`two lowering rules are called ${name}`);
    entries.set(name, entry);
  }
}

/** The entry of a row; undefined where the instruction cannot be lowered. */
export function ruleEntryOf(row: Row): RuleEntry | undefined {
  let entry = entriesByRow[row.id];
  if (entry === undefined) {
    entry = entries.get(row.lowering);
    entriesByRow[row.id] = entry;
  }
  return entry;
}

/** The entry of a name; undefined where the instruction cannot be lowered. */
export function ruleEntry(name: string): RuleEntry | undefined {
  return entries.get(name);
}

type Emit = Rule["emit"];

/** A rule whose operands stay on the host's stack, and whose results the code leaves there. */
export function onStack(emit: (lowering: FunctionLowering, instruction: Instruction) => void, safepoint: Safepoint = "none"): Rule {
  return {
    operands: 0,
    safepoint,
    emit: (lowering, instruction) => {
      emit(lowering, instruction);
      lowering.pushResults(instruction);
    },
  };
}

/** A rule that gets all operands as locals or constants. */
export function withOperands(emit: Emit, safepoint: Safepoint = "none"): Rule {
  return { operands: ALL, safepoint, emit };
}

/** A rule that gets the uppermost operand as a local or constant. */
export function withTop(emit: Emit, safepoint: Safepoint = "none"): Rule {
  return { operands: 1, safepoint, emit };
}
