/**
 * Half-precision arithmetic with exact numbers, to compare with. A finite half is a whole number of units of 2^-24, so
 * sums, products and fused operations are whole numbers of smaller units, quotients are fractions, and rounding looks
 * at the exact result.
 */

/** A fraction of units of 2^-24. `denominator` is positive. */
interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const UNITS = 24n;
const FRACTION_BITS = 10n;
const INFINITY = 0x7c00;
const NAN = 0x7e00;

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

export function isNaNHalf(bits: number): boolean {
  return (bits & 0x7fff) > INFINITY;
}

function isFiniteHalf(bits: number): boolean {
  return (bits & INFINITY) !== INFINITY;
}

/** A finite half in units. */
function units(bits: number): bigint {
  const exponent = (bits >> 10) & 31;
  const fraction = BigInt(bits & 0x3ff);
  const value = exponent === 0 ? fraction : (fraction | 0x400n) << BigInt(exponent - 1);
  return (bits & 0x8000) === 0 ? value : -value;
}

/** A half as a number of JS, which has all of them. */
export function toNumber(bits: number): number {
  if (isNaNHalf(bits)) return Number.NaN;
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  return isFiniteHalf(bits) ? sign * Number(magnitude(units(bits))) * 2 ** -24 : sign * Number.POSITIVE_INFINITY;
}

/**
 * The half nearest to an exact number, the even one of two that are equally near; `negativeZero` where an exact zero
 * has that sign.
 */
function round({ numerator, denominator }: Exact, negativeZero = false): number {
  const sign = numerator < 0n || (numerator === 0n && negativeZero) ? 0x8000 : 0;
  const value = magnitude(numerator);
  // Units of the result: 2^0 up to 11 bits, then so many more that 11 bits are left.
  const length = BigInt((value / denominator).toString(2).length);
  const shift = length > FRACTION_BITS + 1n ? length - FRACTION_BITS - 1n : 0n;
  const unit = denominator << shift;
  let count = value / unit;
  const twice = 2n * (value % unit);
  if (twice > unit || (twice === unit && (count & 1n) === 1n)) count++;
  // The bits of halves count up without a gap where the exponent changes.
  const bits = (shift << FRACTION_BITS) + count;
  return sign | Number(bits > BigInt(INFINITY) ? BigInt(INFINITY) : bits);
}

/** A double as an exact number. It must be finite. */
function exactNumber(value: number): Exact {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const whole = exponent === 0n ? fraction : fraction | 0x10000000000000n;
  const power = (exponent === 0n ? 1n : exponent) - 1075n + UNITS;
  const numerator = bits >> 63n === 1n ? -whole : whole;
  return power >= 0n ? { numerator: numerator << power, denominator: 1n } : { numerator, denominator: 1n << -power };
}

/** A number of JS as a half. */
export function fromNumber(value: number): number {
  if (Number.isNaN(value)) return NAN;
  if (!Number.isFinite(value)) return value < 0 ? INFINITY | 0x8000 : INFINITY;
  return round(exactNumber(value), Object.is(value, -0));
}

function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Doubles give the special cases: NaN, infinities, and the sign of an exact zero. */
function rounded(operands: readonly number[], special: number, exact: () => Exact): number {
  if (!operands.every(isFiniteHalf) || !Number.isFinite(special)) return fromNumber(special);
  return round(exact(), Object.is(special, -0));
}

const scale = 1n << UNITS;

export const reference = {
  add: (a: number, b: number): number =>
    rounded([a, b], toNumber(a) + toNumber(b), () => ({ numerator: units(a) + units(b), denominator: 1n })),
  sub: (a: number, b: number): number =>
    rounded([a, b], toNumber(a) - toNumber(b), () => ({ numerator: units(a) - units(b), denominator: 1n })),
  mul: (a: number, b: number): number =>
    rounded([a, b], toNumber(a) * toNumber(b), () => ({ numerator: units(a) * units(b), denominator: scale })),
  div: (a: number, b: number): number =>
    rounded([a, b], toNumber(a) / toNumber(b), () => {
      const divisor = units(b);
      const numerator = units(a) * scale;
      return divisor < 0n ? { numerator: -numerator, denominator: -divisor } : { numerator, denominator: divisor };
    }),
  /** The square root with 20 more bits than units, and a bit that says whether there would be more. */
  sqrt: (a: number): number =>
    rounded([a], Math.sqrt(toNumber(a)), () => {
      const square = units(a) << (UNITS + 40n);
      const root = squareRoot(square);
      return { numerator: 2n * root + (root * root === square ? 0n : 1n), denominator: 1n << 21n };
    }),
  madd: (a: number, b: number, c: number): number =>
    rounded([a, b, c], toNumber(a) * toNumber(b) + toNumber(c), () => ({
      numerator: units(a) * units(b) + units(c) * scale,
      denominator: scale,
    })),
  nmadd: (a: number, b: number, c: number): number =>
    rounded([a, b, c], -(toNumber(a) * toNumber(b)) + toNumber(c), () => ({
      numerator: units(c) * scale - units(a) * units(b),
      denominator: scale,
    })),
} as const;
