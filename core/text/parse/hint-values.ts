/**
 * The values of code metadata annotations: string literals for any of them, and words for the three of
 * compilation-hints (`(compilation N) (optimization N)`, `(freq N)`, `(target $f P)`).
 */
import { Writer } from "../../binary/writer.ts";
import { type Annotation, END, ID, Lexer, NUMBER, RIGHT, STRING } from "../lex/lexer.ts";
import { identifierName, stringBytes } from "../lex/strings.ts";
import type { Context } from "./context.ts";

export const BRANCH_HINT = "metadata.code.branch_hint";

/**
 * Branch-hinting, "Binary format": a branch hint is one byte, 0 for unlikely and 1 for likely. Other values are not
 * looked into.
 */
export function isHintValue(name: string, bytes: Uint8Array): boolean {
  return name !== BRANCH_HINT || (bytes.length === 1 && (bytes[0] === 0 || bytes[0] === 1));
}

/** The bytes that an annotation stands for. */
export function parseHintBytes(c: Context, annotation: Annotation): Uint8Array {
  const lexer = new Lexer(c.lexer.source, annotation.bodyStart, annotation.bodyEnd);
  const writer = new Writer(16);
  if (lexer.kind === STRING || lexer.kind === END) {
    for (; lexer.kind === STRING; lexer.advance()) writer.bytes(stringBytes(lexer.source, lexer.start, lexer.end));
  } else if (annotation.name === "metadata.code.compilation_priority") compilationPriority(lexer, writer);
  else if (annotation.name === "metadata.code.instr_freq") instructionFrequency(lexer, writer);
  else if (annotation.name === "metadata.code.call_targets") callTargets(c, lexer, writer);
  if (lexer.kind !== END) lexer.fail(`@${annotation.name} annotation: unexpected token`, "unexpected-token");
  const bytes = writer.finish();
  if (!isHintValue(annotation.name, bytes)) {
    lexer.fail(
      `@${annotation.name} annotation: invalid hint value`,
      "hint-value",
      annotation.start,
      '"\\00" or "\\01"',
    );
  }
  return bytes;
}

function close(lexer: Lexer): void {
  if (lexer.kind !== RIGHT) lexer.fail("unexpected token: ) is needed", "unexpected-token", lexer.start, ")");
  lexer.advance();
}

/** Takes `(word` if it is there. */
function tryOpen(lexer: Lexer, word: string): boolean {
  if (!lexer.isOpening(word)) return false;
  lexer.advance();
  lexer.advance();
  return true;
}

/** Takes `word` or `(word)` if one of them is there. */
function tryWord(lexer: Lexer, word: string): boolean {
  if (tryOpen(lexer, word)) {
    close(lexer);
    return true;
  }
  if (!lexer.isKeyword(word)) return false;
  lexer.advance();
  return true;
}

function number(lexer: Lexer): number {
  const value = lexer.kind === NUMBER ? Number(lexer.text().replaceAll("_", "")) : Number.NaN;
  if (!(value >= 0)) lexer.fail("unexpected token: a number is needed", "unexpected-token", lexer.start, "a number");
  lexer.advance();
  return value;
}

/** The number in `(word N)`, if that is there. */
function tryPair(lexer: Lexer, word: string): number | undefined {
  if (!tryOpen(lexer, word)) return undefined;
  const value = number(lexer);
  close(lexer);
  return value;
}

/** The optimization priority that means "runs once". */
const RUN_ONCE = 127;

function compilationPriority(lexer: Lexer, writer: Writer): void {
  writer.u32(tryPair(lexer, "compilation") ?? 0);
  const optimization = tryPair(lexer, "optimization");
  if (optimization !== undefined) writer.u32(optimization);
  else if (tryWord(lexer, "run_once")) writer.u32(RUN_ONCE);
}

/**
 * How often an instruction runs for each call of its function: a logarithm, shifted; 0 and 127 stand for "never" and
 * "always".
 */
function instructionFrequency(lexer: Lexer, writer: Writer): void {
  if (tryWord(lexer, "always_opt")) writer.u8(127);
  else if (tryWord(lexer, "never_opt")) writer.u8(0);
  else {
    const frequency = tryPair(lexer, "freq") ?? number(lexer);
    writer.u8(Math.max(1, Math.min(64, Math.floor(Math.log2(frequency)) + 32)));
  }
}

/** Functions that a call reaches, each with its share of the calls in percent. */
function callTargets(c: Context, lexer: Lexer, writer: Writer): void {
  while (tryOpen(lexer, "target")) {
    const known =
      lexer.kind === ID ? c.functions.find(identifierName(lexer.source, lexer.start, lexer.end)) : undefined;
    if (lexer.kind === ID && known === undefined) lexer.fail(`unknown func ${lexer.text()}`, "unknown-func");
    if (known === undefined) writer.u32(number(lexer));
    else {
      writer.u32(known);
      lexer.advance();
    }
    writer.u32(Math.round(number(lexer) * 100));
    close(lexer);
  }
}
