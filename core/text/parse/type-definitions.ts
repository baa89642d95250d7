/**
 * Type definitions in text (core 6.4.5 to 6.4.7; shared-everything-threads, custom-descriptors and stack-switching add
 * to them).
 */
import { type CompositeType, type FieldType, indexOf, type SubType, type ValType } from "../../types/types.ts";
import { LEFT, RIGHT } from "../lex/lexer.ts";
import { type Binding, IndexSpace } from "../lex/names.ts";
import type { Context } from "./context.ts";
import { parseHeapType, parseStorageType, parseValType, parseValTypes } from "./types.ts";

/** Parameters `(param ...)*`: returns the names by position where some have one. */
export function parseParams(c: Context, into: ValType[]): Map<number, Binding> | undefined {
  let names: Map<number, Binding> | undefined;
  while (c.tryOpen("param")) {
    const at = c.lexer.start;
    const first = into.length;
    const binding = c.binding();
    if (binding !== undefined) {
      names ??= new Map();
      names.set(first, binding);
    }
    if (binding?.id === undefined) {
      parseValTypes(c, into);
      c.checkOneNamed(binding, into.length - first, at);
    } else {
      into.push(parseValType(c));
      c.close();
    }
  }
  return names;
}

/** Results `(result ...)*`. */
export function parseResults(c: Context, into: ValType[]): void {
  while (c.tryOpen("result")) parseValTypes(c, into);
  if (c.lexer.isOpening("param")) c.unexpected("no more parameters after results");
}

/** A field's type: `t` or `(mut t)`. */
function parseFieldType(c: Context): FieldType {
  if (!c.tryOpen("mut")) return { storage: parseStorageType(c), mutable: false };
  const storage = parseStorageType(c);
  c.close();
  return { storage, mutable: true };
}

function parseFields(c: Context, typeIndex: number): FieldType[] {
  const fields: FieldType[] = [];
  const space = new IndexSpace("field");
  while (c.lexer.kind === LEFT) {
    const at = c.lexer.start;
    c.open("field");
    const first = fields.length;
    const binding = c.binding();
    if (binding?.id === undefined) {
      while (c.lexer.kind !== RIGHT) {
        space.add(undefined);
        fields.push(parseFieldType(c));
      }
      c.checkOneNamed(binding, fields.length - first, at);
      space.rename(first, binding?.annotation);
    } else {
      c.bindNamed(space, binding, at);
      fields.push(parseFieldType(c));
    }
    c.close();
  }
  c.types.addFields(typeIndex, space);
  return fields;
}

/** What follows the opening parenthesis of a composite type, its closing one included. */
function parseComposite(c: Context, typeIndex: number): CompositeType {
  let composite: CompositeType;
  if (c.tryOpen("func")) {
    const params: ValType[] = [];
    const results: ValType[] = [];
    parseParams(c, params);
    parseResults(c, results);
    composite = { kind: "func", params, results };
  } else if (c.lexer.isOpening("struct")) {
    c.require("gc", "struct");
    c.open("struct");
    composite = { kind: "struct", fields: parseFields(c, typeIndex) };
  } else if (c.lexer.isOpening("array")) {
    c.require("gc", "array");
    c.open("array");
    composite = { kind: "array", element: parseFieldType(c) };
  } else if (c.lexer.isOpening("cont")) {
    c.require("stack-switching", "cont");
    c.open("cont");
    composite = { kind: "cont", func: indexOf(parseHeapType(c)) };
  } else c.unexpected("a composite type");
  c.close();
  return composite;
}

/** `(descriptor x)` or `(describes x)`, if it is there. */
function tryDescriptorClause(c: Context, word: "describes" | "descriptor"): number | undefined {
  if (!c.lexer.isOpening(word)) return undefined;
  c.require("custom-descriptors", word);
  c.open(word);
  const index = c.typeIndex();
  c.close();
  return index;
}

/** A composite type with its modifiers: `(shared (describes x) (descriptor y) (struct ...))`, parts of it left out. */
function parseModified(c: Context, typeIndex: number): Omit<SubType, "final" | "supertypes"> {
  if (c.lexer.isOpening("shared")) {
    c.require("shared-everything-threads", "shared");
    c.open("shared");
    const inner = parseDescribing(c, typeIndex);
    c.close();
    return { ...inner, shared: true };
  }
  return parseDescribing(c, typeIndex);
}

function parseDescribing(c: Context, typeIndex: number): Omit<SubType, "final" | "supertypes"> {
  const describes = tryDescriptorClause(c, "describes");
  const descriptor = tryDescriptorClause(c, "descriptor");
  return { shared: false, describes, descriptor, composite: parseComposite(c, typeIndex) };
}

/** A subtype: a composite type, or `(sub final? x* ...)`. */
function parseSubType(c: Context, typeIndex: number): SubType {
  if (!c.tryOpen("sub")) return { final: true, supertypes: [], ...parseModified(c, typeIndex) };
  c.require("gc", "sub");
  const final = c.tryKeyword("final");
  const supertypes: number[] = [];
  while (c.atIndex) supertypes.push(c.typeIndex());
  const modified = parseModified(c, typeIndex);
  c.close();
  return { final, supertypes, ...modified };
}

/** `(type $id? ...)`, whose name is bound already. */
function parseTypeDefinition(c: Context, typeIndex: number): SubType {
  c.open("type");
  c.optionalId();
  c.types.space.rename(typeIndex, c.nameAnnotation());
  const type = parseSubType(c, typeIndex);
  c.close();
  return type;
}

/** A recursion group: `(rec (type ...)*)`, or a single type. */
export function parseRecGroup(c: Context): void {
  const offset = c.map.place(c.lexer.start);
  const start = c.types.types.length;
  const types: SubType[] = [];
  if (c.lexer.isOpening("rec")) {
    c.require("gc", "rec");
    c.open("rec");
    while (c.lexer.kind === LEFT) types.push(parseTypeDefinition(c, start + types.length));
    c.close();
  } else types.push(parseTypeDefinition(c, start));
  c.types.addGroup(types, offset);
}
