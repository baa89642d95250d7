/** Value, heap and reference types in text (core 6.4.1 to 6.4.4). */
import {
  type AbstractHeapCode,
  type HeapType,
  refAbstract,
  refDefined,
  type StorageType,
  V128,
  type ValType,
  withNull,
} from "../../types/types.ts";
import {
  type AbstractHeapType,
  heapTypesByName,
  heapTypesByShorthand,
  numberTypes,
  type PlainType,
  packedTypes,
} from "../../types/vocabulary.ts";
import { KEYWORD } from "../lex/lexer.ts";
import type { Context } from "./context.ts";

const numbers: ReadonlyMap<string, PlainType> = new Map(numberTypes.map((row) => [row.name, row]));
const packed: ReadonlyMap<string, PlainType> = new Map(packedTypes.map((row) => [row.name, row]));

/**
 * Refuses a heap type whose feature is off. The first version of the standard has `funcref` as the element type of
 * tables: whether functions stand elsewhere is looked at later.
 */
function requireHeap(c: Context, { name, feature }: AbstractHeapType): void {
  if (name !== "func") c.require(feature, c.lexer.text());
}

/** The abstract heap type that the current token names, or undefined. */
function abstractHeap(c: Context): AbstractHeapCode | undefined {
  if (c.lexer.kind !== KEYWORD) return undefined;
  const heap = heapTypesByName.get(c.lexer.text());
  if (heap === undefined) return undefined;
  requireHeap(c, heap);
  c.lexer.advance();
  return heap.code;
}

/**
 * A heap type: abstract, `(shared ht)`, an index, or `(exact x)`. Returned as the reference to it that is not nullable.
 */
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
    const heap = heapTypesByShorthand.get(lexer.text());
    if (heap === undefined) return undefined;
    requireHeap(c, heap);
    lexer.advance();
    return refAbstract(heap.code, true);
  }
  if (lexer.isOpening("ref")) {
    // Also where the type has a word of its own, as the long form in a binary.
    c.require("function-references", "ref");
    c.open("ref");
    const nullable = c.tryKeyword("null");
    const heap = parseHeapType(c);
    c.close();
    return nullable ? withNull(heap) : heap;
  }
  if (!lexer.isOpening("shared")) return undefined;
  const heap = heapTypesByShorthand.get(peekAfterOpening(c));
  if (heap === undefined) return undefined;
  c.require("shared-everything-threads", "shared");
  c.open("shared");
  lexer.advance();
  c.close();
  return refAbstract(heap.code, true, true);
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
    const plain = numbers.get(c.lexer.text());
    if (plain !== undefined) {
      if (plain.type === V128) c.require(plain.feature, plain.name);
      c.lexer.advance();
      return plain.type;
    }
  }
  return tryRefType(c);
}

export function parseValType(c: Context): ValType {
  return tryValType(c) ?? c.unexpected("a value type");
}

/** A field's type: a value type or a packed one. */
export function parseStorageType(c: Context): StorageType {
  const plain = c.lexer.kind === KEYWORD ? packed.get(c.lexer.text()) : undefined;
  if (plain === undefined) return parseValType(c);
  c.lexer.advance();
  return plain.type;
}

/** Value types up to the closing parenthesis, which is taken. */
export function parseValTypes(c: Context, into: ValType[]): void {
  for (let type = tryValType(c); type !== undefined; type = tryValType(c)) into.push(type);
  c.close();
}
