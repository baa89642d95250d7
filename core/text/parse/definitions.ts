/** Functions, tables, memories, globals, tags and exports in text (core 6.6). */
import { writeValType } from "../../binary/types.ts";
import { Writer } from "../../binary/writer.ts";
import type { ExternKind, LocalRun } from "../../types/module.ts";
import type { ValType } from "../../types/types.ts";
import { RIGHT } from "../lex/lexer.ts";
import { IndexSpace } from "../lex/names.ts";
import type { Fields } from "./builder.ts";
import type { Context } from "./context.ts";
import {
  parseGlobalType,
  parseMemoryPrefix,
  parseMemoryRest,
  parseTablePrefix,
  parseTableRest,
  tryPageSize,
} from "./extern-types.ts";
import { nameItem, parseNamedType } from "./imports.ts";
import { inlineData, inlineElements } from "./segments.ts";
import { parseTypeUse, type TypeUse } from "./type-use.ts";
import { parseValType, tryRefType, tryValType } from "./types.ts";

/**
 * `id? (export "name")* (import "module" "name")?` behind a definition's keyword: the item's index, and -1 for the rest
 * to be parsed.
 */
function parseHead({ c, builder }: Fields, kind: ExternKind): { readonly index: number; readonly imported: boolean } {
  const offset = c.map.place(c.lexer.start);
  c.lexer.advance();
  c.lexer.advance();
  const index = builder.nextIndex(kind);
  c.optionalId();
  nameItem(c, kind, index);
  while (c.lexer.isOpening("export")) {
    const at = c.map.place(c.lexer.start);
    c.open("export");
    builder.exports.push({ name: c.name(), kind, index, offset: at });
    c.close();
  }
  if (!c.tryOpen("import")) return { index, imported: false };
  const module = c.name();
  const name = c.name();
  c.close();
  builder.imports.push({ module, name, type: parseNamedType(c, kind, index), offset });
  c.close();
  return { index, imported: true };
}

export function parseFunction(fields: Fields): void {
  const { c, builder, instructions } = fields;
  const offset = c.map.next;
  const { index, imported } = parseHead(fields, "func");
  if (imported) return;
  const use = parseTypeUse(c);
  const locals = parseLocals(c, use, index);
  c.labelNames = new Map();
  c.labelCount = 0;
  instructions.metadata.inFunction = true;
  const body = instructions.parseExpression(false);
  instructions.metadata.gather(false);
  instructions.metadata.endFunction(index, headerSize(locals));
  instructions.metadata.inFunction = false;
  if (c.labelNames.size > 0) c.names.labels.set(index, c.labelNames);
  c.labelNames = undefined;
  c.locals = noLocals;
  builder.functions.push({ type: use.index, locals, body, offset });
  c.close();
}

/** Outside functions there are no locals to name. */
const noLocals = new IndexSpace("local");

/** Parameters' names and `(local ...)*`: sets the context's locals and returns the declared ones in runs. */
function parseLocals(c: Context, use: TypeUse, func: number): LocalRun[] {
  const space = new IndexSpace("local");
  const { lexer } = c;
  for (let i = 0; i < use.paramCount; i++) c.bindNamed(space, use.paramNames?.get(i), lexer.start);
  const runs: { count: number; type: ValType }[] = [];
  const add = (type: ValType): void => {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ count: 1, type });
  };
  while (c.tryOpen("local")) {
    const at = lexer.start;
    const first = space.count;
    const binding = c.binding();
    if (binding?.id === undefined) {
      for (let type = tryValType(c); type !== undefined; type = tryValType(c)) {
        space.add(undefined);
        add(type);
      }
      c.checkOneNamed(binding, space.count - first, at);
      space.rename(first, binding?.annotation);
    } else {
      c.bindNamed(space, binding, at);
      add(parseValType(c));
    }
    c.close();
  }
  c.locals = space;
  if (space.names.size > 0) c.names.locals.set(func, space.names);
  return runs;
}

/** How many bytes the locals take before a function's expression: code metadata counts from there. */
function headerSize(locals: readonly LocalRun[]): number {
  const writer = new Writer(16);
  writer.vector(locals, ({ count, type }) => {
    writer.u32(count);
    writeValType(writer, type);
  });
  return writer.size;
}

export function parseTable(fields: Fields): void {
  const { c, builder, instructions } = fields;
  const offset = c.map.next;
  const { index, imported } = parseHead(fields, "table");
  if (imported) return;
  const prefix = parseTablePrefix(c);
  const element = tryRefType(c);
  if (element !== undefined) {
    if (prefix.sharedFirst) c.lexer.fail("expected a u64: limits after shared i64", "unexpected-token");
    const count = BigInt(inlineElements(fields, index, element, prefix.is64));
    builder.tables.push({
      type: { minimum: count, maximum: count, shared: prefix.shared, is64: prefix.is64, element },
      init: undefined,
      offset,
    });
  } else {
    const type = parseTableRest(c, prefix);
    const init = c.lexer.kind === RIGHT ? undefined : instructions.parseExpression(false);
    builder.tables.push({ type, init, offset });
  }
  c.close();
}

export function parseMemory(fields: Fields): void {
  const { c, builder } = fields;
  const offset = c.map.next;
  const { index, imported } = parseHead(fields, "memory");
  if (imported) return;
  const prefix = parseMemoryPrefix(c);
  if (c.lexer.isOpening("data") || c.lexer.isOpening("pagesize")) {
    const { is64, shared, virtual } = prefix;
    const pageSizeLog2 = tryPageSize(c);
    const bytes = BigInt(inlineData(fields, index, is64));
    const pages = (bytes + (1n << BigInt(pageSizeLog2)) - 1n) >> BigInt(pageSizeLog2);
    const type = { minimum: pages, maximum: pages, shared, is64, pageSizeLog2, ...(virtual && { virtual }) };
    builder.memories.push({ type, offset });
  } else builder.memories.push({ type: parseMemoryRest(c, prefix), offset });
  c.close();
}

export function parseGlobal(fields: Fields): void {
  const { c, builder, instructions } = fields;
  const offset = c.map.next;
  const { imported } = parseHead(fields, "global");
  if (imported) return;
  const type = parseGlobalType(c);
  builder.globals.push({ type, init: instructions.parseExpression(false), offset });
  c.close();
}

export function parseTag(fields: Fields): void {
  const { c, builder } = fields;
  c.require("exceptions", "tag");
  const offset = c.map.next;
  const { imported } = parseHead(fields, "tag");
  if (imported) return;
  builder.tags.push({ type: parseTypeUse(c).index, offset });
  c.close();
}

/** `(export "name" (kind x))`. */
export function parseExport({ c, builder }: Fields): void {
  const offset = c.map.place(c.lexer.start);
  c.open("export");
  const name = c.name();
  const spaces = { func: c.functions, table: c.tables, memory: c.memories, global: c.globals, tag: c.tags };
  for (const kind of ["func", "table", "memory", "global", "tag"] as const) {
    if (!c.tryOpen(kind)) continue;
    builder.exports.push({ name, kind, index: c.index(spaces[kind]), offset });
    c.close();
    c.close();
    return;
  }
  c.unexpected("(func, (table, (memory, (global or (tag");
}

/** `(start x)`. */
export function parseStart({ c, builder }: Fields): void {
  builder.startOffset = c.map.place(c.lexer.start);
  c.open("start");
  builder.start = c.index(c.functions);
  c.close();
}
