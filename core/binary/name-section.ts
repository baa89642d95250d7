/**
 * The name section (core appendix, "Name Section"; extended-name-section for labels, types, fields and segments).
 *
 * Names only help people: what is wrong with the section never makes a module malformed, and what stands before the
 * fault is kept.
 */
import { CompileError } from "../base/errors.ts";
import { type Names, noNames } from "../types/module.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Name maps by subsection id; subsection 0 is the module's own name. */
const flatMaps = [
  [1, "functions"],
  [4, "types"],
  [5, "tables"],
  [6, "memories"],
  [7, "globals"],
  [8, "elements"],
  [9, "data"],
  [11, "tags"],
] as const;
/** Maps of name maps: by function, and by type for fields. */
const nestedMaps = [
  [2, "locals"],
  [3, "labels"],
  [10, "fields"],
] as const;
const MODULE_NAME = 0;

/** The names in a name section's contents. */
export function readNames(bytes: Uint8Array): Names {
  const names = noNames();
  const reader = new Reader(bytes);
  try {
    while (!reader.done) readSubsection(reader, names);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
  }
  return names;
}

function readSubsection(reader: Reader, names: Names): void {
  const id = reader.u8();
  const contents = reader.sub(reader.u32());
  if (id === MODULE_NAME) names.module = contents.name();
  for (const [flatId, key] of flatMaps) if (flatId === id) readNameMap(contents, names[key]);
  for (const [nestedId, key] of nestedMaps) if (nestedId === id) readIndirectMap(contents, names[key]);
}

function readNameMap(reader: Reader, into: Map<number, string>): void {
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    into.set(index, reader.name());
  }
}

function readIndirectMap(reader: Reader, into: Map<number, Map<number, string>>): void {
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    const inner = new Map<number, string>();
    into.set(index, inner);
    readNameMap(reader, inner);
  }
}

/** Contents of a name section, or undefined where there is no name. */
export function writeNames(names: Names): Uint8Array | undefined {
  const writer = new Writer();
  const { module } = names;
  if (module !== undefined) writer.section(MODULE_NAME, (inner) => inner.name(module));
  const subsections = [
    ...flatMaps.map(([id, key]) => ({
      id,
      size: names[key].size,
      write: (inner: Writer) => writeNameMap(inner, names[key]),
    })),
    ...nestedMaps.map(([id, key]) => ({
      id,
      size: names[key].size,
      write: (inner: Writer) => writeIndirectMap(inner, names[key]),
    })),
  ];
  subsections.sort((a, b) => a.id - b.id);
  for (const { id, size, write } of subsections) if (size > 0) writer.section(id, write);
  return writer.size === 0 ? undefined : writer.finish();
}

function sorted<Value>(map: ReadonlyMap<number, Value>): readonly [number, Value][] {
  return [...map].sort(([a], [b]) => a - b);
}

function writeNameMap(writer: Writer, map: ReadonlyMap<number, string>): void {
  writer.vector(sorted(map), ([index, name]) => {
    writer.u32(index);
    writer.name(name);
  });
}

function writeIndirectMap(writer: Writer, map: ReadonlyMap<number, ReadonlyMap<number, string>>): void {
  writer.vector(sorted(map), ([index, inner]) => {
    writer.u32(index);
    writeNameMap(writer, inner);
  });
}
