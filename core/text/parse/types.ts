/** Value, heap and reference types in text (core 6.4.1 to 6.4.4). */
import type { FeatureName } from "../../base/features.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  type AbstractHeapName,
  F32,
  F64,
  type HeapType,
  I8,
  I16,
  I32,
  I64,
  refAbstract,
  refDefined,
  type StorageType,
  V128,
  type ValType,
  withNull,
} from "../../types/types.ts";
import { KEYWORD } from "../lex/lexer.ts";
import type { Context } from "./context.ts";

const numeric = new Map<string, ValType>([
  ["i32", I32],
  ["i64", I64],
  ["f32", F32],
  ["f64", F64],
  ["v128", V128],
]);

/** The one-word forms of nullable references to abstract heap types. */
export const shorthands = new Map<string, AbstractHeapName>([
  ["funcref", "func"],
  ["externref", "extern"],
  ["anyref", "any"],
  ["eqref", "eq"],
  ["i31ref", "i31"],
  ["structref", "struct"],
  ["arrayref", "array"],
  ["exnref", "exn"],
  ["contref", "cont"],
  ["waitqueueref", "waitqueue"],
  ["nullref", "none"],
  ["nullfuncref", "nofunc"],
  ["nullexternref", "noextern"],
  ["nullexnref", "noexn"],
  ["nullcontref", "nocont"],
]);

const heapCodes = new Map<string, AbstractHeapCode>(Object.entries(AbstractHeap));

/** The feature that brings an abstract heap type. */
const heapFeatures: Readonly<Record<AbstractHeapName, FeatureName>> = {
  // The first version of the standard has `funcref` as the element type of tables.
  func: "mvp",
  extern: "reference-types",
  nofunc: "gc",
  noextern: "gc",
  none: "gc",
  any: "gc",
  eq: "gc",
  i31: "gc",
  struct: "gc",
  array: "gc",
  exn: "exceptions",
  noexn: "exceptions",
  cont: "stack-switching",
  nocont: "stack-switching",
  waitqueue: "shared-everything-threads",
  nowaitqueue: "shared-everything-threads",
};

/** The abstract heap type that the current token names, or undefined. */
function abstractHeap(c: Context): AbstractHeapCode | undefined {
  if (c.lexer.kind !== KEYWORD) return undefined;
  const word = c.lexer.text();
  const code = heapCodes.get(word);
  if (code === undefined) return undefined;
  c.require(heapFeatures[word as AbstractHeapName], word);
  c.lexer.advance();
  return code;
}

/** A heap type: abstract, `(shared ht)`, an index, or `(exact x)`. Returned as the reference to it that is not nullable. */
export function parseHeapType(c: Context): HeapType {
  const plain = abstractHeap(c);
  if (plain !== undefined) return refAbstract(plain, false);
  if (c.lexer.isOpening("shared")) {
    c.require("shared-everything-threads", "shared");
    c.open("shared");
    const code = abstractHeap(c) ?? c.unexpected("an abstract heap type");
    c.close();
    return refAbstract(code, false, true);
  }
  if (c.lexer.isOpening("exact")) {
    c.require("custom-descriptors", "exact");
    c.open("exact");
    const index = c.typeIndex();
    c.close();
    return refDefined(index, false, true);
  }
  if (!c.atIndex) c.unexpected("a heap type");
  c.require("function-references", "a type index as a heap type");
  return refDefined(c.typeIndex(), false);
}

/** A reference type if one is there. */
export function tryRefType(c: Context): ValType | undefined {
  const { lexer } = c;
  if (lexer.kind === KEYWORD) {
    const name = shorthands.get(lexer.text());
    if (name === undefined) return undefined;
    c.require(heapFeatures[name], lexer.text());
    lexer.advance();
    return refAbstract(AbstractHeap[name], true);
  }
  if (c.tryOpen("ref")) {
    const nullable = c.tryKeyword("null");
    const heap = parseHeapType(c);
    c.close();
    return nullable ? withNull(heap) : heap;
  }
  if (!lexer.isOpening("shared")) return undefined;
  const name = shorthands.get(peekAfterOpening(c));
  if (name === undefined) return undefined;
  c.require("shared-everything-threads", "shared");
  c.open("shared");
  lexer.advance();
  c.close();
  return refAbstract(AbstractHeap[name], true, true);
}

/** The word behind `(word`, which is the third token; the empty string where it is no keyword. */
function peekAfterOpening(c: Context): string {
  const rest = c.lexer.source.slice(c.lexer.nextEnd, c.lexer.nextEnd + 40);
  return /^\s*([a-z0-9]+)/.exec(rest)?.[1] ?? "";
}

export function parseRefType(c: Context): ValType {
  return tryRefType(c) ?? c.unexpected("a reference type");
}

/** A value type if one is there. */
export function tryValType(c: Context): ValType | undefined {
  if (c.lexer.kind === KEYWORD) {
    const type = numeric.get(c.lexer.text());
    if (type !== undefined) {
      if (type === V128) c.require("simd", "v128");
      c.lexer.advance();
      return type;
    }
  }
  return tryRefType(c);
}

export function parseValType(c: Context): ValType {
  return tryValType(c) ?? c.unexpected("a value type");
}

/** A field's type: a value type or a packed one. */
export function parseStorageType(c: Context): StorageType {
  if (c.tryKeyword("i8")) return I8;
  if (c.tryKeyword("i16")) return I16;
  return parseValType(c);
}

/** Value types up to the closing parenthesis, which is taken. */
export function parseValTypes(c: Context, into: ValType[]): void {
  for (let type = tryValType(c); type !== undefined; type = tryValType(c)) into.push(type);
  c.close();
}
