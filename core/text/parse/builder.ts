/** The parts of a module, collected while its text is parsed. */
import {
  brandModule,
  type CustomSection,
  type DataSegment,
  type ElementSegment,
  type Export,
  type ExternKind,
  type Func,
  type Global,
  type Import,
  type ImportGroup,
  type Memory,
  type Module,
  type Table,
  type Tag,
} from "../../types/module.ts";
import type { Context } from "./context.ts";
import type { InstructionParser } from "./instructions.ts";

export class ModuleBuilder {
  readonly imports: Import[] = [];
  readonly importGroups: ImportGroup[] = [];
  readonly functions: Func[] = [];
  readonly tables: Table[] = [];
  readonly memories: Memory[] = [];
  readonly tags: Tag[] = [];
  readonly globals: Global[] = [];
  readonly exports: Export[] = [];
  readonly elements: ElementSegment[] = [];
  readonly data: DataSegment[] = [];
  readonly customs: CustomSection[] = [];
  start: number | undefined;
  startOffset = 0;
  /** Items met so far, by kind, imports included: the index of the next. */
  readonly #counts: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };

  /** The index of the next import or definition of this kind. */
  nextIndex(kind: ExternKind): number {
    return this.#counts[kind]++;
  }

  finish(c: Context, usesData: boolean): Module {
    c.types.finish(c.map);
    return brandModule({
      recGroups: c.types.recGroups,
      types: c.types.types,
      imports: this.imports,
      importGroups: this.importGroups,
      functions: this.functions,
      tables: this.tables,
      memories: this.memories,
      tags: this.tags,
      globals: this.globals,
      exports: this.exports,
      start: this.start,
      startOffset: this.startOffset,
      elements: this.elements,
      dataCount: usesData || (this.data.length > 0 && c.features.has("bulk-memory")) ? this.data.length : undefined,
      data: this.data,
      customs: this.customs,
      names: c.names,
      sourceMap: c.map,
    });
  }
}

/** What the parsers of module fields work on. */
export interface Fields {
  readonly c: Context;
  readonly builder: ModuleBuilder;
  readonly instructions: InstructionParser;
}
