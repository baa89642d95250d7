import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../../core/base/errors.ts";
import { END, Lexer } from "../../../../../core/text/lex/lexer.ts";
import {
  identifierName,
  printIdentifier,
  printName,
  printString,
  stringBytes,
} from "../../../../../core/text/lex/strings.ts";

function tokens(source: string): string[] {
  const list: string[] = [];
  for (const lexer = new Lexer(source); lexer.kind !== END; lexer.advance()) list.push(lexer.text());
  return list;
}
function ruleOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CompileError) return error.rule;
    throw error;
  }
  return "no error";
}
const bytes = (literal: string): number[] => [...stringBytes(literal, 0, literal.length)];

describe("tokens", () => {
  test("comments nest and end lines end with either character", () => {
    expect(tokens("a(; (; ;) ;)b ;; c\rd ;; e\n(f)")).toEqual(["a", "b", "d", "(", "f", ")"]);
    expect(ruleOf(() => tokens("(; (; ;)"))).toBe("unclosed comment");
  });
  test("a hundred thousand nested comments need no host stack", () => {
    expect(tokens(`${"(;".repeat(100_000)}${";)".repeat(100_000)}x`)).toEqual(["x"]);
  });
  test("annotations are white space, whatever is in them", () => {
    expect(tokens('(@a (b "x)" ;; )\n) [;] {} ,) c (@"q\\41" ) d')).toEqual(["c", "d"]);
    expect(ruleOf(() => tokens("(@ x)"))).toBe("empty annotation id");
    expect(ruleOf(() => tokens("(@x (y)"))).toBe("unclosed annotation");
  });
  test("annotations that a parser knows are kept with their place", () => {
    const lexer = new Lexer('x (@custom "a") y');
    lexer.advance();
    expect(lexer.annotations).toEqual([{ name: "custom", start: 2, bodyStart: 10, bodyEnd: 14 }]);
  });
  test("tokens that touch are one reserved token", () => {
    expect(tokens('"a""b" 0$x')).toEqual(['"a""b"', "0$x"]);
  });
});

describe("strings and identifiers", () => {
  test("escapes are bytes, and Unicode escapes are their UTF-8", () => {
    expect(bytes('"\\00\\ff\\t\\n\\r\\"\\\'\\\\\\u{20_AC}é"')).toEqual([
      0, 255, 9, 10, 13, 34, 39, 92, 0xe2, 0x82, 0xac, 0xc3, 0xa9,
    ]);
  });
  test("illegal escapes and control characters are refused", () => {
    for (const literal of ['"\\x"', '"\\u{d800}"', '"\\u{110000}"', '"\\u{}"', '"\\0"']) {
      expect(
        ruleOf(() => tokens(literal)),
        literal,
      ).toBe("illegal escape");
    }
    expect(ruleOf(() => tokens('"\u0001"'))).toBe("illegal character");
    expect(ruleOf(() => tokens('"abc'))).toBe("unclosed string");
  });
  test("the two spellings of an identifier are one name", () => {
    const name = (token: string): string => identifierName(token, 0, token.length);
    expect(name('$"a\\62"')).toBe(name("$ab"));
    expect(ruleOf(() => tokens("$"))).toBe("empty identifier");
    expect(ruleOf(() => tokens('$""'))).toBe("empty identifier");
  });
  test("printed identifiers, names and strings read back", () => {
    for (const text of ["plain", "with blank", 'quote " and \\', "λ 😀", "tab\tline\n"]) {
      const id = printIdentifier(text);
      expect(tokens(id)).toEqual([id]);
      expect(identifierName(id, 0, id.length)).toBe(text);
      expect(bytes(printName(text))).toEqual([...new TextEncoder().encode(text)]);
    }
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(bytes(printString(all))).toEqual([...all]);
  });
});
