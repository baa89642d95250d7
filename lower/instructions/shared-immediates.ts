/**
 * Immediates that are kept for as long as a module is lowered. Most instructions have one of a few: a local's index, a
 * small constant, a field's offset. Those share one object, which nobody changes.
 */

import type { ImmediateKind } from "../../core/ops/immediates.ts";
import { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";

const none = new Immediates();
/** The numbers that tell shared immediates apart are below this. */
const MAXIMUM_KEY = 4096;
const KEYED: readonly ImmediateKind[] = ["local", "func", "global", "type", "label", "i32", "memarg"];
const SMALL_OFFSET = 512n;

/** The number of these immediates among those of their kind; -1 where they are kept for themselves. */
function keyOf(kind: ImmediateKind, immediates: Immediates): number {
  switch (kind) {
    case "label":
      return immediates.label;
    case "i32":
      return immediates.i32;
    case "memarg": {
      const { align, offset, index, hasOrder } = immediates;
      return index !== 0 || hasOrder || align > 7 || offset >= SMALL_OFFSET ? -1 : Number(offset) * 8 + align;
    }
    default:
      return immediates.index;
  }
}

const shared = new Map<ImmediateKind, Immediates[]>(KEYED.map((kind) => [kind, []]));
/** The same by the row's number, null for rows whose immediates are not shared. */
const sharedByRow: (Immediates[] | null)[] = [];

function sharedOf(row: Row): Immediates[] | null {
  const [kind] = row.immediates;
  const list = (row.immediates.length === 1 && kind !== undefined && shared.get(kind)) || null;
  sharedByRow[row.id] = list;
  return list;
}

/** The immediates as they are now: in an object of their own, or in one that others have too. */
export function keptImmediates(row: Row, immediates: Immediates): Immediates {
  if (row.immediates.length === 0) return none;
  const known = sharedByRow[row.id];
  const list = known === undefined ? sharedOf(row) : known;
  if (list === null) return immediates.copy();
  const key = keyOf(row.immediates[0] as ImmediateKind, immediates);
  if (key < 0 || key >= MAXIMUM_KEY) return immediates.copy();
  let kept = list[key];
  if (kept === undefined) {
    kept = immediates.copy();
    list[key] = kept;
  }
  return kept;
}
