/**
 * Text to modules (core 6.6.13).
 *
 * Three passes over the text: the first binds names and finds the fields (`scan.ts`), the second reads type
 * definitions, the third all other fields in order. Type uses may add types, so the order of the third pass is that of
 * the text.
 */
import { defaultFeatures, type FeatureSet } from "../../base/features.ts";
import type { Module } from "../../types/module.ts";
import { END } from "../lex/lexer.ts";
import { type Fields, ModuleBuilder } from "./builder.ts";
import { Context } from "./context.ts";
import {
  parseExport,
  parseFunction,
  parseGlobal,
  parseMemory,
  parseStart,
  parseTable,
  parseTag,
} from "./definitions.ts";
import { parseImport } from "./imports.ts";
import { InstructionParser } from "./instructions.ts";
import { type FieldKind, Scanner } from "./scan.ts";
import { parseData, parseElement } from "./segments.ts";
import { parseRecGroup } from "./type-definitions.ts";

/**
 * Parses a module: `(module id? field*)`, or its fields alone. Raises a `CompileError` with line and column where the
 * text is malformed.
 */
export function parseModule(source: string, features: FeatureSet = defaultFeatures): Module {
  return parseModuleIn(source, 0, source.length, features);
}

/** Parses the module in `source[start, limit)`; places count from the start of `source`. */
export function parseModuleIn(source: string, start: number, limit: number, features: FeatureSet): Module {
  const c = new Context(source, start, limit, features);
  const wrapped = c.tryOpen("module");
  if (wrapped) {
    c.tryKeyword("definition");
    c.names.module = c.optionalId();
  }
  const { fields, customs } = new Scanner(c).scan();
  if (wrapped) c.close();
  if (c.lexer.kind !== END) c.unexpected(wrapped ? "the end of the text" : "a module field");

  for (const { kind, at } of fields) {
    if (kind !== "type" && kind !== "rec") continue;
    c.lexer.seek(at);
    parseRecGroup(c);
    checkAnnotations(c);
  }
  const builder = new ModuleBuilder();
  const instructions = new InstructionParser(c);
  const all: Fields = { c, builder, instructions };
  for (const { kind, at } of fields) {
    const parse = fieldParsers[kind];
    if (parse === undefined) continue;
    c.lexer.seek(at);
    parse(all);
    checkAnnotations(c);
  }
  builder.customs.push(...instructions.metadata.customSections(BEFORE_CODE), ...customs);
  return builder.finish(c, c.usesData);
}

/** Id of the section behind which code metadata stands: the data count section, the last before the code. */
const BEFORE_CODE = 12;

const fieldParsers: Readonly<Partial<Record<FieldKind, (fields: Fields) => void>>> = {
  import: parseImport,
  func: parseFunction,
  table: parseTable,
  memory: parseMemory,
  global: parseGlobal,
  tag: parseTag,
  export: parseExport,
  start: parseStart,
  elem: parseElement,
  data: parseData,
};

/** Raises the error of an annotation that stood inside the field just parsed and was about nothing there. */
function checkAnnotations(c: Context): void {
  const { lexer } = c;
  const annotation = lexer.annotations[0];
  if (annotation !== undefined && annotation.start < lexer.previousEnd) {
    lexer.fail(`misplaced @${annotation.name} annotation`, "misplaced-annotation", annotation.start);
  }
}
