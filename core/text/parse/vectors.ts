/** Literals of `v128.const` and lane indices (core 6.5.9). */
import { CompileError } from "../../base/errors.ts";
import { type FloatBits, type FloatFormat, formatF16, formatF32, formatF64, parseFloatBits } from "../lex/floats.ts";
import { inRange, parseInteger, parseNaturalNumber } from "../lex/integers.ts";
import { isNumberText } from "../lex/keywords.ts";
import { KEYWORD, type Lexer, NUMBER, RESERVED } from "../lex/lexer.ts";
import type { Context } from "./context.ts";

/** How a vector is written: the width and number of its lanes, and how they are written as floats, if they are. */
interface VectorShape {
  readonly bits: number;
  readonly lanes: number;
  readonly float: FloatFormat | undefined;
}

/** The shapes in which a vector may be written. */
export const vectorShapes: ReadonlyMap<string, VectorShape> = new Map([
  ["i8x16", { bits: 8, lanes: 16, float: undefined }],
  ["i16x8", { bits: 16, lanes: 8, float: undefined }],
  ["i32x4", { bits: 32, lanes: 4, float: undefined }],
  ["i64x2", { bits: 64, lanes: 2, float: undefined }],
  ["f16x8", { bits: 16, lanes: 8, float: formatF16 }],
  ["f32x4", { bits: 32, lanes: 4, float: formatF32 }],
  ["f64x2", { bits: 64, lanes: 2, float: formatF64 }],
]);

/**
 * The value of the integer literal at the current token, which is taken; raises an error where it is none or out of
 * range.
 */
export function takeInteger(c: Context, bits: number): bigint {
  const lexer: Lexer = c.lexer;
  if (lexer.kind !== NUMBER) c.unexpected(`an i${bits}`);
  const value = parseInteger(lexer.source, lexer.start, lexer.end);
  if (value === undefined) c.unexpected(`an i${bits}`);
  if (!inRange(value, bits)) lexer.fail("constant out of range", "constant-out-of-range", lexer.start, `an i${bits}`);
  lexer.advance();
  return value;
}

/** The bits of the floating-point literal at the current token, which is taken. */
export function takeFloat(c: Context, format: typeof formatF32): bigint {
  const lexer: Lexer = c.lexer;
  if (lexer.kind !== NUMBER && lexer.kind !== KEYWORD) c.unexpected(`an f${format.bits}`);
  const bits: FloatBits = parseFloatBits(lexer.text(), format);
  if (bits === "no-literal") c.unexpected(`an f${format.bits}`);
  if (bits === "out-of-range")
    lexer.fail("constant out of range", "constant-out-of-range", lexer.start, `an f${format.bits}`);
  lexer.advance();
  return bits;
}

/** Writes the low bits of `value` into `bytes` at `at`, little endian. */
export function storeBits(bytes: Uint8Array, at: number, value: bigint, bits: number): void {
  let rest = BigInt.asUintN(bits, value);
  for (let i = 0; i < bits / 8; i++) {
    bytes[at + i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** The shape and lanes of a vector literal, as 16 bytes. */
export function takeVector(c: Context): Uint8Array {
  const lexer: Lexer = c.lexer;
  const shape = lexer.kind === KEYWORD ? vectorShapes.get(lexer.text()) : undefined;
  if (shape === undefined) c.unexpected("a vector shape");
  if (shape.float === formatF16) c.require("half-precision", "f16x8");
  lexer.advance();
  const bytes = new Uint8Array(16);
  for (let lane = 0; lane < shape.lanes; lane++) {
    if (lexer.kind === RESERVED) c.unexpected("a lane");
    if (!atLiteral(c)) lexer.fail("wrong number of lane literals", "lane-count", lexer.start, `${shape.lanes} lanes`);
    const value =
      shape.float === undefined ? takeLaneInteger(c, shape.bits, shape.lanes - lane) : takeFloat(c, shape.float);
    storeBits(bytes, (lane * shape.bits) / 8, value, shape.bits);
  }
  if (lexer.kind === NUMBER)
    lexer.fail("wrong number of lane literals", "lane-count", lexer.start, `${shape.lanes} lanes`);
  return bytes;
}

/** An integer of a vector's literal. That there are too few is worse than that one is too large. */
function takeLaneInteger(c: Context, bits: number, expected: number): bigint {
  const lexer: Lexer = c.lexer;
  try {
    return takeInteger(c, bits);
  } catch (error) {
    if (!(error instanceof CompileError) || error.code !== "constant-out-of-range") throw error;
    const at = lexer.start;
    let count = 0;
    for (; lexer.kind === NUMBER && count <= expected; count++) lexer.advance();
    if (count !== expected) lexer.fail("wrong number of lane literals", "lane-count", at, `${expected} more lanes`);
    throw error;
  }
}

function atLiteral(c: Context): boolean {
  const lexer: Lexer = c.lexer;
  if (lexer.kind === NUMBER) return true;
  return (
    lexer.kind === KEYWORD &&
    (lexer.source.startsWith("nan", lexer.start) || lexer.source.startsWith("inf", lexer.start))
  );
}

/** A lane index: one byte. */
export function takeLane(c: Context): number {
  const lexer: Lexer = c.lexer;
  // A sign makes it another token (`s32`), which the scripts tell from a number that is too large.
  if (lexer.kind === NUMBER && !/^[0-9]/.test(lexer.text().charAt(0))) c.unexpected("a lane index");
  return Number(c.natural(8, "i8 constant out of range"));
}

/** The sixteen lane indices of a shuffle. */
export function takeLanes(c: Context): Uint8Array {
  const lexer: Lexer = c.lexer;
  const bytes = new Uint8Array(16);
  for (let lane = 0; lane < 16; lane++) {
    if (!atLiteral(c)) lexer.fail("invalid lane length", "lane-count", lexer.start, "16 lane indices");
    // Other numbers than lane indices are still numbers: the scripts call them out of range.
    if (parseNaturalNumber(lexer.source, lexer.start, lexer.end) < 0 && isNumberText(lexer.text())) {
      lexer.fail("i8 constant out of range", "constant-out-of-range");
    }
    bytes[lane] = Number(c.natural(8, "i8 constant out of range"));
  }
  if (lexer.kind === NUMBER) lexer.fail("invalid lane length", "lane-count", lexer.start, "16 lane indices");
  return bytes;
}
