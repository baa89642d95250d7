/** The sections of a module (core 5.5.2): ids, and the order in which they stand. */
import type { ExternKind } from "../types/module.ts";

export const Section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** All but custom sections, in the only order that they may have. */
export const sectionOrder: readonly number[] = [
  Section.type,
  Section.import,
  Section.function,
  Section.table,
  Section.memory,
  Section.tag,
  Section.global,
  Section.export,
  Section.start,
  Section.element,
  Section.dataCount,
  Section.code,
  Section.data,
];

/** Kinds of imports and exports by their byte. */
export const externKinds: readonly ExternKind[] = ["func", "table", "memory", "global", "tag"];
/** Kind byte of an exact function import (custom-descriptors). */
export const EXACT_FUNCTION = 0x20;

/** `\0asm` and version 1. */
export const header: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** What a module may have at most (JS API, "Implementation-defined limits"). */
export const limits = {
  moduleBytes: 1 << 30,
  types: 1_000_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 1_000_000,
  tags: 1_000_000,
  dataSegments: 100_000,
  elementSegments: 10_000_000,
  segmentItems: 10_000_000,
  tables: 100_000,
  memories: 100,
  tableElements: 10_000_000,
  functionBytes: 7_654_321,
  locals: 50_000,
  parameters: 1000,
  results: 1000,
  fields: 10_000,
  nameBytes: 100_000,
} as const;
