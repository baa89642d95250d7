/** The import section (core 5.5.5), with the compact forms that newer tools write. */
import type { ExternType, Import, ImportGroup } from "../types/module.ts";
import { readExternType, writeExternType } from "./extern-types.ts";
import type { Reader } from "./reader.ts";
import { limits } from "./sections.ts";
import { requireFeature } from "./types.ts";
import type { Writer } from "./writer.ts";

/** After an import without a name: several imports of one module, each with a type, or all with one type. */
const ONE_MODULE = 0x7f;
const ONE_MODULE_AND_TYPE = 0x7e;

/** The section's imports in order, and which of them are written together. */
export interface ImportSection {
  readonly imports: readonly Import[];
  readonly groups: readonly ImportGroup[];
}

export function readImports(reader: Reader): ImportSection {
  const count = reader.count("imports", limits.imports);
  const imports: Import[] = [];
  const groups: ImportGroup[] = [];
  for (let i = 0; i < count; i++) readImport(reader, imports, groups);
  return { imports, groups };
}

function readImport(reader: Reader, into: Import[], groups: ImportGroup[]): void {
  const { offset } = reader;
  const module = reader.name();
  const name = reader.name();
  const next = reader.peek();
  if (name === "" && (next === ONE_MODULE || next === ONE_MODULE_AND_TYPE)) {
    requireFeature(reader, "compact-imports", "malformed import kind", reader.pos);
    reader.pos++;
    groups.push(readCompact(reader, module, next === ONE_MODULE_AND_TYPE, into));
  } else {
    into.push({ module, name, type: readExternType(reader), offset });
  }
}

function readCompact(reader: Reader, module: string, oneType: boolean, into: Import[]): ImportGroup {
  const type: ExternType | undefined = oneType ? readExternType(reader) : undefined;
  const first = into.length;
  const count = reader.count("imports", limits.imports - first);
  for (let i = 0; i < count; i++) {
    const { offset } = reader;
    const name = reader.name();
    into.push({ module, name, type: type ?? readExternType(reader), offset });
  }
  return { module, type, first, count };
}

/** The contents of the section; nothing is left to write where there is no import and no group. */
export function writeImports(writer: Writer, imports: readonly Import[], groups: readonly ImportGroup[]): void {
  const grouped = groups.reduce((sum, { count }) => sum + count, 0);
  writer.u32(imports.length - grouped + groups.length);
  let at = 0;
  const writeUntil = (end: number): void => {
    for (; at < end; at++) writeImport(writer, imports[at] as Import);
  };
  for (const group of groups) {
    writeUntil(group.first);
    writeCompact(writer, group, imports.slice(at, at + group.count));
    at += group.count;
  }
  writeUntil(imports.length);
}

function writeCompact(writer: Writer, { module, type }: ImportGroup, imports: readonly Import[]): void {
  writer.name(module);
  writer.name("");
  if (type === undefined) {
    writer.u8(ONE_MODULE);
    writer.vector(imports, (item) => {
      writer.name(item.name);
      writeExternType(writer, item.type);
    });
  } else {
    writer.u8(ONE_MODULE_AND_TYPE);
    writeExternType(writer, type);
    writer.vector(imports, ({ name }) => writer.name(name));
  }
}

function writeImport(writer: Writer, item: Import): void {
  writer.name(item.module);
  writer.name(item.name);
  writeExternType(writer, item.type);
}
