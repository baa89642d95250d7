/**
 * What one row of the instruction table holds, and how rows are declared.
 *
 * The decoder, the encoder, the text parser and printer, the validator, lowering, the interpreter and the documentation
 * all read these rows; `table.ts` collects them from the family files beside it and refuses duplicates when it is
 * loaded.
 */
import type { FeatureName } from "../base/features.ts";
import type { ValType } from "../types/types.ts";
import type { ImmediateKind } from "./immediates.ts";
import type { LoweringName, RuleName } from "./rules.ts";

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

/**
 * As many operands or results as the module says.
 *
 * | word | operands | results |
 * |---|---|---|
 * | `func*`, `type*`, `tag*`, `cont*` | the parameters of what the immediate names | its results |
 * | `fields*` | one for each field of the structure type | |
 * | `count*` | as many as the immediate says | |
 * | `label*` | what the label takes | the same |
 * | `rest*` | what the label takes, without its last type | the same |
 * | `return*` | the results of the function | |
 * | `block*` | the parameters of the block's type | its results, behind the block's `end` |
 * | `frame*` | the results of the innermost block | the same |
 * | `arm*` | | what the arm of a block begins with: the parameters of an `if`, the values of an exception |
 * | `bound*` | the parameters that the first continuation type has more than the second | |
 * | `next*` | the parameters of a continuation but its last | those of the continuation that its last parameter is |
 */
export const varyings = [
  "func*",
  "type*",
  "tag*",
  "cont*",
  "fields*",
  "count*",
  "label*",
  "rest*",
  "return*",
  "block*",
  "frame*",
  "arm*",
  "bound*",
  "next*",
] as const;
export type Varying = (typeof varyings)[number];

/** One operand or result of a type, one whose type depends on the module, or several. */
export type Slot = ValType | "any" | Varying;

/** What is popped and pushed, in stack order (the last parameter is on top). */
export interface Typing {
  readonly params: readonly Slot[];
  readonly results: readonly Slot[];
}

/** The same where all types are known without a module. */
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
export type ControlKind =
  | "block"
  | "loop"
  | "if"
  | "else"
  | "end"
  | "try"
  | "catch"
  | "try_table"
  | "delegate"
  | "branch"
  | "return";

/** What an instruction reads, writes or makes: items by index, or objects by reference. */
export type Place = "local" | "global" | "table" | "memory" | "struct" | "array";

export type AtomicOperation = "get" | "set" | "add" | "sub" | "and" | "or" | "xor" | "xchg" | "cmpxchg";

export type Sign = "signed" | "unsigned";

export interface Row {
  /**
   * What the instruction is called, such as `i32.add`: for messages, documentation and look-ups. What is to be known
   * about an instruction is in the other fields.
   */
  readonly name: string;
  /**
   * The text format's keyword: the name, but where the text has one keyword for two codes. There the second row's name
   * has a word more: `ref.test null`, `ref.cast null`, `ref.cast_desc_eq null` for the nullable target, `select result`
   * for the typed form.
   */
  readonly keyword: string;
  /** The prefix byte 0xFB..0xFE, or 0 for single-byte opcodes. */
  readonly prefix: number;
  /** The opcode byte, or the u32 after the prefix. */
  readonly code: number;
  readonly immediates: readonly ImmediateKind[];
  /** The position in `immediates` of the index that `Immediates.index2` holds; -1 where there is none. */
  readonly secondIndex: number;
  /** What is popped and pushed: in memories and tables with 32-bit addresses, where that makes a difference. */
  readonly typing: Typing;
  /**
   * The same where it does not depend on the module. A row may have both this and a rule: memory accesses, where the
   * rule puts the memory's address type in place of the first parameter, and lane accesses, where it checks the lane.
   */
  readonly signature: Signature | undefined;
  /**
   * Control never goes on to the instruction behind it: the stack there is polymorphic (core 3.4, "stack-polymorphic").
   */
  readonly terminal: boolean;
  /** Pushes the value that its immediates are: the same one wherever it stands. */
  readonly literal: boolean;
  /** Name of the validation rule in `core/validate`; undefined where the signature says it all. */
  readonly rule: RuleName | undefined;
  readonly feature: FeatureName;
  readonly effects: Effects;
  /** Name of the rule in `lower/rules` by which the instruction is lowered. */
  readonly lowering: LoweringName;
  readonly memory: MemoryAccess | undefined;
  readonly control: ControlKind | undefined;
  /** Calls a function: one that it names, or one that a table or a reference leads to. */
  readonly call: "direct" | "indirect" | undefined;
  /** Decides on a condition, so that a branch hint may stand before it (branch-hinting, "Text format"). */
  readonly branchHint: boolean;
  /** What kind of item or object it accesses or makes, where it is made for one kind. */
  readonly place: Place | undefined;
  /** What an atomic access does to the value in its place; undefined for all but atomic accesses. */
  readonly atomic: AtomicOperation | undefined;
  /** How many memory orders an atomic access has: one of reading or writing, or one of each. */
  readonly orders: 0 | 1 | 2;
  /** What the upper bits of a narrow value become, where one rule is for both. */
  readonly sign: Sign | undefined;
  /** The target type of a test or cast is nullable: the other row with the keyword has the one that is not. */
  readonly nullable: boolean;
  /** How many lanes a lane index chooses among; 0 for instructions without one. */
  readonly lanes: number;
  /** May stand in a constant expression (core 3.4.12 and the proposals). */
  readonly constant: boolean;
  /**
   * Other codes (prefix, code) that a reader takes for the same instruction; a writer never writes them (ENCODINGS).
   */
  readonly aliases: readonly { readonly prefix: number; readonly code: number }[];
  /** Other keywords that the text parser takes. */
  readonly spellings: readonly string[];
  /** Position in `rows`, given by the table when it is built: dense tables are indexed by it. */
  readonly id: number;
}

/** What a family file writes for a row; everything else has the default that `table.ts` fills in. */
export type RowSpec = Pick<Row, "name" | "code" | "typing"> &
  Partial<Omit<Row, "name" | "code" | "typing" | "signature" | "secondIndex" | "orders" | "id">>;
