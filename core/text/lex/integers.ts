/**
 * Integer literals (core 6.3.1): `num`, `hexnum`, signs and underscores.
 *
 * The readers return `undefined` for a text that is not in the grammar, so that the caller can say "unknown operator",
 * and a value for every text that is; ranges are checked by `inRange`.
 */

const UNDERSCORE = 0x5f;

function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 99;
}

/** True when `source[start, end)` is digits of this base with single underscores between them. */
export function isDigits(source: string, start: number, end: number, base: 10 | 16): boolean {
  if (start >= end) return false;
  let afterDigit = false;
  for (let at = start; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code === UNDERSCORE) {
      if (!afterDigit) return false;
      afterDigit = false;
    } else {
      if (digitValue(code) >= base) return false;
      afterDigit = true;
    }
  }
  return afterDigit;
}

/**
 * An unsigned integer of at most nine characters, the common case, without making a string; -1 where it is anything
 * else.
 */
function shortNatural(source: string, start: number, end: number): number {
  if (end - start > 9 || start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = source.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The value of an integer literal without a sign; undefined where the text is none. */
export function parseNatural(source: string, start: number, end: number): bigint | undefined {
  const short = shortNatural(source, start, end);
  if (short >= 0) return BigInt(short);
  const hexadecimal = source.charCodeAt(start) === 0x30 && source.charCodeAt(start + 1) === 0x78;
  if (!isDigits(source, hexadecimal ? start + 2 : start, end, hexadecimal ? 16 : 10)) return undefined;
  return BigInt(source.slice(start, end).replaceAll("_", ""));
}

/** The value of an integer literal without a sign as a number, exact up to 2^53; -1 where the text is none. */
export function parseNaturalNumber(source: string, start: number, end: number): number {
  const short = shortNatural(source, start, end);
  if (short >= 0) return short;
  const value = parseNatural(source, start, end);
  return value === undefined ? -1 : Number(value);
}

/** The value of an integer literal, which may have a sign; undefined where the text is none. */
export function parseInteger(source: string, start: number, end: number): bigint | undefined {
  const sign = source.charCodeAt(start);
  if (sign !== 0x2d && sign !== 0x2b) return parseNatural(source, start, end);
  const value = parseNatural(source, start + 1, end);
  return value === undefined || sign === 0x2b ? value : -value;
}

/**
 * The value of an `i32` literal as a signed integer: undefined where the text is none, null where it is out of range.
 */
export function parseI32(source: string, start: number, end: number): number | null | undefined {
  const short = shortNatural(source, start, end);
  if (short >= 0) return short;
  const value = parseInteger(source, start, end);
  if (value === undefined) return undefined;
  return inRange(value, 32) ? Number(BigInt.asIntN(32, value)) : null;
}

/**
 * True when an integer literal of this width may have the value: signed and unsigned readings both count (core 6.3.1).
 */
export function inRange(value: bigint, bits: number): boolean {
  return value >= -(1n << BigInt(bits - 1)) && value < 1n << BigInt(bits);
}
