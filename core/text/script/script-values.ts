/** Arguments of actions and expected results in test scripts. */

import type { HeapType } from "../../types/types.ts";
import { formatF16, formatF32, formatF64 } from "../lex/floats.ts";
import { KEYWORD, type Lexer, NUMBER, RIGHT } from "../lex/lexer.ts";
import type { Context } from "../parse/context.ts";
import { parseHeapType } from "../parse/types.ts";
import { takeFloat, takeInteger, takeVector, vectorShapes } from "../parse/vectors.ts";

/** A value that a script hands to a function. Numbers are their bits. */
export type Value =
  | { readonly type: "i32" | "i64" | "f32" | "f64"; readonly bits: bigint }
  | { readonly type: "v128"; readonly bytes: Uint8Array }
  | { readonly type: "ref.null"; readonly heap: HeapType | undefined }
  /** A reference of the host's, told apart by a number: as `externref`, and as `anyref`. */
  | { readonly type: "ref.extern" | "ref.host"; readonly id: number };

/** One lane of an expected vector, or an expected number: bits, or a class of NaN. */
export type NumberPattern = bigint | "nan:canonical" | "nan:arithmetic";

/** What a result may be. */
export type Pattern =
  | { readonly type: "i32" | "i64" | "f32" | "f64"; readonly value: NumberPattern }
  | { readonly type: "v128"; readonly laneBits: number; readonly lanes: readonly NumberPattern[] }
  | { readonly type: "ref.null"; readonly heap: HeapType | undefined }
  | { readonly type: "ref.extern" | "ref.host"; readonly id: number | undefined }
  /** A reference that is not null, of this abstract type: `func`, `i31`, `struct`, ... */
  | { readonly type: "ref"; readonly of: string }
  | { readonly type: "either"; readonly of: readonly Pattern[] };

const numberTypes = { "i32.const": "i32", "i64.const": "i64", "f32.const": "f32", "f64.const": "f64" } as const;

function numberType(c: Context): "i32" | "i64" | "f32" | "f64" | undefined {
  const word = c.lexer.kind === KEYWORD ? c.lexer.text() : "";
  return numberTypes[word as keyof typeof numberTypes];
}

function takeBits(c: Context, type: "i32" | "i64" | "f32" | "f64"): bigint {
  if (type === "i32" || type === "i64") {
    const bits = type === "i32" ? 32 : 64;
    return BigInt.asUintN(bits, takeInteger(c, bits));
  }
  return takeFloat(c, type === "f32" ? formatF32 : formatF64);
}

/** `ref.null`, `ref.extern` and `ref.host` behind the parenthesis; the keyword is the current token. */
function tryReference(
  c: Context,
):
  | { type: "ref.null"; heap: HeapType | undefined }
  | { type: "ref.extern" | "ref.host"; id: number | undefined }
  | undefined {
  if (c.tryKeyword("ref.null"))
    return { type: "ref.null", heap: c.lexer.kind === RIGHT ? undefined : parseHeapType(c) };
  const type = c.lexer.isKeyword("ref.extern") ? "ref.extern" : c.lexer.isKeyword("ref.host") ? "ref.host" : undefined;
  if (type === undefined) return undefined;
  c.lexer.advance();
  return { type, id: c.lexer.kind === NUMBER ? c.u32() : undefined };
}

/** `(i32.const 1)` and the like. */
export function parseValue(c: Context): Value {
  c.lexer.advance();
  const value = valueBody(c);
  c.close();
  return value;
}

function valueBody(c: Context): Value {
  const type = numberType(c);
  if (type !== undefined) {
    c.lexer.advance();
    return { type, bits: takeBits(c, type) };
  }
  if (c.tryKeyword("v128.const")) return { type: "v128", bytes: takeVector(c) };
  const reference = tryReference(c);
  if (reference === undefined) c.unexpected("a constant");
  return reference.type === "ref.null" ? reference : { type: reference.type, id: reference.id ?? 0 };
}

/** An expected result. */
export function parsePattern(c: Context): Pattern {
  c.lexer.advance();
  const pattern = patternBody(c);
  c.close();
  return pattern;
}

function patternBody(c: Context): Pattern {
  const lexer: Lexer = c.lexer;
  if (c.tryKeyword("either")) {
    const of: Pattern[] = [];
    while (lexer.kind !== RIGHT) of.push(parsePattern(c));
    return { type: "either", of };
  }
  const type = numberType(c);
  if (type !== undefined) {
    lexer.advance();
    return { type, value: tryNan(c) ?? takeBits(c, type) };
  }
  if (c.tryKeyword("v128.const")) return vectorPattern(c);
  const reference = tryReference(c);
  if (reference !== undefined) return reference;
  if (lexer.kind !== KEYWORD || !lexer.source.startsWith("ref.", lexer.start)) c.unexpected("an expected result");
  const of = lexer.text().slice("ref.".length);
  lexer.advance();
  // Some scripts name the function or the type; only the kind of reference can be observed.
  if (lexer.kind !== RIGHT) lexer.advance();
  return { type: "ref", of };
}

function tryNan(c: Context): "nan:canonical" | "nan:arithmetic" | undefined {
  if (c.tryKeyword("nan:canonical")) return "nan:canonical";
  return c.tryKeyword("nan:arithmetic") ? "nan:arithmetic" : undefined;
}

function vectorPattern(c: Context): Pattern {
  const shape = vectorShapes.get(c.lexer.text());
  const format = shape?.float;
  // Lanes of half precision are compared by their bits.
  if (shape === undefined || format === undefined || format === formatF16)
    return integerLanes(takeVector(c), shape?.bits ?? 8);
  c.lexer.advance();
  const lanes: NumberPattern[] = [];
  for (let lane = 0; lane < shape.lanes; lane++) lanes.push(tryNan(c) ?? takeFloat(c, format));
  return { type: "v128", laneBits: shape.bits, lanes };
}

function integerLanes(bytes: Uint8Array, laneBits: number): Pattern {
  const lanes: bigint[] = [];
  for (let at = 0; at < 16; at += laneBits / 8) {
    let value = 0n;
    for (let byte = laneBits / 8 - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(bytes[at + byte] as number);
    lanes.push(value);
  }
  return { type: "v128", laneBits, lanes };
}
