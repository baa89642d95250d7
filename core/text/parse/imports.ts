/** Imports in text (core 6.6.4), and several of one module together (compact-import-section, "Text format"). */
import type { ExternKind, ExternType } from "../../types/module.ts";
import { RIGHT } from "../lex/lexer.ts";
import { IndexSpace } from "../lex/names.ts";
import type { Fields } from "./builder.ts";
import type { Context } from "./context.ts";
import { parseExternType } from "./extern-types.ts";

/** `(import "module" "name" (kind id? type))`, or a group: `(import "module" (item "name" ...)*)`. */
export function parseImport(fields: Fields): void {
  const { c, builder } = fields;
  const offset = c.map.place(c.lexer.start);
  c.open("import");
  const module = c.name();
  if (c.lexer.kind === RIGHT || c.lexer.isOpening("item")) parseItems(fields, module, offset);
  else {
    const name = c.name();
    builder.imports.push({ module, name, type: parseImported(fields), offset });
  }
  c.close();
}

/** `(kind id? type)`: takes the next index of its kind. */
function parseImported({ c, builder }: Fields): ExternType {
  c.lexer.advance();
  const kind = c.lexer.text() as ExternKind;
  c.lexer.advance();
  const index = builder.nextIndex(kind);
  c.optionalId();
  nameItem(c, kind, index);
  const type = parseNamedType(c, kind, index);
  c.close();
  return type;
}

/** `(item "name" (kind id? type))*`, or `(item "name")* (kind type)`, whose type is that of all. */
function parseItems(fields: Fields, module: string, offset: number): void {
  const { c, builder } = fields;
  const first = builder.imports.length;
  const names: string[] = [];
  while (c.tryOpen("item")) {
    const at = c.map.place(c.lexer.start);
    const name = c.name();
    if (c.lexer.kind === RIGHT) names.push(name);
    else builder.imports.push({ module, name, type: parseImported(fields), offset: at });
    c.close();
  }
  const type = names.length > 0 ? parseCommonType(fields, names.length) : undefined;
  if (type !== undefined) for (const name of names) builder.imports.push({ module, name, type, offset });
  builder.importGroups.push({ module, type, first, count: builder.imports.length - first });
}

/** `(kind type)` of several imports: none of them has an identifier, and they share one type index. */
function parseCommonType({ c, builder }: Fields, count: number): ExternType {
  c.lexer.advance();
  const kind = c.lexer.text() as ExternKind;
  c.lexer.advance();
  for (let i = 0; i < count; i++) builder.nextIndex(kind);
  const type = parseExternType(c, kind, () => {});
  c.close();
  return type;
}

/** The type of an import; parameters of a function that is imported may have names. */
export function parseNamedType(c: Context, kind: ExternKind, index: number): ExternType {
  return parseExternType(c, kind, (use) => {
    if (use.paramNames === undefined || kind !== "func") return;
    const space = new IndexSpace("local");
    for (let i = 0; i < use.paramCount; i++) c.bindNamed(space, use.paramNames.get(i), c.lexer.start);
    c.names.locals.set(index, space.names);
  });
}

const nameMaps = { func: "functions", table: "tables", memory: "memories", global: "globals", tag: "tags" } as const;

/** `(@name "...")` behind an identifier: the item's name in the name section. */
export function nameItem(c: Context, kind: ExternKind, index: number): void {
  const name = c.nameAnnotation();
  if (name !== undefined) c.names[nameMaps[kind]].set(index, name);
}
