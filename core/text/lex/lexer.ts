/**
 * Lexical structure of the text format (core 6.3; annotations: appendix "Custom Sections and Annotations").
 *
 * The lexer walks the source once by character codes and makes no token objects: it keeps the current token and the one
 * after it, each as a kind and a range of the source. Two tokens are enough to tell `(param` from `(result`.
 */

import { malformedText } from "./source.ts";
import { isIdChar, stringText } from "./strings.ts";

export type Token = number;
export const END: Token = 0;
export const LEFT: Token = 1;
export const RIGHT: Token = 2;
/** Starts with a lower case letter; also `nan` and `inf`, and names that no rule knows. */
export const KEYWORD: Token = 3;
/** Starts with a digit or a sign; whether it is a number is seen when it is read as one. */
export const NUMBER: Token = 4;
export const ID: Token = 5;
export const STRING: Token = 6;
/** A run of characters that is no token of the grammar (core 6.3.1, "reserved"). */
export const RESERVED: Token = 7;

/** An annotation that some part of the parser knows. */
export interface Annotation {
  readonly name: string;
  /** Of its opening parenthesis. */
  readonly start: number;
  /** Of the first character after its name, and of its closing parenthesis. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Annotations by these names are kept for the parser; all others are white space. */
function isKnownAnnotation(name: string): boolean {
  return name === "custom" || name === "name" || name.startsWith("metadata.code.");
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isHexDigit = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);

export class Lexer {
  readonly source: string;
  /** The source is read up to here. */
  readonly limit: number;
  /** Where the token after the next one is looked for. */
  #position: number;

  kind: Token = END;
  start = 0;
  end = 0;
  nextKind: Token = END;
  nextStart = 0;
  nextEnd = 0;
  /** Where the token before the current one ended. */
  previousEnd = 0;

  /** Known annotations that were met and nobody has taken yet, in order. */
  readonly annotations: Annotation[] = [];

  constructor(source: string, start = 0, limit = source.length) {
    this.source = source;
    this.limit = limit;
    this.#position = start;
    this.seek(start);
  }

  /** Continues at `index`, which must be the start of a token or of white space. */
  seek(index: number): void {
    this.annotations.length = 0;
    this.#position = index;
    this.#scan();
    this.advance();
    this.previousEnd = index;
  }

  /** Moves to the next token. */
  advance(): void {
    this.previousEnd = this.end;
    this.kind = this.nextKind;
    this.start = this.nextStart;
    this.end = this.nextEnd;
    this.#scan();
  }

  /** Takes the annotations of this name between the token before and the current one. */
  takeAnnotations(name: string): readonly Annotation[] {
    const { annotations, start, previousEnd } = this;
    let from = annotations.length;
    // From the end: those before the previous token are nobody's, and may be very many.
    while (from > 0 && (annotations[from - 1] as Annotation).start >= previousEnd) from--;
    const taken: Annotation[] = [];
    for (let at = from; at < annotations.length; ) {
      const annotation = annotations[at] as Annotation;
      if (annotation.start >= start) break;
      if (annotation.name === name) taken.push(...annotations.splice(at, 1));
      else at++;
    }
    return taken;
  }

  /** The current token's text. */
  text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** Raises the error of a malformed text, at the current token unless `index` says otherwise. */
  fail(message: string, code: string, index = this.start, expected?: string): never {
    malformedText(this.source, index, message, code, expected);
  }

  /** True when the current token is this keyword. */
  isKeyword(word: string): boolean {
    return this.kind === KEYWORD && this.end - this.start === word.length && this.source.startsWith(word, this.start);
  }

  /** True when the current token is an opening parenthesis with this keyword after it. */
  isOpening(word: string): boolean {
    return (
      this.kind === LEFT &&
      this.nextKind === KEYWORD &&
      this.nextEnd - this.nextStart === word.length &&
      this.source.startsWith(word, this.nextStart)
    );
  }

  /**
   * Skips the rest of the parenthesised group in which the current token stands, up to its closing parenthesis, which
   * becomes current.
   */
  skipToClosing(): void {
    let depth = 0;
    for (; ; this.advance()) {
      if (this.kind === LEFT) depth++;
      else if (this.kind === RIGHT && depth-- === 0) return;
      else if (this.kind === END)
        this.fail("unexpected token: the text ends inside a group", "unexpected-token", this.start, ")");
    }
  }

  #set(kind: Token, start: number, end: number): void {
    this.nextKind = kind;
    this.nextStart = start;
    this.nextEnd = end;
    this.#position = end;
  }

  /** Reads the token after the next one into the `next` fields. */
  #scan(): void {
    const start = this.#skipSpace(this.#position);
    if (start >= this.limit) {
      this.#set(END, start, start);
      return;
    }
    const code = this.source.charCodeAt(start);
    if (code === 0x28) {
      this.#set(LEFT, start, start + 1);
      return;
    }
    if (code === 0x29) {
      this.#set(RIGHT, start, start + 1);
      return;
    }
    let kind = RESERVED;
    let end = start;
    if (code === QUOTE) {
      kind = STRING;
      end = this.#skipString(start);
    } else if (code === 0x24) {
      kind = ID;
      end = this.source.charCodeAt(start + 1) === QUOTE ? this.#skipString(start + 1) : this.#skipIdChars(start + 1);
      if (end === start + 1 || (end === start + 3 && this.source.charCodeAt(start + 1) === QUOTE)) {
        malformedText(this.source, start, "empty identifier", "empty-identifier");
      }
    } else if (isIdChar(code)) {
      if (code >= 0x61 && code <= 0x7a) kind = KEYWORD;
      else if ((code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d) kind = NUMBER;
      end = this.#skipIdChars(start + 1);
    }
    this.#set(kind, start, end);
    this.#joinReserved();
  }

  /** Extends the token just read by what follows it without white space: together they are one reserved token. */
  #joinReserved(): void {
    let end = this.nextEnd;
    while (end < this.limit) {
      const code = this.source.charCodeAt(end);
      if (
        code === 0x28 ||
        code === 0x29 ||
        code === 0x20 ||
        (code >= 0x09 && code <= 0x0d && code !== 0x0b && code !== 0x0c)
      )
        break;
      if (code === 0x3b && this.source.charCodeAt(end + 1) === 0x3b) break;
      if (code === QUOTE) end = this.#skipString(end);
      else if (isIdChar(code)) end = this.#skipIdChars(end + 1);
      else if (",;[]{}".includes(this.source.charAt(end))) end++;
      else malformedText(this.source, end, "illegal character", "illegal-character");
    }
    if (end !== this.nextEnd) this.#set(RESERVED, this.nextStart, end);
  }

  #skipIdChars(at: number): number {
    const { source, limit } = this;
    while (at < limit && isIdChar(source.charCodeAt(at))) at++;
    return at;
  }

  /** From an opening quote to behind the closing one; checks the escapes (core 6.3.3). */
  #skipString(quote: number): number {
    const { source, limit } = this;
    for (let at = quote + 1; at < limit; at++) {
      const code = source.charCodeAt(at);
      if (code === QUOTE) return at + 1;
      if (code === BACKSLASH) at = this.#skipEscape(at);
      else if (code < 0x20 || code === 0x7f) {
        // Inside an identifier that is how `$"` without its end looks, and the scripts call that an empty identifier.
        const inName = source.charCodeAt(quote - 1);
        if (inName === 0x24) malformedText(source, at, "empty identifier", "empty-identifier");
        if (inName === 0x40) malformedText(source, at, "empty annotation id", "empty-annotation-id");
        malformedText(source, at, code === 0x0a ? "unclosed string" : "illegal character", "unclosed-string");
      }
    }
    malformedText(source, quote, "unclosed string", "unclosed-string", undefined);
  }

  /** From a backslash to the last character of its escape. */
  #skipEscape(at: number): number {
    const { source } = this;
    const next = source.charAt(at + 1);
    if (next !== "" && "tnr\"'\\".includes(next)) return at + 1;
    if (next === "u" && source.charAt(at + 2) === "{") {
      const close = source.indexOf("}", at + 3);
      const digits = close < 0 ? "" : source.slice(at + 3, close);
      if (!/^[0-9a-fA-F](_?[0-9a-fA-F])*$/.test(digits)) malformedText(source, at, "illegal escape", "illegal-escape");
      const scalar = Number.parseInt(digits.replaceAll("_", ""), 16);
      if (scalar > 0x10ffff || (scalar >= 0xd800 && scalar < 0xe000))
        malformedText(source, at, "illegal escape", "illegal-escape");
      return close;
    }
    if (isHexDigit(source.charCodeAt(at + 1)) && isHexDigit(source.charCodeAt(at + 2))) return at + 2;
    malformedText(source, at, "illegal escape", "illegal-escape");
  }

  /** From `at` to the next character that is not white space, a comment or an annotation. */
  #skipSpace(at: number): number {
    const { source, limit } = this;
    while (at < limit) {
      const code = source.charCodeAt(at);
      if (code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d) at++;
      else if (code === 0x3b && source.charCodeAt(at + 1) === 0x3b) at = this.#skipLine(at + 2);
      else if (code === 0x28 && source.charCodeAt(at + 1) === 0x3b) at = this.#skipBlockComment(at);
      else if (code === 0x28 && source.charCodeAt(at + 1) === 0x40) at = this.#skipAnnotation(at);
      else break;
    }
    return at;
  }

  #skipLine(at: number): number {
    const { source, limit } = this;
    while (at < limit) {
      const code = source.charCodeAt(at);
      if (code === 0x0a || code === 0x0d) break;
      at++;
    }
    return at;
  }

  #skipBlockComment(open: number): number {
    const { source, limit } = this;
    let depth = 0;
    for (let at = open; at < limit; at++) {
      const code = source.charCodeAt(at);
      if (code === 0x28 && source.charCodeAt(at + 1) === 0x3b) {
        depth++;
        at++;
      } else if (code === 0x3b && source.charCodeAt(at + 1) === 0x29) {
        at++;
        if (--depth === 0) return at + 1;
      }
    }
    malformedText(source, open, "unclosed comment", "unclosed-comment");
  }

  /** From `(@` to behind the closing parenthesis; keeps the annotation if a part of the parser knows it. */
  #skipAnnotation(open: number): number {
    const { source, limit } = this;
    const quoted = source.charCodeAt(open + 2) === QUOTE;
    const bodyStart = quoted ? this.#skipString(open + 2) : this.#skipIdChars(open + 2);
    if (bodyStart === open + 2 || (quoted && bodyStart === open + 4)) {
      malformedText(source, open, "empty annotation id", "empty-annotation-id");
    }
    let depth = 0;
    for (let at = bodyStart; at < limit; ) {
      const code = source.charCodeAt(at);
      if (code === QUOTE) at = this.#skipString(at);
      else if (code === 0x3b && source.charCodeAt(at + 1) === 0x3b) at = this.#skipLine(at + 2);
      else if (code === 0x28) {
        if (source.charCodeAt(at + 1) === 0x3b) {
          at = this.#skipBlockComment(at);
          continue;
        }
        depth++;
        at++;
      } else if (code === 0x29) {
        if (depth-- === 0) return this.#keepAnnotation(open, quoted, bodyStart, at);
        at++;
      } else if (code > 0x7e || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d)) {
        malformedText(source, at, "illegal character", "illegal-character");
      } else at++;
    }
    malformedText(source, open, "unclosed annotation", "unclosed-annotation", ")");
  }

  #keepAnnotation(start: number, quoted: boolean, bodyStart: number, bodyEnd: number): number {
    const name = quoted ? stringText(this.source, start + 2, bodyStart) : this.source.slice(start + 2, bodyStart);
    if (isKnownAnnotation(name)) this.annotations.push({ name, start, bodyStart, bodyEnd });
    return bodyEnd + 1;
  }
}
