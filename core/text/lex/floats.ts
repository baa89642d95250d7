/**
 * Floating-point literals (core 6.3.2), correctly rounded to nearest, ties to even.
 *
 * Decimal literals of 64 bits are rounded by the host. For 32 bits, rounding the host's 64-bit result again is wrong
 * exactly where that result lies half-way between two 32-bit values while the literal does not; that case is decided
 * with integers.
 */
import { isDigits } from "./integers.ts";

/** What a literal of a floating-point type denotes: its bits, or why it has none. */
export type FloatBits = bigint | "no-literal" | "out-of-range";

/** How a floating-point type lies in bits, beside the sign. */
export interface FloatFormat {
  readonly bits: number;
  /** Width of the stored significand. */
  readonly fraction: number;
  readonly exponent: number;
}
export const formatF16: FloatFormat = { bits: 16, fraction: 10, exponent: 5 };
export const formatF32: FloatFormat = { bits: 32, fraction: 23, exponent: 8 };
export const formatF64: FloatFormat = { bits: 64, fraction: 52, exponent: 11 };

const view = new DataView(new ArrayBuffer(8));

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits.charAt(0), 16)));
}

/** The bits of numerator / denominator * 2^exponent, rounded; the sign bit is clear. */
function round(numerator: bigint, denominator: bigint, exponent: number, format: FloatFormat): FloatBits {
  if (numerator === 0n) return 0n;
  const bias = 2 ** (format.exponent - 1) - 1;
  // Scale so that the quotient has at least two bits more than the significand; the remainder is the sticky bit.
  const shift = Math.max(0, format.fraction + 3 - (bitLength(numerator) - bitLength(denominator)));
  const scaled = numerator << BigInt(shift);
  const quotient = scaled / denominator;
  const sticky = quotient * denominator !== scaled;
  let scale = exponent - shift;
  const length = bitLength(quotient);
  // The exponent of the last place kept: that of the significand's last bit, or of the smallest subnormal.
  const lastPlace = Math.max(scale + length - 1 - format.fraction, 1 - bias - format.fraction);
  const drop = lastPlace - scale;
  let significand = quotient;
  if (drop > 0) {
    const cut = BigInt(drop);
    significand = quotient >> cut;
    const rest = quotient - (significand << cut);
    const half = 1n << (cut - 1n);
    if (rest > half || (rest === half && (sticky || (significand & 1n) === 1n))) significand++;
    scale = lastPlace;
  } else if (drop < 0) {
    significand = quotient << BigInt(-drop);
    scale = lastPlace;
  }
  const one = 1n << BigInt(format.fraction);
  if (significand < one) return significand;
  if (significand === one << 1n) {
    significand = one;
    scale++;
  }
  const biased = scale + format.fraction + bias;
  if (biased >= 2 ** format.exponent - 1) return "out-of-range";
  return (BigInt(biased) << BigInt(format.fraction)) | (significand - one);
}

/** Splits `digits.digits` and the exponent behind the letter; undefined where the text is not in the grammar. */
function split(text: string, base: 10 | 16): { digits: string; fraction: number; exponent: number } | undefined {
  const letter = base === 16 ? /[pP]/ : /[eE]/;
  const mark = text.search(letter);
  const mantissa = mark < 0 ? text : text.slice(0, mark);
  let exponent = 0;
  if (mark >= 0) {
    const from = text.charAt(mark + 1) === "+" || text.charAt(mark + 1) === "-" ? mark + 2 : mark + 1;
    if (!isDigits(text, from, text.length, 10)) return undefined;
    exponent = Number(text.slice(mark + 1).replaceAll("_", ""));
  }
  const dot = mantissa.indexOf(".");
  const whole = dot < 0 ? mantissa : mantissa.slice(0, dot);
  const part = dot < 0 ? "" : mantissa.slice(dot + 1);
  if (!isDigits(whole, 0, whole.length, base) || (part !== "" && !isDigits(part, 0, part.length, base)))
    return undefined;
  const fractionDigits = part.replaceAll("_", "");
  return { digits: whole.replaceAll("_", "") + fractionDigits, fraction: fractionDigits.length, exponent };
}

/**
 * Beyond this power of two or ten every literal of a reasonable length is zero or too large: keeps the integers small.
 */
const EXPONENT_LIMIT = 100_000;

function decimal(text: string, format: FloatFormat): FloatBits {
  const parts = split(text, 10);
  if (parts === undefined) return "no-literal";
  const host = Number(text.replaceAll("_", ""));
  if (format.bits === 64) {
    if (!Number.isFinite(host)) return "out-of-range";
    view.setFloat64(0, host);
    return view.getBigUint64(0);
  }
  if (format.bits === 32 && Number.isFinite(host) && host < 2 ** 127) {
    const near = Math.fround(host);
    view.setFloat32(0, near);
    const bits = view.getUint32(0);
    if (near === host || host !== (near + neighbour(bits, near < host)) / 2) return BigInt(bits);
  }
  const exponent = parts.exponent - parts.fraction;
  if (/^0*$/.test(parts.digits)) return 0n;
  if (exponent + parts.digits.length > 400) return "out-of-range";
  if (exponent + parts.digits.length < -400) return 0n;
  const digits = BigInt(parts.digits);
  return exponent >= 0
    ? round(digits * 10n ** BigInt(exponent), 1n, 0, format)
    : round(digits, 10n ** BigInt(-exponent), 0, format);
}

/** The 32-bit value next to the one with these bits, upwards or downwards. */
function neighbour(bits: number, upwards: boolean): number {
  view.setUint32(0, bits === 0 ? 1 : upwards ? bits + 1 : bits - 1);
  return view.getFloat32(0);
}

function hexadecimal(text: string, format: FloatFormat): FloatBits {
  const parts = split(text.slice(2), 16);
  if (parts === undefined) return "no-literal";
  const significand = BigInt(`0x${parts.digits}`);
  if (significand === 0n) return 0n;
  const exponent = parts.exponent - 4 * parts.fraction;
  const magnitude = exponent + 4 * parts.digits.length;
  if (exponent > EXPONENT_LIMIT) return "out-of-range";
  if (magnitude < -EXPONENT_LIMIT) return 0n;
  return round(significand, 1n, exponent, format);
}

function notANumber(text: string, format: FloatFormat): FloatBits {
  const exponent = ((1n << BigInt(format.exponent)) - 1n) << BigInt(format.fraction);
  if (text === "nan") return exponent | (1n << BigInt(format.fraction - 1));
  if (!text.startsWith("nan:0x") || !isDigits(text, 6, text.length, 16)) return "no-literal";
  const payload = BigInt(text.slice(4).replaceAll("_", ""));
  return payload === 0n || payload >= 1n << BigInt(format.fraction) ? "out-of-range" : exponent | payload;
}

/** The bits of the literal `text`. */
export function parseFloatBits(text: string, format: FloatFormat): FloatBits {
  const sign = text.charAt(0);
  const body = sign === "-" || sign === "+" ? text.slice(1) : text;
  let bits: FloatBits;
  if (body === "inf") bits = ((1n << BigInt(format.exponent)) - 1n) << BigInt(format.fraction);
  else if (body.startsWith("nan")) bits = notANumber(body, format);
  else if (body.startsWith("0x")) bits = hexadecimal(body, format);
  else bits = decimal(body, format);
  return typeof bits === "bigint" && sign === "-" ? bits | (1n << BigInt(format.bits - 1)) : bits;
}
