/**
 * How many operands an instruction takes and how many results it leaves, for folding. Only how the text looks depends on it: folded
 * operands are the instructions before, whatever their types, so a wrong number never changes what is printed back to binary.
 */

import type { Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import type { ModuleParts } from "../../types/module.ts";

export type Arity = readonly [operands: number, results: number];

/** Rows without a signature whose arity is always the same. */
const fixed: Readonly<Record<string, Arity>> = {
  drop: [1, 0],
  select: [3, 1],
  "select result": [3, 1],
  unreachable: [0, 0],
  return: [0, 0],
  br: [0, 0],
  br_if: [1, 0],
  br_table: [1, 0],
  br_on_null: [1, 1],
  br_on_non_null: [1, 0],
  br_on_cast: [1, 1],
  br_on_cast_fail: [1, 1],
  br_on_cast_desc_eq: [2, 1],
  br_on_cast_desc_eq_fail: [2, 1],
  throw_ref: [1, 0],
  "local.get": [0, 1],
  "local.set": [1, 0],
  "local.tee": [1, 1],
  "global.get": [0, 1],
  "global.set": [1, 0],
  "ref.null": [0, 1],
  "ref.func": [0, 1],
  "ref.eq": [2, 1],
  "ref.get_desc": [1, 1],
  "ref.cast_desc_eq": [2, 1],
  "ref.cast_desc_eq null": [2, 1],
  "table.get": [1, 1],
  "table.set": [2, 0],
  "table.size": [0, 1],
  "table.grow": [2, 1],
  "memory.size": [0, 1],
  "memory.grow": [1, 1],
  "elem.drop": [0, 0],
  "data.drop": [0, 0],
  "memory.discard": [2, 0],
  "array.new": [2, 1],
  "array.new_default": [1, 1],
  "array.new_data": [2, 1],
  "array.new_elem": [2, 1],
  "array.get": [2, 1],
  "array.get_s": [2, 1],
  "array.get_u": [2, 1],
  "array.set": [3, 0],
  "array.len": [1, 1],
  "array.fill": [4, 0],
  "array.copy": [5, 0],
  "array.init_data": [4, 0],
  "array.init_elem": [4, 0],
  "struct.new_default": [0, 1],
  "struct.new_default_desc": [1, 1],
  "struct.set": [2, 0],
  "cont.new": [1, 1],
};

/** What an atomic access takes beside the object and index, and leaves. */
const atomics: Readonly<Record<string, Arity>> = { get: [0, 1], set: [1, 0], rmw: [1, 1], cmpxchg: [2, 1] };
const places: Readonly<Record<string, number>> = { global: 0, table: 1, struct: 1, array: 2 };

const none: Arity = [0, 0];

export function arityOf(module: ModuleParts, functionTypes: readonly number[], row: Row, immediates: Immediates): Arity {
  const { signature, name } = row;
  if (signature !== undefined) return [signature.params.length, signature.results.length];
  const known = fixed[name];
  if (known !== undefined) return known;
  const func = (index: number): Arity => {
    const composite = module.types[index]?.composite;
    return composite?.kind === "func" ? [composite.params.length, composite.results.length] : none;
  };
  const fields = (): number => {
    const composite = module.types[immediates.index]?.composite;
    return composite?.kind === "struct" ? composite.fields.length : 0;
  };
  const [first = "", second = "", third = "", fourth = ""] = name.split(".");
  if (second === "atomic" && places[first] !== undefined) {
    const [operands, results] = atomics[fourth === "cmpxchg" ? fourth : third.slice(0, 3)] ?? none;
    return [operands + places[first], results];
  }
  switch (name) {
    case "call":
    case "return_call":
      return func(functionTypes[immediates.index] ?? -1);
    case "call_indirect":
    case "return_call_indirect":
    case "call_ref":
    case "return_call_ref": {
      const [operands, results] = func(immediates.index);
      return [operands + 1, results];
    }
    case "struct.new":
      return [fields(), 1];
    case "struct.new_desc":
      return [fields() + 1, 1];
    case "array.new_fixed":
      return [immediates.count, 1];
  }
  if (name.startsWith("struct.get") || first === "i31" || first === "ref" || second === "convert_any" || second === "convert_extern")
    return [1, 1];
  if (first === "memory" || first === "table") return [3, 0];
  return none;
}
