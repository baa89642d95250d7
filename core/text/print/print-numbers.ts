/** Floating-point and vector constants as text: the shortest that reads back as the same bits. */

const view = new DataView(new ArrayBuffer(8));
const MOST_DIGITS_F32 = 9;

function special(negative: boolean, payload: bigint, canonical: bigint): string {
  const sign = negative ? "-" : "";
  if (payload === 0n) return `${sign}inf`;
  return payload === canonical ? `${sign}nan` : `${sign}nan:0x${payload.toString(16)}`;
}

const signed = (value: number, text: string): string => (Object.is(value, -0) ? "-0" : text);

/** The `f32` of these four bytes. */
export function printF32(bytes: Uint8Array): string {
  for (let i = 0; i < 4; i++) view.setUint8(i, bytes[3 - i] as number);
  const bits = view.getUint32(0);
  const value = view.getFloat32(0);
  if (!Number.isFinite(value)) return special(bits >>> 31 === 1, BigInt(bits & 0x7fffff), 1n << 22n);
  for (let digits = 1; digits < MOST_DIGITS_F32; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return signed(value, String(Number(text)));
  }
  return signed(value, String(value));
}

/** The `f64` of these eight bytes. */
export function printF64(bytes: Uint8Array): string {
  for (let i = 0; i < 8; i++) view.setUint8(i, bytes[7 - i] as number);
  const value = view.getFloat64(0);
  const bits = view.getBigUint64(0);
  if (!Number.isFinite(value)) return special(bits >> 63n === 1n, bits & ((1n << 52n) - 1n), 1n << 51n);
  return signed(value, String(value));
}

/** The vector of these sixteen bytes as four hexadecimal lanes. */
export function printVector(bytes: Uint8Array): string {
  const lanes = [0, 4, 8, 12].map((at) => {
    let text = "";
    for (let i = 3; i >= 0; i--) text += (bytes[at + i] as number).toString(16).padStart(2, "0");
    return `0x${text}`;
  });
  return `i32x4 ${lanes.join(" ")}`;
}
