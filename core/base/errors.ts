/**
 * The errors that Heddle reports for bad input.
 *
 * Each extends the host's own class of the same role, so that `error instanceof WebAssembly.CompileError`
 * holds whichever namespace a program looks at (WebAssembly JavaScript Interface, section 5.10 "Error Objects").
 * What the standard leaves out is in named properties: a stable `code`, where it went wrong, and what was expected.
 */
import { engine } from "./engine.ts";

/** Where in a source text an error was found. Lines and columns count from 1; a column counts UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What an error says beside its message. */
export interface ErrorDetail {
  /** A stable identifier of the rule that was broken, such as `type-mismatch` or `unexpected-end`. */
  readonly code: string;
  /** Byte offset from the module's first byte, where the input was binary. */
  readonly offset?: number | undefined;
  /** Line and column, where the input was text. */
  readonly position?: TextPosition | undefined;
  /** What would have been accepted here. */
  readonly expected?: string | undefined;
  /** The error of the host or of the program which led to this one. */
  readonly cause?: unknown;
}

function withPlace(message: string, detail: ErrorDetail): string {
  if (detail.position !== undefined) return `${message} (at ${detail.position.line}:${detail.position.column})`;
  if (detail.offset !== undefined) return `${message} (at offset 0x${detail.offset.toString(16)})`;
  return message;
}

/** Gives `error` the property that `new Error(message, { cause })` makes; the host's classes declare no second parameter. */
function attachCause(error: Error, detail: ErrorDetail): void {
  if (detail.cause === undefined) return;
  Object.defineProperty(error, "cause", { value: detail.cause, writable: true, configurable: true, enumerable: false });
}

/** A module that is malformed or invalid. Raised by decoding, parsing and validation. */
export class CompileError extends engine.CompileError {
  readonly code: string;
  readonly offset: number | undefined;
  readonly position: TextPosition | undefined;
  readonly expected: string | undefined;
  /** The message without the place: conformance scripts compare its beginning. */
  readonly rule: string;
  /** True when the input breaks the grammar (malformed), false when it breaks a typing rule (invalid). */
  readonly malformed: boolean;

  constructor(message: string, detail: ErrorDetail, malformed = false) {
    super(withPlace(message, detail));
    attachCause(this, detail);
    this.name = "CompileError";
    this.code = detail.code;
    this.offset = detail.offset;
    this.position = detail.position;
    this.expected = detail.expected;
    this.rule = message;
    this.malformed = malformed;
  }
}

/** A module whose imports do not match what it declares. Raised by instantiation. */
export class LinkError extends engine.LinkError {
  readonly code: string;
  readonly expected: string | undefined;

  constructor(message: string, detail: ErrorDetail) {
    super(message);
    attachCause(this, detail);
    this.name = "LinkError";
    this.code = detail.code;
    this.expected = detail.expected;
  }
}

/** A trap. The message is the standard's own; `cause` holds the host's error where there was one. */
export class RuntimeError extends engine.RuntimeError {
  readonly code: string;

  constructor(message: string, detail: ErrorDetail) {
    super(message);
    attachCause(this, detail);
    this.name = "RuntimeError";
    this.code = detail.code;
  }
}

/** Raises the error of a malformed binary or text: `code` names the rule, `offset` is in bytes from the module's start. */
export function malformed(message: string, code: string, offset: number, expected?: string): never {
  throw new CompileError(message, { code, offset, expected }, true);
}

/** Raises the error of an invalid module: `code` names the rule, `offset` is in bytes from the module's start. */
export function invalid(message: string, code: string, offset: number, expected?: string): never {
  throw new CompileError(message, { code, offset, expected }, false);
}
