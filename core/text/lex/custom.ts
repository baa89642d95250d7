/**
 * `(@custom "name" (before|after section)? "bytes"*)` annotations (core, appendix "Custom Sections and Annotations").
 */

import { Writer } from "../../binary/writer.ts";
import type { CustomSection } from "../../types/module.ts";
import { type Annotation, END, KEYWORD, LEFT, Lexer, RIGHT, STRING } from "./lexer.ts";
import { decodeName, stringBytes, stringText } from "./strings.ts";

/** Sections in the order of a binary module, by the keywords of placements. */
const sections: readonly (readonly [word: string, id: number])[] = [
  ["first", 0],
  ["type", 1],
  ["import", 2],
  ["func", 3],
  ["table", 4],
  ["memory", 5],
  ["tag", 13],
  ["global", 6],
  ["export", 7],
  ["start", 8],
  ["elem", 9],
  ["datacount", 12],
  ["code", 10],
  ["data", 11],
  ["last", -1],
];

/** By the id of a standard section: the placement behind it. */
export const customSectionWords: ReadonlyMap<number, string> = new Map([
  ...sections.map(([word, id]) => [id, `(after ${word})`] as const),
  [0, "(before first)"],
]);

/** The id of the section after which a section goes that stands behind all others. */
const LAST = 11;

/** Reads the annotation. */
export function parseCustom(source: string, annotation: Annotation): CustomSection {
  const lexer = new Lexer(source, annotation.bodyStart, annotation.bodyEnd);
  const fail = (what: string, at = lexer.start): never =>
    lexer.fail(`@custom annotation: ${what}`, "custom-annotation", at);
  if (lexer.kind !== STRING) return fail("missing section name", annotation.start);
  const bytesOfName = stringBytes(source, lexer.start, lexer.end);
  const name = decodeName(bytesOfName) ?? fail("malformed UTF-8 encoding");
  lexer.advance();
  const after = lexer.kind === LEFT ? placement(lexer, fail) : LAST;
  const writer = new Writer();
  for (; lexer.kind === STRING; lexer.advance()) writer.bytes(stringBytes(source, lexer.start, lexer.end));
  if (lexer.kind !== END) fail("unexpected token");
  return { name, bytes: writer.finish(), after, offset: 0 };
}

/** The name in `(@name "...")`. */
export function parseNameAnnotation(source: string, annotation: Annotation): string {
  const lexer = new Lexer(source, annotation.bodyStart, annotation.bodyEnd);
  if (lexer.kind !== STRING || lexer.nextKind !== END)
    lexer.fail("@name annotation: unexpected token", "name-annotation", lexer.start);
  return stringText(source, lexer.start, lexer.end);
}

/** `(before section)` or `(after section)`: the id of the section that the custom section follows. */
function placement(lexer: Lexer, fail: (what: string) => never): number {
  lexer.advance();
  const before = lexer.isKeyword("before");
  if (!before && !lexer.isKeyword("after")) fail("malformed placement");
  lexer.advance();
  const word = lexer.text();
  const at = lexer.kind === KEYWORD ? sections.findIndex(([name]) => name === word) : -1;
  if (at < 0) fail("malformed section kind");
  lexer.advance();
  if (lexer.kind !== RIGHT) fail("unexpected token");
  lexer.advance();
  if (word === "first") return 0;
  if (word === "last") return LAST;
  return (sections[before ? at - 1 : at] as readonly [string, number])[1];
}
