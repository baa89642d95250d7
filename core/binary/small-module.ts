/**
 * Small modules that are made rather than read: a function or two, which stand between the host, JS and lowered code.
 * Instructions are given by their names, as the table has them.
 */
import { InternalError } from "../base/assert.ts";
import type { Row } from "../ops/row.ts";
import { rowByName } from "../ops/table.ts";
import {
  type ExternKind,
  type ExternType,
  type GlobalType,
  type LocalRun,
  type MemoryType,
  noNames,
} from "../types/module.ts";
import type { SubType, ValType } from "../types/types.ts";
import { encodeModule } from "./encode.ts";
import { writeOpcode } from "./immediates.ts";
import { writeValType } from "./types.ts";
import { Writer } from "./writer.ts";

/**
 * An instruction's name, or one of its immediates behind it: an index, an offset, an `i32.const`'s or `f64.const`'s
 * number, a block's type.
 */
export type Part = string | number;

/** The type of a block without a result. */
export const NO_RESULT = 0x40;

/** What a small module has; of all kinds but types the imported come first. */
export interface SmallModule {
  readonly types?: readonly { readonly params: readonly ValType[]; readonly results: readonly ValType[] }[];
  readonly imports?: readonly { readonly module: string; readonly name: string; readonly type: ExternType }[];
  readonly functions?: readonly {
    readonly type: number;
    readonly locals?: readonly LocalRun[];
    readonly code: readonly Part[];
  }[];
  readonly memories?: readonly MemoryType[];
  readonly globals?: readonly { readonly type: GlobalType; readonly init: readonly Part[] }[];
  readonly exports?: readonly { readonly name: string; readonly kind: ExternKind; readonly index: number }[];
}

/** The module in the binary format. Bodies and initial values get their `end`. */
export function encodeSmallModule(module: SmallModule): Uint8Array<ArrayBuffer> {
  const { types = [], imports = [], functions = [], memories = [], globals = [], exports = [] } = module;
  const definitions = types.map(functionType);
  return encodeModule({
    recGroups: definitions.map((type, start) => ({ start, types: [type], offset: 0 })),
    types: definitions,
    imports: imports.map((entry) => ({ ...entry, offset: 0 })),
    functions: functions.map(({ type, locals = [], code }) => ({ type, locals, body: expression(code), offset: 0 })),
    memories: memories.map((type) => ({ type, offset: 0 })),
    globals: globals.map(({ type, init }) => ({ type, init: expression(init), offset: 0 })),
    exports: exports.map((entry) => ({ ...entry, offset: 0 })),
    tables: [],
    tags: [],
    start: undefined,
    startOffset: 0,
    elements: [],
    dataCount: undefined,
    data: [],
    customs: [],
    names: noNames(),
    sourceMap: undefined,
  });
}

function functionType(type: { readonly params: readonly ValType[]; readonly results: readonly ValType[] }): SubType {
  const composite = { kind: "func", ...type } as const;
  return { final: true, supertypes: [], shared: false, descriptor: undefined, describes: undefined, composite };
}

function expression(code: readonly Part[]): { readonly bytes: Uint8Array; readonly offset: number } {
  const writer = new Writer();
  let row: Row | undefined;
  let immediate = 0;
  for (const part of [...code, "end"]) {
    if (typeof part === "string") {
      row = named(part);
      immediate = 0;
      writeOpcode(writer, row);
    } else {
      writeImmediate(writer, row?.immediates[immediate++], part);
    }
  }
  return { bytes: writer.finish(), offset: 0 };
}

function named(name: string): Row {
  const row = rowByName(name);
  if (row === undefined) throw new InternalError(`no instruction is called ${name}`);
  return row;
}

function writeImmediate(writer: Writer, kind: Row["immediates"][number] | undefined, value: number): void {
  switch (kind) {
    case "i32":
      writer.s32(value);
      return;
    case "f64":
      writer.bytes(new Uint8Array(Float64Array.of(value).buffer));
      return;
    case "blocktype":
      if (value === NO_RESULT) writer.u8(value);
      else writeValType(writer, value as ValType);
      return;
    default:
      writer.u32(value);
  }
}
