/**
 * What one row of the instruction table holds, and how rows are declared.
 *
 * The decoder, the encoder, the text parser and printer, the validator, lowering, the interpreter and the documentation all read
 * these rows; `table.ts` collects them from the family files beside it and refuses duplicates when it is loaded.
 */
import type { FeatureName } from "../base/features.ts";
import type { ValType } from "../types/types.ts";
import type { ImmediateKind } from "./immediates.ts";
import type { LoweringName } from "./lowerings.ts";
import type { RuleName } from "./rules.ts";

/** What executing an instruction may do, beside computing its results. */
export interface Effects {
  /** May trap or throw. */
  readonly trap?: boolean;
  /** May allocate in the heap, and so collect. */
  readonly alloc?: boolean;
  /** May run other code of the module or of the host. */
  readonly call?: boolean;
  /** May suspend the current continuation. */
  readonly suspend?: boolean;
  readonly read?: boolean;
  readonly write?: boolean;
  /** May block the agent: the other agents collect without it. */
  readonly block?: boolean;
}

/** The types popped and pushed, in stack order (the last parameter is on top). */
export interface Signature {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

/** Linear-memory access: how many bytes it touches, as a power of two; natural alignment of the access. */
export interface MemoryAccess {
  readonly sizeLog2: number;
  readonly atomic: boolean;
}

/** Structure of control, for whoever walks bodies without validating them. */
export type ControlKind = "block" | "loop" | "if" | "else" | "end" | "try" | "catch" | "try_table" | "delegate" | "branch" | "return";

export interface Row {
  /**
   * The text format's keyword, such as `i32.add`. Where the text has one keyword for two codes, the second row's name has a word more,
   * after a space: `ref.test null`, `ref.cast null`, `ref.cast_desc_eq null` for the nullable target, `select result` for the typed form.
   */
  readonly name: string;
  /** The prefix byte 0xFB..0xFE, or 0 for single-byte opcodes. */
  readonly prefix: number;
  /** The opcode byte, or the u32 after the prefix. */
  readonly code: number;
  readonly immediates: readonly ImmediateKind[];
  /**
   * The types popped and pushed, where they do not depend on the module. A row may have both this and a rule: memory accesses, where the
   * rule puts the memory's address type in place of the first parameter, and lane accesses, where it checks the lane.
   */
  readonly signature: Signature | undefined;
  /** Name of the validation rule in `core/validate`; undefined where the signature says it all. */
  readonly rule: RuleName | undefined;
  readonly feature: FeatureName;
  readonly effects: Effects;
  /** Name of the rule in `lower/rules` by which the instruction is lowered. */
  readonly lowering: LoweringName;
  readonly memory: MemoryAccess | undefined;
  readonly control: ControlKind | undefined;
  /** May stand in a constant expression (core 3.4.12 and the proposals). */
  readonly constant: boolean;
  /** Other codes (prefix, code) that a reader takes for the same instruction; a writer never writes them (ENCODINGS). */
  readonly aliases: readonly { readonly prefix: number; readonly code: number }[];
  /** Other keywords that the text parser takes. */
  readonly spellings: readonly string[];
  /** Position in `rows`, given by the table when it is built: dense tables are indexed by it. */
  readonly id: number;
}

/** What a family file writes for a row; everything else has the default that `table.ts` fills in. */
export type RowSpec = Pick<Row, "name" | "code"> & Partial<Omit<Row, "name" | "code" | "id">>;
