/**
 * Test scripts (the `.wast` format of the reference interpreter, `interpreter/README.md` "Scripts", with what proposals
 * add to it).
 *
 * A module in the text format is kept as a range of the script: whether it parses is for whoever runs the script to
 * find out.
 */

import { CompileError } from "../../base/errors.ts";
import { defaultFeatures, type FeatureSet } from "../../base/features.ts";
import { decodeModule } from "../../binary/decode.ts";
import type { Module } from "../../types/module.ts";
import { END, KEYWORD, LEFT, type Lexer, RIGHT, STRING } from "../lex/lexer.ts";
import { positionAt } from "../lex/source.ts";
import { decodeName, stringBytes } from "../lex/strings.ts";
import { Context } from "../parse/context.ts";
import { parseModule, parseModuleIn } from "../parse/parse.ts";
import { type Pattern, parsePattern, parseValue, type Value } from "./script-values.ts";

/** How a script writes a module. */
type ModuleSource =
  | { readonly kind: "text"; readonly start: number; readonly end: number }
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  /** The text of a module as bytes, which need not be well-formed UTF-8. */
  | { readonly kind: "quote"; readonly bytes: Uint8Array }
  /** A component: not part of core WebAssembly. */
  | { readonly kind: "component" };

export interface ScriptModule {
  readonly name: string | undefined;
  readonly source: ModuleSource;
}

export type Action =
  | {
      readonly kind: "invoke";
      readonly module: string | undefined;
      readonly name: string;
      readonly arguments: readonly Value[];
    }
  | { readonly kind: "get"; readonly module: string | undefined; readonly name: string };

export type AssertKind = "trap" | "exhaustion" | "exception" | "suspension";
export type RefusalKind = "malformed" | "invalid" | "unlinkable" | "malformed_custom" | "invalid_custom";

type CommandBody =
  /** `definition`: validated, not instantiated. */
  | { readonly kind: "module"; readonly module: ScriptModule; readonly definition: boolean }
  | { readonly kind: "instance"; readonly name: string | undefined; readonly module: string | undefined }
  | { readonly kind: "register"; readonly as: string; readonly module: string | undefined }
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "assert_return"; readonly action: Action; readonly expected: readonly Pattern[] }
  | { readonly kind: "assert_action"; readonly what: AssertKind; readonly action: Action; readonly message: string }
  /** `assert_trap` and `assert_exhaustion` about the instantiation of a module. */
  | {
      readonly kind: "assert_instantiation";
      readonly what: AssertKind;
      readonly module: ScriptModule;
      readonly message: string;
    }
  | {
      readonly kind: "assert_refused";
      readonly what: RefusalKind;
      readonly module: ScriptModule;
      readonly message: string;
    }
  | {
      readonly kind: "thread";
      readonly name: string;
      readonly shared: readonly string[];
      readonly commands: readonly Command[];
    }
  | { readonly kind: "wait"; readonly thread: string };

export type Command = CommandBody & {
  /** The line on which the command starts, from 1. */
  readonly line: number;
};

export interface Script {
  readonly source: string;
  readonly commands: readonly Command[];
}

/** Parses a script. Raises a `CompileError` with line and column where a command is malformed. */
export function parseScript(source: string): Script {
  return new ScriptParser(source).parse();
}

/** Parses or decodes a module of a script. */
export function loadModule(script: Script, { source }: ScriptModule, features: FeatureSet = defaultFeatures): Module {
  switch (source.kind) {
    case "text":
      return parseModuleIn(script.source, source.start, source.end, features);
    case "binary":
      return decodeModule(source.bytes, features);
    case "quote": {
      const text = decodeName(source.bytes);
      if (text === undefined) throw new CompileError("malformed UTF-8 encoding", { code: "malformed-utf8" }, true);
      return parseModule(text, features);
    }
    case "component":
      throw new CompileError("components are not part of core WebAssembly", { code: "component" }, true);
  }
}

const moduleFields = new Set([
  "type",
  "rec",
  "import",
  "func",
  "table",
  "memory",
  "global",
  "tag",
  "export",
  "start",
  "elem",
  "data",
]);

class ScriptParser {
  readonly #c: Context;
  readonly #lines: LineCounter;

  constructor(source: string) {
    this.#c = new Context(source, 0, source.length, defaultFeatures);
    this.#lines = new LineCounter(source);
  }

  parse(): Script {
    const lexer: Lexer = this.#c.lexer;
    const { source } = lexer;
    // A file may be the fields of one module.
    if (
      lexer.kind === LEFT &&
      lexer.nextKind === KEYWORD &&
      moduleFields.has(source.slice(lexer.nextStart, lexer.nextEnd))
    ) {
      const module: ScriptModule = { name: undefined, source: { kind: "text", start: 0, end: source.length } };
      return { source, commands: [{ kind: "module", module, definition: false, line: this.#lines.at(lexer.start) }] };
    }
    const commands = this.#commands();
    if (lexer.kind !== END) this.#c.unexpected("a command");
    return { source, commands };
  }

  /** Commands up to something that is none. */
  #commands(): Command[] {
    const lexer: Lexer = this.#c.lexer;
    const commands: Command[] = [];
    while (lexer.kind === LEFT) {
      const line = this.#lines.at(lexer.start);
      commands.push({ ...this.#command(), line });
      lexer.annotations.length = 0;
    }
    return commands;
  }

  #command(): CommandBody {
    const c = this.#c;
    const lexer: Lexer = c.lexer;
    const word = lexer.nextKind === KEYWORD ? lexer.source.slice(lexer.nextStart, lexer.nextEnd) : "";
    switch (word) {
      case "module":
        return this.#module();
      case "component":
        return { kind: "module", module: this.#component(), definition: false };
      case "invoke":
      case "get":
        return { kind: "action", action: this.#action() };
    }
    lexer.advance();
    lexer.advance();
    const body = this.#behindWord(word);
    c.close();
    return body;
  }

  /** A command behind its keyword, up to its closing parenthesis. */
  #behindWord(word: string): CommandBody {
    const c = this.#c;
    switch (word) {
      case "register": {
        const as = c.name();
        return { kind: "register", as, module: c.optionalId() };
      }
      case "assert_return": {
        const action = this.#action();
        const expected: Pattern[] = [];
        while (c.lexer.kind === LEFT) expected.push(parsePattern(c));
        return { kind: "assert_return", action, expected };
      }
      case "assert_trap":
      case "assert_exhaustion":
      case "assert_exception":
      case "assert_suspension":
        return this.#assertion(word.slice("assert_".length) as AssertKind);
      case "assert_malformed":
      case "assert_invalid":
      case "assert_unlinkable":
      case "assert_malformed_custom":
      case "assert_invalid_custom": {
        const module = this.#moduleInside();
        return {
          kind: "assert_refused",
          what: word.slice("assert_".length) as RefusalKind,
          module,
          message: this.#message(),
        };
      }
      case "thread":
        return this.#thread();
      case "wait":
        return { kind: "wait", thread: this.#id() };
      default:
        return c.lexer.fail(`unknown command ${word}`, "unknown-command", c.lexer.previousEnd);
    }
  }

  #assertion(what: AssertKind): CommandBody {
    const c = this.#c;
    if (c.lexer.isOpening("module") || c.lexer.isOpening("component")) {
      const module = this.#moduleInside();
      return { kind: "assert_instantiation", what, module, message: this.#message() };
    }
    const action = this.#action();
    return { kind: "assert_action", what, action, message: this.#message() };
  }

  /** The expected message; an exception has none. */
  #message(): string {
    return this.#c.lexer.kind === STRING ? this.#c.name() : "";
  }

  #id(): string {
    return this.#c.optionalId() ?? this.#c.unexpected("an identifier");
  }

  #thread(): CommandBody {
    const c = this.#c;
    const name = this.#id();
    const shared: string[] = [];
    while (c.tryOpen("shared")) {
      c.open("module");
      shared.push(this.#id());
      c.close();
      c.close();
    }
    return { kind: "thread", name, shared, commands: this.#commands() };
  }

  #module(): CommandBody {
    const c = this.#c;
    const start = c.lexer.start;
    c.open("module");
    if (c.tryKeyword("instance")) {
      const name = c.optionalId();
      const module = c.optionalId();
      c.close();
      return { kind: "instance", name, module };
    }
    const definition = c.tryKeyword("definition");
    return { kind: "module", module: this.#moduleBody(start), definition };
  }

  #moduleInside(): ScriptModule {
    const c = this.#c;
    if (c.lexer.isOpening("component")) return this.#component();
    const start = c.lexer.start;
    c.open("module");
    c.tryKeyword("definition");
    return this.#moduleBody(start);
  }

  /** A module behind its keyword; `start` is where its parenthesis opens. */
  #moduleBody(start: number): ScriptModule {
    const c = this.#c;
    const lexer: Lexer = c.lexer;
    const name = c.optionalId();
    let source: ModuleSource;
    if (c.tryKeyword("binary")) source = { kind: "binary", bytes: this.#strings(undefined) };
    else if (c.tryKeyword("quote")) source = { kind: "quote", bytes: this.#strings(0x20) };
    else {
      lexer.skipToClosing();
      source = { kind: "text", start, end: lexer.end };
    }
    if (lexer.kind !== RIGHT) c.unexpected("a string or )");
    lexer.advance();
    return { name, source };
  }

  #component(): ScriptModule {
    const c = this.#c;
    c.open("component");
    c.lexer.skipToClosing();
    c.close();
    return { name: undefined, source: { kind: "component" } };
  }

  /** String literals, one behind the other, with `separator` between them. */
  #strings(separator: number | undefined): Uint8Array {
    const lexer: Lexer = this.#c.lexer;
    const parts: Uint8Array[] = [];
    for (; lexer.kind === STRING; lexer.advance()) {
      if (separator !== undefined && parts.length > 0) parts.push(Uint8Array.of(separator));
      parts.push(stringBytes(lexer.source, lexer.start, lexer.end));
    }
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #action(): Action {
    const c = this.#c;
    const get = c.tryOpen("get");
    if (!get) c.open("invoke");
    const module = c.optionalId();
    const name = c.name();
    const values: Value[] = [];
    while (!get && c.lexer.kind === LEFT) values.push(parseValue(c));
    c.close();
    return get ? { kind: "get", module, name } : { kind: "invoke", module, name, arguments: values };
  }
}

/** Counts lines for places in ascending order. */
class LineCounter {
  readonly #source: string;
  #index = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  at(index: number): number {
    this.#line += positionAt(this.#source.slice(this.#index, index), index - this.#index).line - 1;
    this.#index = index;
    return this.#line;
  }
}
