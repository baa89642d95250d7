/**
 * What the analyses of a function tell apart, as a number for each row: they walk over all instructions, most of which
 * are of no interest to them, and a comparison of names for each would take longer than all else.
 */
import type { ControlKind, Row } from "../../core/ops/row.ts";
import { byRow, rows } from "../../core/ops/table.ts";

const OTHER = 0;
export const BLOCK = 1;
export const LOOP = 2;
export const IF = 3;
export const TRY_TABLE = 4;
export const ELSE = 5;
export const END = 6;
/** Instructions that may branch to a label. */
export const BRANCH = 7;
/** `return` and tail calls. */
export const RETURN = 8;
export const LOCAL_GET = 9;
export const LOCAL_SET = 10;
export const LOCAL_TEE = 11;
export const UNREACHABLE = 12;
/** `throw` and `throw_ref`. */
export const THROW = 13;

const kindsByControl: Readonly<Partial<Record<ControlKind, number>>> = {
  block: BLOCK,
  loop: LOOP,
  if: IF,
  try_table: TRY_TABLE,
  else: ELSE,
  end: END,
  branch: BRANCH,
  return: RETURN,
};
const otherKinds = byRow<number>({
  "local.get": LOCAL_GET,
  "local.set": LOCAL_SET,
  "local.tee": LOCAL_TEE,
  unreachable: UNREACHABLE,
  throw: THROW,
  throw_ref: THROW,
});
const kinds = Uint8Array.from(rows, ({ id, control }) =>
  control === undefined ? (otherKinds[id] ?? OTHER) : (kindsByControl[control] ?? OTHER),
);

/** One of the constants above. */
export function kindOf({ id }: Row): number {
  return kinds[id] as number;
}

/** Whether a kind opens a block. */
export function opensBlock(kind: number): boolean {
  return kind >= BLOCK && kind <= TRY_TABLE;
}
