/** Types as the text format writes them, for messages. */
import { assert } from "../../base/assert.ts";
import type { ModuleParts } from "../../types/module.ts";
import {
  abstractOf,
  BOT,
  BOT_REF,
  indexOf,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  isUnknownShare,
  type ValType,
} from "../../types/types.ts";
import { heapTypeByCode, wordOf } from "../../types/vocabulary.ts";

/** What naming needs to know: canonical ids are named by a type index of the module that has them. */
export interface Naming {
  readonly module: Pick<ModuleParts, "names">;
  readonly canonical: Int32Array;
}

/** `$name` or `$3`: the first type of the module that has this canonical id. */
function defName(naming: Naming, id: number): string {
  const index = naming.canonical.indexOf(id);
  assert(index >= 0, `type ${id} is not one of the module's`);
  return `$${naming.module.names.types.get(index) ?? index}`;
}

/** The heap type of a canonical reference, such as `(shared any)` or `(exact $point)`. */
export function heapName(naming: Naming, ref: ValType): string {
  if (!isAbstract(ref))
    return isExact(ref) ? `(exact ${defName(naming, indexOf(ref))})` : defName(naming, indexOf(ref));
  if (ref === BOT_REF) return "any heap type";
  const name = heapTypeByCode(abstractOf(ref))?.name ?? "bot";
  return isAbstractShared(ref) ? `(shared ${name})` : isUnknownShare(ref) ? `(maybe-shared ${name})` : name;
}

/** A canonical value type, such as `i32` or `(ref null $3)`. */
export function typeName(naming: Naming, type: ValType): string {
  if (type < 0) return type === BOT ? "any type" : (wordOf(type) ?? `type ${type}`);
  return `(ref ${isNullable(type) ? "null " : ""}${heapName(naming, type)})`;
}

/** A list of types, such as `[i32 (ref $1)]`. */
export function typeNames(naming: Naming, types: readonly ValType[]): string {
  return `[${types.map((type) => typeName(naming, type)).join(" ")}]`;
}
