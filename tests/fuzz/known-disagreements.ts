/**
 * Where Heddle and V8 disagree about a module and Heddle is right, or both may choose: each with the clause that says
 * so.
 */
import type { CompileError } from "../../core/base/errors.ts";
import { type Surroundings, surroundingsOf } from "./surroundings.ts";

/** A module on which the two disagree: one of `heddle` and `host` says why it is refused. */
export interface Disagreement {
  readonly bytes: Uint8Array;
  readonly heddle: CompileError | undefined;
  /** The host's message; empty where it accepts the module. */
  readonly host: string;
}

export interface KnownDisagreement {
  readonly name: string;
  /** What the specification says, and where. */
  readonly clause: string;
  readonly matches: (disagreement: Disagreement) => boolean;
}

/** The codes of i32, i64, f32, f64 and v128. */
const numbers: ReadonlySet<number | undefined> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b]);

/** True where the host refuses with such a message. */
const hostSays =
  (pattern: RegExp) =>
  ({ host }: Disagreement): boolean =>
    pattern.test(host);
/** Where Heddle refuses an instruction for a type mismatch: what is around it, and its opcode. */
function mismatch({ heddle, bytes }: Disagreement): (Surroundings & { readonly opcode: number }) | undefined {
  if (heddle?.code !== "type-mismatch" || heddle.offset === undefined) return undefined;
  const surroundings = surroundingsOf(bytes, heddle.offset);
  return surroundings && { ...surroundings, opcode: bytes[heddle.offset] as number };
}

const knownDisagreements: readonly KnownDisagreement[] = [
  {
    name: "sizes of 32-bit memories and tables as 64-bit numbers",
    clause:
      "core 5.3 'Limits': `0x00 n:u64` for both address types; that n is in range is validation's (core 3.2 'Limits'). V8 reads a u32.",
    matches: hostSays(/length overflow while decoding (initial|maximum) size/),
  },
  {
    name: "smaller implementation limits of the host",
    clause: "core appendix 'Implementation Limitations': a limit of the implementation, here on sizes that are valid.",
    matches: hostSays(/larger than implementation limit/),
  },
  {
    name: "both forms of exception handling in one module",
    clause:
      "core 3.0 appendix and legacy exception handling: neither forbids it. V8 does, so that a function has one kind of handler table.",
    matches: hostSays(/mix of legacy and new exception handling/),
  },
  {
    name: "a tag's attribute as a number",
    clause:
      "core 5.3 'Tag Types': the attribute is the byte 0x00. V8 reads a LEB128 number, and so takes longer forms of zero.",
    matches: ({ heddle }) => heddle?.code === "malformed-tag" && heddle.rule === "malformed tag attribute",
  },
  {
    name: "an element segment of numbers",
    clause:
      "core 5.5 'Element Section': the type of a segment is a reference type. V8 takes any value type where the segment has no items.",
    matches: ({ heddle, bytes }) =>
      heddle?.rule === "malformed reference type" && numbers.has(bytes[heddle.offset ?? 0]),
  },
  {
    name: "a reference of unknown type is any operand",
    clause:
      "core appendix 'Validation Algorithm', pop_ref: in unreachable code `ref.as_non_null`, `br_on_null` and `br_on_non_null` make " +
      "(ref bot), which is no number. V8 keeps the bottom of all types.",
    matches: ({ heddle }) => heddle?.code === "type-mismatch" && heddle.rule.includes("(ref any heap type)"),
  },
  {
    name: "ref.eq of a bottom and anything",
    clause:
      "core 3.4 'ref.eq': both operands are eqref. V8 does not look at the second where the first is made up in unreachable code.",
    matches: (disagreement) => {
      const found = mismatch(disagreement);
      return found?.opcode === 0xd3 && found.unreachable;
    },
  },
  {
    name: "types after a conditional branch in unreachable code",
    clause:
      "core 3.4 'br_if': [t* i32] -> [t*] for the label's types t*, in unreachable code too (the `br_on_` instructions likewise). V8 leaves " +
      "the operands' own types on the stack there.",
    matches: (disagreement) => mismatch(disagreement)?.afterConditionalBranch === true,
  },
  {
    name: "types after a branch on a cast that cannot fail",
    clause:
      "core 3.4 'br_on_cast_fail': what goes on has the target type of the instruction. V8 leaves the operand's own type on the stack where " +
      "that is below the target type already.",
    matches: (disagreement) => mismatch(disagreement)?.afterCastBranch === true,
  },
  {
    name: "a sub type that is the first to have a descriptor",
    clause:
      "custom-descriptors#111 (August 2026): a type has a descriptor just where its supertype has one. V8 has the older rule.",
    matches: ({ heddle }) => heddle?.code === "sub-type" && heddle.rule.endsWith("only the sub type has a descriptor"),
  },
  {
    name: "a descriptor that is a sub type, but not of the declared one",
    clause:
      "custom-descriptors#111: the descriptor of a sub type has the supertype's descriptor as its declared supertype. V8 has the older rule.",
    matches: ({ heddle }) =>
      heddle?.code === "descriptor" && /type \d+ does not match that of the super type/.test(heddle.rule),
  },
  {
    name: "br_on_non_null to a label without types",
    clause:
      "core 3.4 'br_on_non_null': the label's types are [t* (ref ht)], and so one at least. V8 takes a label with none.",
    matches: ({ heddle }) =>
      heddle?.code === "type-mismatch" && /^type mismatch: label must take .* but has \[\]/.test(heddle.rule),
  },
];

/** The entry that explains a disagreement, if there is one. */
export function knownDisagreement(disagreement: Disagreement): KnownDisagreement | undefined {
  return knownDisagreements.find(({ matches }) => matches(disagreement));
}
