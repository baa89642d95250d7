/**
 * Traps: what the host, the heap runtime or lowered code raise becomes a `RuntimeError` with the standard's message.
 *
 * Lowered code reports a trap that the host does not have by calling `heap.trap`. That is a function of a small host
 * module which notes the code and executes `unreachable`: an error thrown from JS could be caught by the program's
 * `catch_all`, a trap of the host cannot.
 */
import { InternalError } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { HeddleError, RuntimeError, rangeError } from "../../core/base/errors.ts";
import { encodeSmallModule } from "../../core/binary/small-module.ts";
import { I32 } from "../../core/types/types.ts";
import type { ProvidedImports } from "../../lower/host/host-imports.ts";
import { TrapCode, trapMessages } from "../../lower/host/lowered.ts";
import type { ConversionOperand } from "./conversion-operand.ts";
import { StackTraces, type TracedModule } from "./stack-trace.ts";

/**
 * (module
 *   (global $code (export "code") (mut i32) (i32.const -1))
 *   (func (export "trap") (param i32 i32) (global.set $code (local.get 0)) unreachable))
 */
const trapModule = encodeSmallModule({
  types: [{ params: [I32, I32], results: [] }],
  globals: [{ type: { type: I32, mutable: true, shared: false, threadLocal: false }, init: ["i32.const", -1] }],
  functions: [{ type: 0, code: ["local.get", 0, "global.set", 0, "unreachable"] }],
  exports: [
    { name: "code", kind: "global", index: 0 },
    { name: "trap", kind: "func", index: 0 },
  ],
});

/**
 * Fragments of the messages of V8, SpiderMonkey and JavaScriptCore, in lower case, in the order in which they are
 * tried.
 */
const hostMessages: readonly (readonly [fragment: string, code: string, message: string])[] = [
  ["unaligned", "unaligned-atomic", "unaligned atomic"],
  ["divide by zero", "divide-by-zero", "integer divide by zero"],
  ["division by zero", "divide-by-zero", "integer divide by zero"],
  ["remainder by zero", "divide-by-zero", "integer divide by zero"],
  ["divide result unrepresentable", "integer-overflow", "integer overflow"],
  ["invalid conversion to integer", "invalid-conversion", "invalid conversion to integer"],
  ["float unrepresentable", "integer-overflow", "integer overflow"],
  ["out of bounds trunc", "integer-overflow", "integer overflow"],
  ["integer overflow", "integer-overflow", "integer overflow"],
  ["null function or function signature", "indirect-call", "indirect call type mismatch"],
  ["signature mismatch", "indirect-call", "indirect call type mismatch"],
  ["signature that does not match", "indirect-call", "indirect call type mismatch"],
  ["indirect call to null", "uninitialized-element", "uninitialized element"],
  ["null table entry", "uninitialized-element", "uninitialized element"],
  ["table index is out of bounds", "undefined-element", "undefined element"],
  ["out of bounds call_indirect", "undefined-element", "undefined element"],
  ["table", "table-out-of-bounds", "out of bounds table access"],
  ["illegal cast", "cast-failure", "cast failure"],
  ["null pointer", "null-reference", "null reference"],
  ["null reference", "null-reference", "null reference"],
  ["atomics.wait cannot be called", "blocking-forbidden", trapMessages[TrapCode.blockingForbidden]],
  ["expected shared memory", "expected-shared-memory", "expected shared memory"],
  ["unreachable", "unreachable", "unreachable"],
];
/** Messages of an access beyond a memory's end. */
const outOfBounds = ["memory access out of bounds", "out of bounds memory access", "index out of bounds"];

const codeNames = new Map<number, string>(Object.entries(TrapCode).map(([name, code]) => [code, kebab(name)]));

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** An agent's side of trapping. */
export class Traps {
  /** The function that lowered code imports as `heap.trap`. */
  readonly trap: ProvidedImports<"heap">["trap"];
  readonly #code: WebAssembly.Global;
  /**
   * True once the agent runs code that has linear memories: then an access out of bounds need not be a null reference.
   */
  usesMemories = false;
  /** What each trap's error was translated to, and back. */
  readonly #translations = new WeakMap<object, Error>();
  readonly #hostErrors = new WeakMap<object, Error>();
  readonly #stacks = new StackTraces();
  /** Tells a conversion of NaN from others that trap; without it the host's message does, where it can. */
  readonly #conversionOperand: ConversionOperand | undefined;

  constructor(conversionOperand?: ConversionOperand) {
    this.#conversionOperand = conversionOperand;
    const { exports } = new engine.Instance(new engine.Module(trapModule));
    this.trap = exports["trap"] as typeof this.trap;
    this.#code = exports["code"] as WebAssembly.Global;
  }

  /** Makes a module's trap sites known, and where its code comes from. */
  addModule(lowered: TracedModule): void {
    this.#stacks.add(lowered);
  }

  /**
   * Throws `error` from JS that lowered code called, as a trap: the program cannot catch it there, and its caller sees
   * `error`.
   */
  raise(error: RuntimeError): never {
    this.#trapFor(error);
    throw error;
  }

  /** The same where nothing translates what is thrown on its way into lowered code. */
  raiseUntranslated(error: RuntimeError): never {
    throw this.#trapFor(error);
  }

  /** A trap of the host that is translated to `error`. */
  #trapFor(error: RuntimeError): Error {
    try {
      (this.trap as (code: number, detail: number) => void)(TrapCode.unreachable, 0);
    } catch (caught) {
      this.#code.value = -1;
      const hostError = caught as Error;
      const stack = this.#withinStack(undefined, () => this.#stacks.rewrite(error, hostError.stack));
      if (typeof stack === "string") error.stack = stack;
      this.#remember(hostError, error);
      return hostError;
    }
    throw new InternalError("the trap function returned");
  }

  /** The program's functions in a host's stack trace, the innermost first. */
  functionNames(stack: string | undefined): readonly string[] {
    return this.#stacks.functionNames(stack);
  }

  /**
   * A function of the host's that traps as lowered code does: the caller in lowered code cannot catch that, as it could
   * what JS throws.
   */
  raising(callee: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (...args) => {
      try {
        return callee(...args);
      } catch (error) {
        throw this.translate(error);
      }
    };
  }

  /** What a program sees in place of `error`: a trap as a `RuntimeError`, anything else unchanged. */
  translate(error: unknown): unknown {
    if (!(error instanceof Error) || error instanceof RuntimeError || this.#hostErrors.has(error)) return error;
    const known = this.#translations.get(error);
    if (known !== undefined) return known;
    const trap = this.#withinStack(error, () => this.#trapOf(error));
    if (trap === undefined) return error;
    const stack = this.#withinStack(undefined, () => this.#stacks.rewrite(trap, error.stack));
    if (typeof stack === "string") trap.stack = stack;
    this.#remember(error, trap);
    return trap;
  }

  /**
   * Runs `body`, which may need more of the host's stack than there is where `error` was caught. There the answer is
   * that the stack is exhausted, and where there is no error none.
   */
  #withinStack<T>(error: Error | undefined, body: () => T): T | RangeError | undefined {
    try {
      return body();
    } catch (problem) {
      // V8 says that a regular expression is invalid when the stack does not suffice to compile it.
      if (!isStackOverflow(problem) && !(problem instanceof SyntaxError)) throw problem;
      return error === undefined ? undefined : stackError(error);
    }
  }

  #remember(error: Error, trap: Error): void {
    this.#translations.set(error, trap);
    this.#hostErrors.set(trap, error);
  }

  /** The host's error behind one that `translate` made: thrown into lowered code again, it still is a trap. */
  hostError(error: unknown): Error | undefined {
    return typeof error === "object" && error !== null ? this.#hostErrors.get(error) : undefined;
  }

  #trapOf(error: Error): Error | undefined {
    if (isStackOverflow(error)) return stackError(error);
    if (!(error instanceof engine.RuntimeError)) return undefined;
    const code = this.#code.value as number;
    this.#code.value = -1;
    if (code === TrapCode.shadowStackOverflow) return stackError(error);
    if (code >= 0) return trapError(code as TrapCode, error);
    return this.#translateHost(error);
  }

  #translateHost(error: WebAssembly.RuntimeError): RuntimeError {
    let text = error.message.toLowerCase();
    const site = this.#stacks.codeAt(error.stack);
    if (site !== undefined) return trapError(site, error);
    // The heap has no access out of bounds but that of a null reference (DESIGN 4).
    if (outOfBounds.some((fragment) => text.includes(fragment)) && !text.includes("table")) {
      return this.usesMemories
        ? new RuntimeError("out of bounds memory access", { code: "memory-out-of-bounds", cause: error })
        : new RuntimeError("null reference", { code: "null-reference", cause: error });
    }
    // Of the conversions of floats most hosts say no more than that the number has no integer.
    if (this.#conversionOperand?.takeNaN() === true) text = "invalid conversion to integer";
    const known = hostMessages.find(([fragment]) => text.includes(fragment));
    if (known === undefined) return new RuntimeError(error.message, { code: "trap", cause: error });
    return new RuntimeError(known[2], { code: known[1], cause: error });
  }
}

function trapError(code: TrapCode, cause: Error): RuntimeError {
  return new RuntimeError(trapMessages[code], { code: codeNames.get(code) ?? "trap", cause });
}

/** The standard leaves the error of an exhausted stack to the host; a RangeError is what JS raises. */
function stackError(cause: Error): RangeError {
  const message = `Maximum call stack size exceeded: ${trapMessages[TrapCode.shadowStackOverflow]}`;
  return rangeError("stack-exhausted", message, { cause });
}

/** Engines report an exhausted stack as a RangeError (V8, JavaScriptCore) or an InternalError (SpiderMonkey). */
function isStackOverflow(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof engine.RuntimeError) return false;
  return error.message.includes("call stack") || error.message.includes("too much recursion");
}

/** An error as it crosses between agents. */
export type PortableError =
  | { readonly kind: "trap"; readonly message: string; readonly code: string; readonly stack: string | undefined }
  | {
      readonly kind: "error";
      readonly name: string;
      readonly message: string;
      readonly code: string | undefined;
      readonly stack: string | undefined;
    }
  | { readonly kind: "value"; readonly text: string };

/** Packs what was thrown on one agent for another. */
export function packError(error: unknown): PortableError {
  if (error instanceof RuntimeError)
    return { kind: "trap", message: error.message, code: error.code, stack: error.stack };
  if (error instanceof Error) {
    const { name, message, stack, code } = error as Error & { code?: unknown };
    return { kind: "error", name, message, code: typeof code === "string" ? code : undefined, stack };
  }
  return { kind: "value", text: String(error) };
}

/** What an error has beside its message; one of the program's own may have no code. */
function named({ name, code }: Extract<PortableError, { kind: "error" }>): { name: string; code?: string } {
  return code === undefined ? { name } : { name, code };
}

/** The error that `packError` packed. The stack is that of the agent where it was thrown. */
export function unpackError(packed: PortableError): Error {
  if (packed.kind === "value") return new HeddleError("thread-threw", `a thread threw ${packed.text}`);
  const error =
    packed.kind === "trap"
      ? new RuntimeError(packed.message, { code: packed.code })
      : Object.assign(new (packed.name === "RangeError" ? RangeError : Error)(packed.message), named(packed));
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}
