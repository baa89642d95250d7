/** The import section (core 5.5.5), with the compact forms that newer tools write. */
import type { ExternType, Import } from "../types/module.ts";
import { readExternType, writeExternType } from "./extern-types.ts";
import type { Reader } from "./reader.ts";
import { limits } from "./sections.ts";
import { requireFeature } from "./types.ts";
import type { Writer } from "./writer.ts";

/** After an import without a name: several imports of one module, each with a type, or all with one type. */
const ONE_MODULE = 0x7f;
const ONE_MODULE_AND_TYPE = 0x7e;

export function readImports(reader: Reader): readonly Import[] {
  const count = reader.count("imports", limits.imports);
  const imports: Import[] = [];
  for (let i = 0; i < count; i++) readImport(reader, imports);
  return imports;
}

function readImport(reader: Reader, into: Import[]): void {
  const { offset } = reader;
  const module = reader.name();
  const name = reader.name();
  const next = reader.peek();
  if (name === "" && (next === ONE_MODULE || next === ONE_MODULE_AND_TYPE)) {
    requireFeature(reader, "compact-imports", "malformed import kind", reader.pos);
    reader.pos++;
    readCompact(reader, module, next === ONE_MODULE_AND_TYPE, into);
  } else {
    into.push({ module, name, type: readExternType(reader), offset });
  }
}

function readCompact(reader: Reader, module: string, oneType: boolean, into: Import[]): void {
  const common: ExternType | undefined = oneType ? readExternType(reader) : undefined;
  const count = reader.count("imports", limits.imports - into.length);
  for (let i = 0; i < count; i++) {
    const { offset } = reader;
    const name = reader.name();
    into.push({ module, name, type: common ?? readExternType(reader), offset });
  }
}

export function writeImport(writer: Writer, item: Import): void {
  writer.name(item.module);
  writer.name(item.name);
  writeExternType(writer, item.type);
}
