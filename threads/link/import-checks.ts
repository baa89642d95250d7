/**
 * What reading imports has in common, whether a module is lowered or goes to the host as it is (JS API, "read the
 * imports of a module").
 */
import { LinkError } from "../../core/base/errors.ts";
import type { Import } from "../../core/types/module.ts";
import { isSubtypeId } from "../../core/types/subtype.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { Conversions } from "../values/convert.ts";
import { importName } from "./link.ts";

/**
 * What `from`, which an imports object has for the import's module, has for its name. Raises a TypeError where `from`
 * is no object.
 */
export function importedValue(from: unknown, { module, name }: Import): unknown {
  if ((typeof from !== "object" && typeof from !== "function") || from === null) {
    throw new TypeError(`unknown import: module "${module}" is not among the imports`);
  }
  return (from as Record<string, unknown>)[name];
}

/** Raises the LinkError of a value that is not what an import asks for. */
export function mismatch(entry: Import, value: unknown, expected: string): never {
  const rule = value === undefined ? "unknown import" : "incompatible import type";
  throw new LinkError(`${rule}: ${importName(entry)} must be ${expected}`, {
    code: rule.replaceAll(" ", "-"),
    expected,
  });
}

/** Whether a function of the store has a type that `declared` admits; with `exact` it is that one. */
export function functionFits(
  agent: Pick<Conversions, "control" | "heap">,
  types: TypeStore,
  number: number,
  declared: number,
  exact: boolean,
): boolean {
  const record = agent.control.functionType(number);
  const actual = agent.heap.objects.idOf(record);
  return exact ? actual === declared : isSubtypeId(types, actual, declared);
}
