/**
 * Builtins on shared strings (shared-everything threads, "Shared String Builtins"): what there is for unshared ones,
 * with types that are shared throughout. Shared externs are addresses in lowered code, so that strings are taken out of
 * the heap and put into it.
 */
import type { CompositeType, ValType } from "../../core/types/types.ts";
import { abstractOf, isAbstract, isNullable, isRef, refAbstract } from "../../core/types/types.ts";
import type { Conversions } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import { NULL, type Signature, type ValueKind } from "../values/kinds.ts";

/**
 * A builtin's type with the shared heap types in place of the unshared ones; defined types are those of a list that is
 * shared, too.
 */
export function sharedType(type: CompositeType): CompositeType {
  return type.kind === "func"
    ? { kind: "func", params: type.params.map(sharedValue), results: type.results.map(sharedValue) }
    : type;
}

function sharedValue(type: ValType): ValType {
  return isRef(type) && isAbstract(type) ? refAbstract(abstractOf(type), isNullable(type), true) : type;
}

function isExtern(kind: ValueKind | undefined): boolean {
  return kind?.kind === "ref" && kind.hierarchy === "extern";
}

/** `target`, which takes and returns values of JS, on shared externs. It runs no code of the program. */
export function onSharedStrings(
  agent: Pick<Conversions, "sharedValues">,
  { params, results }: Signature,
  target: LoweredFunction,
): LoweredFunction {
  const returnsExtern = isExtern(results[0]);
  return (...operands) => {
    const sp = operands[params.length] as number;
    const values = params.map((kind, i) => (isExtern(kind) ? toValue(agent, operands[i] as number) : operands[i]));
    const result = target(...values);
    if (!returnsExtern) return result;
    // Only `cast` returns what it was given.
    const same = values.findIndex((value, i) => value === result && isExtern(params[i]));
    return same < 0 ? agent.sharedValues.allocate(result as string, sp) : operands[same];
  };
}

/** The string or number, null, or undefined for whatever else a shared extern may be. */
function toValue(agent: Pick<Conversions, "sharedValues">, reference: number): unknown {
  if (reference === NULL) return null;
  return (reference & 1) === 1 ? reference >> 1 : agent.sharedValues.get(reference);
}
