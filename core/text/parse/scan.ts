/**
 * The first pass over a module's text: which fields there are, and the names that they bind.
 *
 * Indices may be used before what they name, so all names are bound before any content is read. Contents are skipped
 * here.
 */
import type { CustomSection, ExternKind } from "../../types/module.ts";
import { parseCustom, parseNameAnnotation } from "../lex/custom.ts";
import { type Annotation, END, ID, KEYWORD, LEFT, type Lexer, RIGHT } from "../lex/lexer.ts";
import type { IndexSpace } from "../lex/names.ts";
import type { Context } from "./context.ts";

export type FieldKind = ExternKind | "type" | "rec" | "import" | "export" | "start" | "elem" | "data";

/** A field of the module and where its parenthesis opens. */
export interface Field {
  readonly kind: FieldKind;
  readonly at: number;
}

export interface Scan {
  readonly fields: Field[];
  readonly customs: CustomSection[];
}

const fieldKinds = new Set<string>([
  "func",
  "table",
  "memory",
  "global",
  "tag",
  "type",
  "rec",
  "import",
  "export",
  "start",
  "elem",
  "data",
]);

function spaceOf(c: Context, kind: ExternKind): IndexSpace {
  switch (kind) {
    case "func":
      return c.functions;
    case "table":
      return c.tables;
    case "memory":
      return c.memories;
    case "global":
      return c.globals;
    case "tag":
      return c.tags;
  }
}

export class Scanner {
  readonly #c: Context;
  readonly #fields: Field[] = [];
  readonly #customs: CustomSection[] = [];
  /** The first kind of definition met: imports may not follow it. */
  #defined: ExternKind | undefined;
  #started = false;

  constructor(c: Context) {
    this.#c = c;
  }

  /** Reads the fields up to the closing parenthesis of the module, or the end of the text. */
  scan(): Scan {
    const lexer: Lexer = this.#c.lexer;
    while (lexer.kind === LEFT) {
      this.#annotations();
      this.#field();
      // Those inside the field: a later pass meets them again.
      this.#takeAnnotations();
      this.#c.close();
    }
    this.#annotations();
    return { fields: this.#fields, customs: this.#customs };
  }

  /** Takes the annotations before the current token, which stand between fields. */
  #annotations(): void {
    for (const annotation of this.#takeAnnotations()) this.#annotation(annotation);
  }

  /** Removes the annotations before the current token, all at once: there may be very many. */
  #takeAnnotations(): readonly Annotation[] {
    const { annotations, start } = this.#c.lexer;
    if (annotations.length === 0) return annotations;
    const following = annotations.findIndex((annotation) => annotation.start >= start);
    return annotations.splice(0, following < 0 ? annotations.length : following);
  }

  #annotation(annotation: Annotation): void {
    const { lexer, names } = this.#c;
    if (annotation.name === "custom") this.#customs.push(parseCustom(lexer.source, annotation));
    else if (annotation.name === "name") {
      if (this.#fields.length > 0) lexer.fail("misplaced @name annotation", "misplaced-annotation", annotation.start);
      if (this.#named) lexer.fail("@name annotation: multiple module names", "duplicate-annotation", annotation.start);
      this.#named = true;
      names.module = parseNameAnnotation(lexer.source, annotation);
    } else lexer.fail(`@${annotation.name} annotation: not in a function`, "misplaced-annotation", annotation.start);
  }
  #named = false;

  /** Enters one field and stops at its closing parenthesis. */
  #field(): void {
    const c: Context = this.#c;
    const lexer: Lexer = c.lexer;
    const at = lexer.start;
    lexer.advance();
    const word = lexer.kind === KEYWORD ? lexer.text() : "";
    if (!fieldKinds.has(word)) c.unexpected("a module field");
    const kind = word as FieldKind;
    this.#fields.push({ kind, at });
    lexer.advance();
    switch (kind) {
      case "type":
        this.#bind(c.types.space);
        break;
      case "rec":
        this.#rec();
        return;
      case "import":
        this.#import(at);
        break;
      case "elem":
        this.#bind(c.elements);
        break;
      case "data":
        this.#bind(c.data);
        break;
      case "start":
        if (this.#started) lexer.fail("multiple start sections", "duplicate-start", at);
        this.#started = true;
        break;
      case "export":
        break;
      default:
        this.#definition(kind, at);
        return;
    }
    lexer.skipToClosing();
  }

  #bind(space: IndexSpace): void {
    const at = this.#c.lexer.start;
    this.#c.bind(space, this.#c.optionalId(), at);
  }

  #rec(): void {
    const c: Context = this.#c;
    while (c.lexer.kind === LEFT) {
      c.open("type");
      this.#bind(c.types.space);
      c.lexer.skipToClosing();
      c.close();
    }
    if (c.lexer.kind !== RIGHT) c.unexpected(")");
  }

  #import(at: number): void {
    const c: Context = this.#c;
    const lexer: Lexer = c.lexer;
    c.name();
    if (lexer.kind === RIGHT || lexer.isOpening("item")) {
      c.require("compact-imports", "imports without names of their own");
      this.#checkOrder(at);
      this.#importItems();
      return;
    }
    c.name();
    this.#checkOrder(at);
    this.#imported();
  }

  /** `(kind id? type)`. */
  #imported(): void {
    const lexer: Lexer = this.#c.lexer;
    const kind = this.#importedKind();
    this.#bind(spaceOf(this.#c, kind));
    lexer.skipToClosing();
    lexer.advance();
  }

  /** Takes `(kind`. */
  #importedKind(): ExternKind {
    const c: Context = this.#c;
    const lexer: Lexer = c.lexer;
    if (lexer.kind !== LEFT) c.unexpected("a description of the import");
    lexer.advance();
    const kind = lexer.text();
    if (lexer.kind !== KEYWORD || !isExternKind(kind)) c.unexpected("func, table, memory, global or tag");
    lexer.advance();
    return kind;
  }

  /** Items that each have a type, or items without, and one type behind them, which can have no identifier. */
  #importItems(): void {
    const c: Context = this.#c;
    const lexer: Lexer = c.lexer;
    let typed = 0;
    let untyped = 0;
    while (c.tryOpen("item")) {
      c.name();
      if (lexer.kind === RIGHT && typed === 0) untyped++;
      else if (untyped > 0) c.unexpected("an item without a type, as those before");
      else {
        this.#imported();
        typed++;
      }
      c.close();
    }
    if (untyped === 0) return;
    const space = spaceOf(c, this.#importedKind());
    if (lexer.kind === ID) lexer.fail("identifier not allowed where several imports have one type", "unexpected-token");
    for (let i = 0; i < untyped; i++) space.add(undefined);
    lexer.skipToClosing();
    lexer.advance();
  }

  #checkOrder(at: number): void {
    if (this.#defined === undefined) return;
    const title = this.#defined === "func" ? "function" : this.#defined;
    this.#c.lexer.fail(`import after ${title}`, "import-order", at);
  }

  /** A function, table, memory, global or tag: defined here, or imported in the short form. */
  #definition(kind: ExternKind, at: number): void {
    const c: Context = this.#c;
    const lexer: Lexer = c.lexer;
    this.#bind(spaceOf(c, kind));
    while (c.tryOpen("export")) {
      lexer.skipToClosing();
      lexer.advance();
    }
    if (lexer.isOpening("import")) this.#checkOrder(at);
    else this.#defined ??= kind;
    // A segment in the short form takes an index of its own.
    if (kind === "table" || kind === "memory") {
      for (; lexer.kind !== RIGHT && lexer.kind !== END; this.#skipToken()) {
        if (kind === "table" && lexer.isOpening("elem")) c.elements.add(undefined);
        if (kind === "memory" && lexer.isOpening("data")) c.data.add(undefined);
      }
    }
    lexer.skipToClosing();
  }

  /** Skips a token, or a group with its parentheses. */
  #skipToken(): void {
    const lexer: Lexer = this.#c.lexer;
    const group = lexer.kind === LEFT;
    lexer.advance();
    if (!group) return;
    lexer.skipToClosing();
    lexer.advance();
  }
}

const isExternKind = (word: string): word is ExternKind =>
  word === "func" || word === "table" || word === "memory" || word === "global" || word === "tag";
