/** `ValueType` and `TableKind` of the JS API, and the names that engines take beside them. */
import { abstractOf, FUNCREF, isAbstract, isRef, refAbstract, type ValType } from "../../core/types/types.ts";
import { type Hierarchy, heapTypeByCode, valueTypesByWord } from "../../core/types/vocabulary.ts";
import { toDomString } from "./webidl.ts";

/** The hierarchies of which engines take the types by name. */
const named: ReadonlySet<Hierarchy> = new Set<Hierarchy>(["any", "func", "extern", "exn"]);

function hasName(type: ValType): boolean {
  if (!isRef(type)) return true;
  const heap = isAbstract(type) ? heapTypeByCode(abstractOf(type)) : undefined;
  return heap !== undefined && named.has(heap.hierarchy) && !heap.isBottom;
}

const valueTypes: ReadonlyMap<string, ValType> = new Map([
  ...[...valueTypesByWord].filter(([, type]) => hasName(type)),
  ["anyfunc", FUNCREF],
]);

/**
 * ToValueType, which raises a TypeError for names of no value type; a reference type is made that to shared objects
 * where `shared`.
 */
export function toValueType(value: unknown, shared = false): ValType {
  const name = toDomString(value);
  const type = valueTypes.get(name);
  if (type === undefined) throw new TypeError(`"${name}" is no value type`);
  return shared && isRef(type) ? refAbstract(abstractOf(type), true, true) : type;
}
