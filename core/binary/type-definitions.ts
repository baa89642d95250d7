/**
 * Recursion groups and the types in them (core 5.3.9 to 5.3.12, with the clauses of shared-everything-threads,
 * custom-descriptors, stack-switching).
 */
import type {
  ArrayType,
  CompositeType,
  FieldType,
  FuncType,
  RecGroup,
  StructType,
  SubType,
  ValType,
} from "../types/types.ts";
import type { Reader } from "./reader.ts";
import { limits } from "./sections.ts";
import { checkTypeIndex, readStorageType, readTypeIndex, readValType, requireFeature, writeValType } from "./types.ts";
import type { Writer } from "./writer.ts";

const REC = 0x4e;
const SUB = 0x50;
const SUB_FINAL = 0x4f;
const SHARED = 0x65;
const DESCRIBES = 0x4c;
const DESCRIPTOR = 0x4d;
const FUNC = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;
const CONT = 0x5d;
const PHRASE = "malformed definition type";

/**
 * Reads a recursion group, or a type that stands alone and is a group of one; its first type will have index `start`.
 */
export function readRecGroup(reader: Reader, start: number): RecGroup {
  const { offset } = reader;
  if (reader.peek() !== REC) return { start, types: [readSubType(reader)], offset };
  requireFeature(reader, "gc", PHRASE, reader.pos);
  reader.pos++;
  const count = reader.count("types", limits.types - start);
  const types: SubType[] = [];
  for (let i = 0; i < count; i++) types.push(readSubType(reader));
  return { start, types, offset };
}

function readSubType(reader: Reader): SubType {
  const at = reader.pos;
  const first = reader.peek();
  let supertypes: readonly number[] = [];
  if (first === SUB || first === SUB_FINAL) {
    requireFeature(reader, "gc", PHRASE, at);
    reader.pos++;
    supertypes = readTypeIndices(reader);
  }
  const shared = takeClause(reader, SHARED, "shared-everything-threads");
  const describes = takeClause(reader, DESCRIBES, "custom-descriptors") ? readTypeIndex(reader) : undefined;
  const descriptor = takeClause(reader, DESCRIPTOR, "custom-descriptors") ? readTypeIndex(reader) : undefined;
  return { final: first !== SUB, supertypes, shared, descriptor, describes, composite: readComposite(reader) };
}

function takeClause(
  reader: Reader,
  code: number,
  feature: "shared-everything-threads" | "custom-descriptors",
): boolean {
  if (reader.peek() !== code) return false;
  requireFeature(reader, feature, PHRASE, reader.pos);
  reader.pos++;
  return true;
}

function readTypeIndices(reader: Reader): readonly number[] {
  const count = reader.count("supertypes", limits.types);
  const indices: number[] = [];
  for (let i = 0; i < count; i++) indices.push(readTypeIndex(reader));
  return indices;
}

function readComposite(reader: Reader): CompositeType {
  const at = reader.pos;
  const code = reader.u8();
  switch (code) {
    case FUNC:
      return readFunction(reader);
    case STRUCT:
      requireFeature(reader, "gc", PHRASE, at);
      return readStruct(reader);
    case ARRAY:
      requireFeature(reader, "gc", PHRASE, at);
      return { kind: "array", element: readField(reader) };
    case CONT:
      requireFeature(reader, "stack-switching", PHRASE, at);
      return { kind: "cont", func: readContinuationTarget(reader) };
    default:
      // A type code is a signed LEB128 of seven bits.
      return code >= 0x80
        ? reader.fail("integer representation too long", "leb-too-long", at)
        : reader.fail(PHRASE, "malformed-type", at);
  }
}

function readFunction(reader: Reader): FuncType {
  const params = readResultType(reader, "parameters", limits.parameters);
  const at = reader.pos;
  const results = readResultType(reader, "results", limits.results);
  if (results.length > 1) requireFeature(reader, "multi-value", "invalid result arity", at);
  return { kind: "func", params, results };
}

function readResultType(reader: Reader, what: string, limit: number): readonly ValType[] {
  const count = reader.count(what, limit);
  const types: ValType[] = [];
  for (let i = 0; i < count; i++) types.push(readValType(reader));
  return types;
}

function readStruct(reader: Reader): StructType {
  const count = reader.count("fields", limits.fields);
  const fields: FieldType[] = [];
  for (let i = 0; i < count; i++) fields.push(readField(reader));
  return { kind: "struct", fields };
}

function readField(reader: Reader): FieldType {
  const storage = readStorageType(reader);
  const mutability = reader.u8();
  if (mutability > 1) reader.fail("malformed mutability", "malformed-mutability", reader.pos - 1, "0 or 1");
  return { storage, mutable: mutability === 1 };
}

function readContinuationTarget(reader: Reader): number {
  const at = reader.pos;
  const index = reader.s33();
  if (index < 0) reader.fail(PHRASE, "malformed-type", at, "a type index");
  return checkTypeIndex(reader, index, at);
}

/** Writes a recursion group; a group of one in its short form. */
export function writeRecGroup(writer: Writer, group: RecGroup): void {
  const [first] = group.types;
  if (group.types.length === 1 && first !== undefined) {
    writeSubType(writer, first);
    return;
  }
  writer.u8(REC);
  writer.vector(group.types, (type) => writeSubType(writer, type));
}

function writeSubType(writer: Writer, type: SubType): void {
  if (!type.final || type.supertypes.length > 0) {
    writer.u8(type.final ? SUB_FINAL : SUB);
    writer.vector(type.supertypes, (index) => writer.u32(index));
  }
  if (type.shared) writer.u8(SHARED);
  if (type.describes !== undefined) {
    writer.u8(DESCRIBES);
    writer.u32(type.describes);
  }
  if (type.descriptor !== undefined) {
    writer.u8(DESCRIPTOR);
    writer.u32(type.descriptor);
  }
  writeComposite(writer, type.composite);
}

function writeComposite(writer: Writer, type: CompositeType): void {
  switch (type.kind) {
    case "func":
      writeFunction(writer, type);
      return;
    case "struct":
      writer.u8(STRUCT);
      writer.vector(type.fields, (field) => writeField(writer, field));
      return;
    case "array":
      writeArray(writer, type);
      return;
    case "cont":
      writer.u8(CONT);
      writer.s33(type.func);
      return;
  }
}

function writeFunction(writer: Writer, type: FuncType): void {
  writer.u8(FUNC);
  writer.vector(type.params, (param) => writeValType(writer, param));
  writer.vector(type.results, (result) => writeValType(writer, result));
}

function writeArray(writer: Writer, type: ArrayType): void {
  writer.u8(ARRAY);
  writeField(writer, type.element);
}

function writeField(writer: Writer, field: FieldType): void {
  writeValType(writer, field.storage);
  writer.u8(field.mutable ? 1 : 0);
}
