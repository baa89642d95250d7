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

function withPlace(message: string, detail: Partial<ErrorDetail>): string {
  if (detail.position !== undefined) return `${message} (at ${detail.position.line}:${detail.position.column})`;
  if (detail.offset !== undefined) return `${message} (at offset 0x${detail.offset.toString(16)})`;
  return message;
}

/**
 * Gives `error` the property that `new Error(message, { cause })` makes; the host's classes declare no second
 * parameter.
 */
function attachCause(error: Error, detail: Partial<ErrorDetail>): void {
  if (detail.cause === undefined) return;
  Object.defineProperty(error, "cause", { value: detail.cause, writable: true, configurable: true, enumerable: false });
}

/**
 * Makes a class one of the standard's error constructors (JS API, "Error Objects", and ECMA-262 "NativeError Object
 * Structure"): it can be called without `new`, takes one argument, and its name is the prototype's.
 */
function nativeError<Constructor extends new (...args: never[]) => Error>(
  errorClass: Constructor,
  name: string,
): Constructor {
  function create(...args: unknown[]): Error {
    return Reflect.construct(errorClass, args, new.target ?? create) as Error;
  }
  Object.setPrototypeOf(create, Error);
  Object.defineProperties(create, {
    name: { value: name },
    length: { value: 1 },
    prototype: { value: errorClass.prototype, writable: false },
  });
  Object.defineProperties(errorClass.prototype, {
    constructor: { value: create, writable: true, configurable: true },
    name: { value: name, writable: true, configurable: true },
    message: { value: "", writable: true, configurable: true },
  });
  return create as unknown as Constructor;
}

/** The code of errors that the program itself makes. */
const ownCode = "user";

class CompileErrorClass extends engine.CompileError {
  readonly code: string;
  readonly offset: number | undefined;
  readonly position: TextPosition | undefined;
  readonly expected: string | undefined;
  /** The message without the place: conformance scripts compare its beginning. */
  readonly rule: string;
  /** True when the input breaks the grammar (malformed), false when it breaks a typing rule (invalid). */
  readonly malformed: boolean;

  constructor(message?: string, detail: Partial<ErrorDetail> = {}, malformed = false) {
    super(message === undefined ? undefined : withPlace(message, detail));
    attachCause(this, detail);
    this.code = detail.code ?? ownCode;
    this.offset = detail.offset;
    this.position = detail.position;
    this.expected = detail.expected;
    this.rule = message ?? "";
    this.malformed = malformed;
  }
}

class LinkErrorClass extends engine.LinkError {
  readonly code: string;
  readonly expected: string | undefined;

  constructor(message?: string, detail: Partial<ErrorDetail> = {}) {
    super(message);
    attachCause(this, detail);
    this.code = detail.code ?? ownCode;
    this.expected = detail.expected;
  }
}

class RuntimeErrorClass extends engine.RuntimeError {
  readonly code: string;

  constructor(message?: string, detail: Partial<ErrorDetail> = {}) {
    super(message);
    attachCause(this, detail);
    this.code = detail.code ?? ownCode;
  }
}

/**
 * The codes of errors that are no answer of the standard's to a module, and when they come. A module's own errors have
 * the code of the rule that it breaks, traps the code of the trap.
 */
export const errorCodes = {
  // of stores and their threads
  "store-closed": "The store is closed: nothing runs in it any more.",
  "thread-count": "There cannot be a store with so many threads.",
  "no-threads": "The store was made without threads, and so none can do this.",
  "too-many-agents": "The store has as many agents as it may have.",
  "no-worker": "The store has no such Worker.",
  "worker-lost": "A Worker ended before its work did.",
  "worker-script": "A Worker's script could not be loaded.",
  "outside-worker": "Something was called outside of a Worker that only a Worker can do.",
  "uncaught-exception": "A thread threw an exception that nothing caught; `cause` is the exception.",
  "thread-threw": "A thread threw a value that is no error; the message shows it.",
  "not-cross-origin-isolated": "The page is served without the headers that memory shared between threads takes.",
  "no-shared-memory": "The host has no shared WebAssembly memory.",
  // of what is handed to other threads
  "not-exported": "A function is expected that the store, or the module, exports.",
  "not-shared": "Only what is shared can be handed to another thread.",
  "shared-module": "The module has shared functions: one instance of it serves all threads.",
  "foreign-handle": "The handle is of another store, or is none.",
  "spent-handle": "The handle has been received, or revoked, before, or was made by nobody.",
  // of the heap
  "heap-options": "There cannot be a heap with these options.",
  "heap-full": "The heap has no room for what is never collected.",
  "function-limit": "The store can have no more functions.",
  "stack-exhausted": "Calls are nested deeper than the host's stack, or the stack of references, reaches.",
  // of sources
  "not-a-module-text": "A string is no text of a module: it has no parenthesis and no comment at its start.",
  // of the command
  usage: "The command line asks for something that does not exist.",
  "threads-disagree": "Threads that ran the same function have different results.",
  // of the code
  "prototype-configuration": "The data that configures prototypes is malformed, or asks for what cannot be.",
  internal: "An error in Heddle itself: please report it.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * An error that says by its code what is wrong (`errorCodes`), where neither the standard nor the host has a class for
 * it.
 */
export class HeddleError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HeddleError";
    this.code = code;
  }
}

/** A number that is out of range, of what is not the JS API's: its RangeErrors have no code. */
export function rangeError(code: ErrorCode, message: string, options?: ErrorOptions): RangeError {
  return Object.assign(new RangeError(message, options), { code });
}

/** A value of the wrong type, where it is not one that the JS API refuses as well: its TypeErrors have no code. */
export function typeError(code: ErrorCode, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** A module that is malformed or invalid. Raised by decoding, parsing and validation. */
export const CompileError = nativeError(CompileErrorClass, "CompileError");
export type CompileError = CompileErrorClass;
/** A module whose imports do not match what it declares. Raised by instantiation. */
export const LinkError = nativeError(LinkErrorClass, "LinkError");
export type LinkError = LinkErrorClass;
/** A trap. The message is the standard's own; `cause` holds the host's error where there was one. */
export const RuntimeError = nativeError(RuntimeErrorClass, "RuntimeError");
export type RuntimeError = RuntimeErrorClass;

/**
 * Raises the error of a malformed binary or text: `code` names the rule, `offset` is in bytes from the module's start.
 */
export function malformed(message: string, code: string, offset: number, expected?: string): never {
  throw new CompileError(message, { code, offset, expected }, true);
}

/** Raises the error of an invalid module: `code` names the rule, `offset` is in bytes from the module's start. */
export function invalid(message: string, code: string, offset: number, expected?: string): never {
  throw new CompileError(message, { code, offset, expected }, false);
}
