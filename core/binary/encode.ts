/**
 * Encodes a module (core 5.5): every section in order, expressions' bytes as they are, custom sections behind the
 * section that they followed. The name section is made from the module's names unless it is among the custom sections.
 */
import type { CustomSection, Export, Func, Global, ModuleParts, Table } from "../types/module.ts";
import { writeGlobalType, writeMemoryType, writeTableType, writeTagType } from "./extern-types.ts";
import { writeImports } from "./imports.ts";
import { writeNames } from "./name-section.ts";
import { externKinds, header, Section, sectionOrder } from "./sections.ts";
import { writeDataSegment, writeElementSegment } from "./segments.ts";
import { writeRecGroup } from "./type-definitions.ts";
import { writeValType } from "./types.ts";
import { Writer } from "./writer.ts";

const TABLE_WITH_INITIALIZER = 0x40;

/** The module in the binary format. */
export function encodeModule(module: ModuleParts): Uint8Array<ArrayBuffer> {
  const writer = new Writer(4096);
  for (const byte of header) writer.u8(byte);
  const customs = customSections(module);
  const writeCustoms = (after: number): void => {
    for (const custom of customs) if (custom.after === after) writeCustom(writer, custom);
  };
  writeCustoms(Section.custom);
  for (const id of sectionOrder) {
    writeSection(writer, module, id);
    writeCustoms(id);
  }
  return writer.finish();
}

function customSections(module: ModuleParts): readonly CustomSection[] {
  if (module.customs.some(({ name }) => name === "name")) return module.customs;
  const bytes = writeNames(module.names);
  return bytes === undefined
    ? module.customs
    : [...module.customs, { name: "name", bytes, after: Section.data, offset: 0 }];
}

function writeCustom(writer: Writer, custom: CustomSection): void {
  writer.section(Section.custom, (inner) => {
    inner.name(custom.name);
    inner.bytes(custom.bytes);
  });
}

function writeSection(writer: Writer, module: ModuleParts, id: number): void {
  const list = <Item>(items: readonly Item[], write: (inner: Writer, item: Item) => void): void => {
    if (items.length > 0) writer.section(id, (inner) => inner.vector(items, (item) => write(inner, item)));
  };
  switch (id) {
    case Section.type:
      list(module.recGroups, writeRecGroup);
      return;
    case Section.import:
      if (module.imports.length + (module.importGroups?.length ?? 0) === 0) return;
      writer.section(id, (inner) => writeImports(inner, module.imports, module.importGroups ?? []));
      return;
    case Section.function:
      list(module.functions, (inner, { type }) => inner.u32(type));
      return;
    case Section.table:
      list(module.tables, writeTable);
      return;
    case Section.memory:
      list(module.memories, (inner, { type }) => writeMemoryType(inner, type));
      return;
    case Section.tag:
      list(module.tags, (inner, { type }) => writeTagType(inner, type));
      return;
    case Section.global:
      list(module.globals, writeGlobal);
      return;
    case Section.export:
      list(module.exports, writeExport);
      return;
    case Section.start:
      writeOptional(writer, id, module.start);
      return;
    case Section.element:
      list(module.elements, writeElementSegment);
      return;
    case Section.dataCount:
      writeOptional(writer, id, module.dataCount);
      return;
    case Section.code:
      list(module.functions, writeFunction);
      return;
    case Section.data:
      list(module.data, writeDataSegment);
      return;
  }
}

function writeOptional(writer: Writer, id: number, value: number | undefined): void {
  if (value !== undefined) writer.section(id, (inner) => inner.u32(value));
}

function writeTable(writer: Writer, table: Table): void {
  if (table.init !== undefined) {
    writer.u8(TABLE_WITH_INITIALIZER);
    writer.u8(0);
  }
  writeTableType(writer, table.type);
  if (table.init !== undefined) writer.bytes(table.init.bytes);
}

function writeGlobal(writer: Writer, global: Global): void {
  writeGlobalType(writer, global.type);
  writer.bytes(global.init.bytes);
}

function writeExport(writer: Writer, item: Export): void {
  writer.name(item.name);
  writer.u8(externKinds.indexOf(item.kind));
  writer.u32(item.index);
}

function writeFunction(writer: Writer, func: Func): void {
  const locals = new Writer(16);
  locals.vector(func.locals, (run) => {
    locals.u32(run.count);
    writeValType(locals, run.type);
  });
  // Not `sized`: bodies are most of a module, and would be copied once more.
  writer.u32(locals.size + func.body.bytes.length);
  writer.bytes(locals.view());
  writer.bytes(func.body.bytes);
}
