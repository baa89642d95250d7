/**
 * Errors as the command line prints them: the file, the place, the rule, and for text the line with a caret under the
 * place.
 *
 *     broken.wasm: offset 0x1a3: type mismatch (expected i32)
 *     broken.wat:3:14: unknown local
 *         (local.get $x)
 *                    ^
 */
import { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import { caretLine } from "../../core/text/lex/diagnostics.ts";
import { UsageError } from "./usage.ts";

/** What was being worked on: the name to print, and its text where it was text. */
export interface Subject {
  readonly file: string;
  readonly text: string | undefined;
}

/** The error in words, for standard error. */
export function describeError(error: unknown, subject: Subject | undefined): string {
  const prefix = subject === undefined ? "heddle" : subject.file;
  if (error instanceof UsageError) return `heddle: ${error.message}`;
  if (error instanceof CompileError) return describeCompileError(error, prefix, subject?.text);
  if (error instanceof LinkError) return `${prefix}: cannot link: ${error.message}${expectation(error.expected)}`;
  if (error instanceof RuntimeError || error instanceof WebAssembly.RuntimeError)
    return `${prefix}: trap: ${error.message}`;
  if (error instanceof RangeError && /call stack/i.test(error.message)) return `${prefix}: trap: call stack exhausted`;
  if (error instanceof WebAssembly.Exception) return `${prefix}: uncaught exception`;
  return `${prefix}: ${error instanceof Error ? error.message : String(error)}`;
}

/** 2 for a wrong command line or file, 1 for whatever is wrong with a module or happens in it. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof UsageError ? 2 : 1;
}

const expectation = (expected: string | undefined): string => (expected === undefined ? "" : ` (expected ${expected})`);

function describeCompileError(error: CompileError, prefix: string, text: string | undefined): string {
  const rule = `${error.rule}${expectation(error.expected)}`;
  if (error.position === undefined) {
    return error.offset === undefined
      ? `${prefix}: ${rule}`
      : `${prefix}: offset 0x${error.offset.toString(16)}: ${rule}`;
  }
  const { line, column } = error.position;
  const head = `${prefix}:${line}:${column}: ${rule}`;
  return text === undefined ? head : `${head}\n${caretLine(text, error.position).replace(/^/gm, "    ")}`;
}
