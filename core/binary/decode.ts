/**
 * Decodes a module (core 5.5).
 *
 * Functions' bodies are cut out, not walked: `InstructionCursor` checks their grammar when the validator walks them.
 * Constant expressions are walked, since nothing else tells where they end. Expressions, data and custom sections are
 * views of the input.
 */
import { malformed } from "../base/errors.ts";
import { defaultFeatures, type FeatureSet } from "../base/features.ts";
import {
  brandModule,
  type CustomSection,
  type DataSegment,
  type ElementSegment,
  type Export,
  type Func,
  type Global,
  type Import,
  type ImportGroup,
  type LocalRun,
  type Memory,
  type Module,
  type Names,
  noNames,
  type Table,
  type Tag,
} from "../types/module.ts";
import type { RecGroup, SubType } from "../types/types.ts";
import { readGlobalType, readMemoryType, readTableType, readTagType } from "./extern-types.ts";
import { readImports } from "./imports.ts";
import { InstructionCursor, skipExpression } from "./instructions.ts";
import { readNames } from "./name-section.ts";
import { Reader } from "./reader.ts";
import { externKinds, header, limits, Section, sectionOrder } from "./sections.ts";
import { readDataSegment, readElementSegment } from "./segments.ts";
import { readRecGroup } from "./type-definitions.ts";
import { readTypeIndex, readValType, requireFeature } from "./types.ts";

const END = 0x0b;
/** Before a table's type: an initializer follows the type. */
const TABLE_WITH_INITIALIZER = 0x40;

/** Decodes a module in the binary format. Throws a `CompileError` with the offset of what is malformed. */
export function decodeModule(bytes: Uint8Array, features: FeatureSet = defaultFeatures): Module {
  if (bytes.length > limits.moduleBytes)
    malformed("module too large", "implementation-limit", 0, `at most ${limits.moduleBytes} bytes`);
  const reader = new Reader(bytes, features);
  checkHeader(reader);
  return new Decoder(reader).module();
}

function checkHeader(reader: Reader): void {
  const { bytes } = reader;
  const matches = (from: number, to: number): boolean =>
    header.slice(from, to).every((byte, i) => bytes[from + i] === byte);
  if (bytes.length < 4) reader.fail("unexpected end", "unexpected-end", bytes.length);
  if (!matches(0, 4)) reader.fail("magic header not detected", "bad-magic", 0, "the bytes 00 61 73 6d");
  if (bytes.length < 8) reader.fail("unexpected end", "unexpected-end", bytes.length);
  if (!matches(4, 8)) reader.fail("unknown binary version", "bad-version", 4, "version 1");
  reader.pos = 8;
}

class Decoder {
  readonly #reader: Reader;
  readonly #recGroups: RecGroup[] = [];
  readonly #types: SubType[] = [];
  #imports: readonly Import[] = [];
  #importGroups: readonly ImportGroup[] = [];
  #functionTypes: readonly number[] = [];
  #functionsOffset = 0;
  #tables: readonly Table[] = [];
  #memories: readonly Memory[] = [];
  #tags: readonly Tag[] = [];
  #globals: readonly Global[] = [];
  #exports: readonly Export[] = [];
  #start: number | undefined;
  #startOffset = 0;
  #elements: readonly ElementSegment[] = [];
  #dataCount: number | undefined;
  #functions: readonly Func[] = [];
  #data: readonly DataSegment[] = [];
  readonly #customs: CustomSection[] = [];
  #names: Names = noNames();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  module(): Module {
    this.#readSections();
    const end = this.#reader.end;
    if (this.#functions.length !== this.#functionTypes.length) {
      this.#reader.fail(
        "function and code section have inconsistent lengths",
        "inconsistent-functions",
        this.#functionsOffset || end,
      );
    }
    if (this.#dataCount !== undefined && this.#dataCount !== this.#data.length) {
      this.#reader.fail("data count and data section have inconsistent lengths", "inconsistent-data", end);
    }
    return brandModule({
      recGroups: this.#recGroups,
      types: this.#types,
      imports: this.#imports,
      importGroups: this.#importGroups,
      functions: this.#functions,
      tables: this.#tables,
      memories: this.#memories,
      tags: this.#tags,
      globals: this.#globals,
      exports: this.#exports,
      start: this.#start,
      startOffset: this.#startOffset,
      elements: this.#elements,
      dataCount: this.#dataCount,
      data: this.#data,
      customs: this.#customs,
      names: this.#names,
      sourceMap: undefined,
    });
  }

  #readSections(): void {
    const reader = this.#reader;
    let last = Section.custom as number;
    let rank = -1;
    while (!reader.done) {
      const at = reader.pos;
      const id = reader.u8();
      if (id !== Section.custom) {
        const position = sectionOrder.indexOf(id);
        if (position < 0) reader.fail("malformed section id", "malformed-section-id", at);
        if (position <= rank) reader.fail("unexpected content after last section", "section-order", at);
        rank = position;
        last = id;
      }
      const size = reader.length();
      const start = reader.pos;
      if (id === Section.custom) this.#readCustom(start + size, last);
      else this.#readSection(id);
      if (reader.pos !== start + size) reader.fail("section size mismatch", "size-mismatch", start, `${size} bytes`);
    }
  }

  #readCustom(end: number, after: number): void {
    const reader = this.#reader;
    const name = reader.name();
    if (reader.pos > end) reader.fail("unexpected end", "unexpected-end", end);
    const { offset } = reader;
    const bytes = reader.take(end - reader.pos);
    this.#customs.push({ name, bytes, after, offset });
    if (name === "name") this.#names = readNames(bytes);
  }

  #readSection(id: number): void {
    const reader = this.#reader;
    switch (id) {
      case Section.type:
        this.#readTypes();
        return;
      case Section.import:
        ({ imports: this.#imports, groups: this.#importGroups } = readImports(reader));
        return;
      case Section.function:
        this.#functionsOffset = reader.pos;
        this.#functionTypes = this.#vector("functions", limits.functions, () => readTypeIndex(reader));
        return;
      case Section.table:
        this.#tables = this.#vector("tables", limits.tables, () => this.#readTable());
        return;
      case Section.memory:
        this.#memories = this.#vector("memories", limits.memories, () => ({
          offset: reader.offset,
          type: readMemoryType(reader),
        }));
        return;
      case Section.tag:
        requireFeature(reader, "exceptions", "malformed section id", reader.pos);
        this.#tags = this.#vector("tags", limits.tags, () => ({ offset: reader.offset, type: readTagType(reader) }));
        return;
      case Section.global:
        this.#globals = this.#vector("globals", limits.globals, () => this.#readGlobal());
        return;
      case Section.export:
        this.#exports = this.#vector("exports", limits.exports, () => this.#readExport());
        return;
      case Section.start:
        this.#startOffset = reader.offset;
        this.#start = reader.u32();
        return;
      case Section.element:
        this.#elements = this.#vector("element segments", limits.elementSegments, () => readElementSegment(reader));
        return;
      case Section.dataCount:
        requireFeature(reader, "bulk-memory", "malformed section id", reader.pos);
        this.#dataCount = reader.u32();
        return;
      case Section.code:
        this.#readCode();
        return;
      case Section.data:
        this.#data = this.#vector("data segments", limits.dataSegments, () => readDataSegment(reader));
        return;
    }
  }

  #vector<Item>(what: string, limit: number, read: () => Item): readonly Item[] {
    const count = this.#reader.count(what, limit);
    const items: Item[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #readTypes(): void {
    const reader = this.#reader;
    const recGroups = this.#recGroups;
    const types = this.#types;
    const count = reader.count("types", limits.types);
    for (let i = 0; i < count; i++) {
      const at = reader.pos;
      const group = readRecGroup(reader, types.length);
      if (types.length + group.types.length > limits.types) {
        reader.fail(`too many types, the limit is ${limits.types}`, "implementation-limit", at);
      }
      recGroups.push(group);
      for (const type of group.types) types.push(type);
    }
  }

  #readTable(): Table {
    const reader = this.#reader;
    const { offset } = reader;
    if (reader.peek() !== TABLE_WITH_INITIALIZER) return { type: readTableType(reader), init: undefined, offset };
    requireFeature(reader, "function-references", "malformed table", reader.pos);
    reader.pos++;
    if (reader.u8() !== 0) reader.fail("zero byte expected", "zero-byte-expected", reader.pos - 1);
    const type = readTableType(reader);
    return { type, init: skipExpression(reader), offset };
  }

  #readGlobal(): Global {
    const reader = this.#reader;
    const { offset } = reader;
    const type = readGlobalType(reader);
    return { type, init: skipExpression(reader), offset };
  }

  #readExport(): Export {
    const reader = this.#reader;
    const { offset } = reader;
    const name = reader.name();
    const kind = externKinds[reader.u8()];
    if (kind === undefined) return reader.fail("malformed export kind", "malformed-kind", reader.pos - 1);
    return { name, kind, index: reader.u32(), offset };
  }

  #readCode(): void {
    const reader = this.#reader;
    const functionTypes = this.#functionTypes;
    const count = reader.count("functions", limits.functions);
    const functions: Func[] = [];
    // That the counts agree is checked when all sections were read.
    for (let i = 0; i < count; i++) functions.push(this.#readFunction(functionTypes[i] ?? 0));
    this.#functions = functions;
  }

  #readFunction(type: number): Func {
    const reader = this.#reader;
    const { offset } = reader;
    const at = reader.pos;
    const size = reader.length();
    if (size > limits.functionBytes) {
      reader.fail(
        `function too large: ${size} bytes`,
        "implementation-limit",
        at,
        `at most ${limits.functionBytes} bytes`,
      );
    }
    const end = reader.pos + size;
    const locals = this.#readLocals();
    if (reader.pos >= end || reader.bytes[end - 1] !== END) this.#failWithoutEnd();
    const body = { offset: reader.offset, bytes: reader.bytes.subarray(reader.pos, end) };
    reader.pos = end;
    return { type, locals, body, offset };
  }

  #readLocals(): readonly LocalRun[] {
    const reader = this.#reader;
    const at = reader.pos;
    const count = reader.count("locals", limits.locals);
    const runs: LocalRun[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const run = { count: reader.u32(), type: readValType(reader) };
      total += run.count;
      if (total > limits.locals)
        reader.fail(`too many locals: ${total}`, "implementation-limit", at, `at most ${limits.locals} locals`);
      runs.push(run);
    }
    return runs;
  }

  /** A body that does not end in `end`: reads on, as the reference interpreter does, until something else is wrong. */
  #failWithoutEnd(): never {
    const reader = this.#reader;
    const rest = { bytes: reader.bytes.subarray(reader.pos, reader.end), offset: reader.offset };
    const cursor = new InstructionCursor(rest, reader.features);
    while (cursor.nesting > 0) {
      cursor.next();
      if (cursor.row.control === "else" && cursor.nesting === 1)
        reader.fail("END opcode expected", "end-expected", cursor.offset);
    }
    return reader.fail("section size mismatch", "size-mismatch");
  }
}
