/**
 * Items of the module by index, for rules: each raises the error of an unknown index, and, in a shared function, the
 * error of an item that is not shared (shared-everything threads, "`shared` Annotations").
 */
import type { GlobalType, MemoryType, TableType } from "../../types/module.ts";
import {
  type ArrayType,
  type ContType,
  type FieldType,
  type FuncType,
  I32,
  I64,
  indexOf,
  isAbstract,
  type StructType,
  type SubType,
  type ValType,
  withIndex,
} from "../../types/types.ts";
import type { Body } from "./body.ts";
import type { FunctionEntry } from "./valid-module.ts";

function unknown(body: Body, what: string, index: number): never {
  return body.fail(`unknown-${what.replaceAll(" ", "-")}`, `unknown ${what} ${index}: ${what} index out of bounds`);
}

function unshared(body: Body, what: string): never {
  const who = body.constant ? "invalid type: shared initializers" : "shared functions";
  return body.fail("shared-access", `${who} cannot access unshared ${what}`, "a shared item");
}

// Types

/** The canonical id of a type index. */
export function idAt(body: Body, index: number): number {
  const id = body.module.canonical[index];
  return id === undefined ? unknown(body, "type", index) : id;
}

/** A type of an immediate with its index made canonical. */
export function resolve(body: Body, type: ValType): ValType {
  return type < 0 || isAbstract(type) ? type : withIndex(type, idAt(body, indexOf(type)));
}

function wrongKind(body: Body, index: number, expected: string, type: SubType): never {
  return body.fail(
    "type-mismatch",
    `type mismatch: type ${index} is a ${type.composite.kind} type, not ${expected} type`,
    `${expected} type`,
  );
}

export function funcTypeAt(body: Body, index: number): FuncType {
  const type = body.types.type(idAt(body, index));
  const { composite } = type;
  if (composite.kind !== "func") wrongKind(body, index, "a function", type);
  if (body.shared && !type.shared) unshared(body, "functions");
  return composite;
}

export function structAt(body: Body, index: number): StructType {
  const type = body.types.type(idAt(body, index));
  const { composite } = type;
  if (composite.kind !== "struct") wrongKind(body, index, "a structure", type);
  if (body.shared && !type.shared) unshared(body, "structs");
  return composite;
}

export function fieldAt(body: Body, index: number, field: number): FieldType {
  return structAt(body, index).fields[field] ?? unknown(body, "field", field);
}

/** The element of an array type. */
export function elementAt(body: Body, index: number): FieldType {
  const type = body.types.type(idAt(body, index));
  const { composite } = type;
  if (composite.kind !== "array") wrongKind(body, index, "an array", type);
  if (body.shared && !type.shared) unshared(body, "arrays");
  return (composite as ArrayType).element;
}

/** The function type of a continuation type (stack switching, "Instructions"). */
export function contAt(body: Body, index: number): FuncType {
  const type = body.types.type(idAt(body, index));
  if (type.composite.kind !== "cont")
    body.fail("non-continuation-type", `non-continuation type ${index}`, "a continuation type");
  if (body.shared && !type.shared) unshared(body, "continuations");
  return funcOfCont(body, type.composite);
}

/** The function type of a continuation type. */
export function funcOfCont(body: Body, cont: ContType): FuncType {
  return body.types.type(cont.func).composite as FuncType;
}

// Items

export function functionAt(body: Body, index: number): FunctionEntry {
  const entry = body.module.functions[index] ?? unknown(body, "function", index);
  if (body.shared && !body.types.type(entry.type).shared) unshared(body, "functions");
  return entry;
}

/** The type of the function with this index. */
export function typeOfFunction(body: Body, index: number): FuncType {
  return body.types.type(functionAt(body, index).type).composite as FuncType;
}

export function tableAt(body: Body, index: number): TableType {
  const table = body.module.tables[index] ?? unknown(body, "table", index);
  if (body.shared && !table.shared) unshared(body, "tables");
  return table;
}

export function memoryAt(body: Body, index: number): MemoryType {
  const memory = body.module.memories[index] ?? unknown(body, "memory", index);
  if (body.shared && !memory.shared) unshared(body, "memories");
  return memory;
}

export function globalAt(body: Body, index: number): GlobalType {
  const global = body.module.globals[index] ?? unknown(body, "global", index);
  if (body.shared && !global.shared && !global.threadLocal) unshared(body, "globals");
  return global;
}

/** The function type of a tag. */
export function tagAt(body: Body, index: number): FuncType {
  return body.types.type(tagIdAt(body, index)).composite as FuncType;
}

/** The canonical id of a tag's function type. */
export function tagIdAt(body: Body, index: number): number {
  const id = body.module.tags[index] ?? unknown(body, "tag", index);
  if (body.shared && !body.types.type(id).shared) unshared(body, "tags");
  return id;
}

/** The element type of an element segment. */
export function elemAt(body: Body, index: number): ValType {
  const type = body.module.elements[index] ?? unknown(body, "elem segment", index);
  if (body.shared && body.module.module.elements[index]?.shared !== true) unshared(body, "element segments");
  return type;
}

/**
 * Checks the index of a data segment (core 5.5, "Data count section": bodies may name segments only after a data count
 * section).
 */
export function checkData(body: Body, index: number): void {
  const { data, dataCount } = body.module.module;
  if (dataCount === undefined) body.failMalformed("data-count", "data count section required");
  const segment = data[index] ?? unknown(body, "data segment", index);
  if (body.shared && !segment.shared) unshared(body, "data segments");
}

/** The type of addresses, sizes and indices of a memory or table (core 2.3 "Address types"). */
export const addressOf = (limits: { readonly is64: boolean }): ValType => (limits.is64 ? I64 : I32);

/**
 * The address type of lengths that go from one memory or table to another: the smaller of the two (core 3.4.5,
 * `memory.copy`).
 */
export const smallerAddress = (a: { readonly is64: boolean }, b: { readonly is64: boolean }): ValType =>
  a.is64 && b.is64 ? I64 : I32;
