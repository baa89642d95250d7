/**
 * The form in which a function is lowered: its reachable instructions in order, each with the types of its operands and
 * its rule.
 *
 * It stays flat, since the host's code has the same structure; analyses walk the list forwards or backwards with a
 * stack of labels. `instruction-reader.ts` makes it.
 */
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import type { ValType } from "../../core/types/types.ts";

/** Where an instruction lets the collector run: in a call, in an allocation's slow path, or nowhere. */
export type Safepoint = "none" | "call" | "allocation";

/** What must be known of a rule before any code is written. */
export interface RuleNeeds {
  /**
   * How many operands, from the top, the rule gets as `Operand`s: locals or constants that it may read any number of
   * times. The others are on the host's stack in their order.
   */
  readonly operands: number;
  readonly safepoint: Safepoint;
}

export interface Instruction<R extends RuleNeeds = RuleNeeds> {
  readonly row: Row;
  readonly immediates: Immediates;
  /**
   * The operands' types in stack order, canonical; of an `end` or `else` they may hold what unreachable code made up.
   */
  readonly popped: readonly ValType[];
  readonly pushed: readonly ValType[];
  /**
   * Where it stands in the binary; of instructions that several places share (`shared-instructions.ts`), where one of
   * them stands.
   */
  readonly offset: number;
  /** Chosen by the row, the immediates and the types; a pass that knows more may choose another. */
  rule: R;
}

/** An instruction whose rule is still to be chosen. */
export type Unruled = Omit<Instruction, "rule">;
