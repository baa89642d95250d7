/**
 * The values of code metadata annotations: string literals for any of them, and words for the three of compilation-hints
 * (`(compilation N) (optimization N)`, `(freq N)`, `(target $f P)`).
 */
import { Writer } from "../binary/writer.ts";
import type { Context } from "./context.ts";
import { type Annotation, END, Lexer, STRING } from "./lexer.ts";
import { stringBytes } from "./strings.ts";

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
  return writer.finish();
}

/** The number in `(word N)`, if that is there. */
function tryPair(lexer: Lexer, word: string): number | undefined {
  if (!lexer.isOpening(word)) return undefined;
  lexer.advance();
  lexer.advance();
  const value = number(lexer);
  lexer.advance();
  return value;
}

function number(lexer: Lexer): number {
  const value = Number(lexer.text().replaceAll("_", ""));
  if (!(value >= 0)) lexer.fail("unexpected token: a number is needed", "unexpected-token");
  lexer.advance();
  return value;
}

/** The optimization priority that means "runs once" (compilation-hints). */
const RUN_ONCE = 127;

function compilationPriority(lexer: Lexer, writer: Writer): void {
  writer.u32(tryPair(lexer, "compilation") ?? 0);
  const optimization = tryPair(lexer, "optimization");
  if (optimization !== undefined) writer.u32(optimization);
  else if (lexer.isOpening("run_once")) {
    writer.u32(RUN_ONCE);
    for (let token = 0; token < 3; token++) lexer.advance();
  }
}

function instructionFrequency(lexer: Lexer, writer: Writer): void {
  const always = lexer.isKeyword("always_opt");
  if (always || lexer.isKeyword("never_opt")) {
    writer.u8(always ? 127 : 0);
    lexer.advance();
    return;
  }
  const ratio = tryPair(lexer, "freq") ?? number(lexer);
  writer.u8(ratio === 0 ? 0 : Math.min(64, Math.max(1, Math.floor(Math.log2(ratio)) + 32)));
}

function callTargets(c: Context, lexer: Lexer, writer: Writer): void {
  while (lexer.isOpening("target")) {
    lexer.advance();
    lexer.advance();
    const name = lexer.text();
    const index = name.startsWith("$") ? c.functions.find(name.slice(1)) : Number(name);
    if (index === undefined || !Number.isInteger(index)) lexer.fail(`unknown func ${name}`, "unknown-func");
    lexer.advance();
    writer.u32(index);
    writer.u32(Math.round(number(lexer) * 100));
    lexer.advance();
  }
}
