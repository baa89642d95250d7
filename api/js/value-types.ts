/** `ValueType` and `TableKind` of the JS API, and the names that engines take beside them. */
import {
  ANYREF,
  ARRAYREF,
  abstractOf,
  EQREF,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  I31REF,
  I32,
  I64,
  isRef,
  refAbstract,
  STRUCTREF,
  V128,
  type ValType,
} from "../../core/types/types.ts";
import { toDomString } from "./webidl.ts";

const valueTypes: Readonly<Record<string, ValType>> = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
  externref: EXTERNREF,
  anyfunc: FUNCREF,
  funcref: FUNCREF,
  anyref: ANYREF,
  eqref: EQREF,
  i31ref: I31REF,
  structref: STRUCTREF,
  arrayref: ARRAYREF,
  exnref: EXNREF,
};

/**
 * ToValueType, which raises a TypeError for names of no value type; a reference type is made that to shared objects
 * where `shared`.
 */
export function toValueType(value: unknown, shared = false): ValType {
  const name = toDomString(value);
  const type = Object.hasOwn(valueTypes, name) ? valueTypes[name] : undefined;
  if (type === undefined) throw new TypeError(`"${name}" is no value type`);
  return shared && isRef(type) ? refAbstract(abstractOf(type), true, true) : type;
}
