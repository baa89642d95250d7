/** Script values to what a call takes, and what a call gives compared with what a script expects. */
import type { NumberPattern, Pattern, Value } from "../../core/text/script/script-values.ts";
import type { Crossing } from "./bridge.ts";

/** References of the host's that scripts tell apart by number: the same object for the same number. */
export class HostReferences {
  readonly #objects = new Map<number, object>();

  get(id: number): object {
    const object = this.#objects.get(id) ?? { reference: id };
    this.#objects.set(id, object);
    return object;
  }

  /** The number of a reference; undefined for any other value. */
  idOf(value: unknown): number | undefined {
    for (const [id, object] of this.#objects) if (object === value) return id;
    return undefined;
  }
}

function halves(bytes: Uint8Array): [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [view.getBigInt64(0, true), view.getBigInt64(8, true)];
}

/** The JS values that stand for an argument. */
export function toArguments(value: Value, host: HostReferences): unknown[] {
  switch (value.type) {
    case "i32":
    case "f32":
      return [Number(BigInt.asIntN(32, value.bits))];
    case "i64":
    case "f64":
      return [BigInt.asIntN(64, value.bits)];
    case "v128":
      return halves(value.bytes);
    case "ref.null":
      return [null];
    default:
      return [host.get(value.id)];
  }
}

/** A result: bits of a number, lanes come later; any other value as JS has it. */
export type Result =
  | { readonly crossing: "i32" | "i64" | "f32" | "f64"; readonly bits: bigint }
  | { readonly crossing: "v128"; readonly bits: bigint }
  | { readonly crossing: "opaque"; readonly isNull: boolean }
  | { readonly crossing: "js"; readonly value: unknown };

/** Reads results off the values that a call gave. */
export function fromResults(values: readonly unknown[], crossings: readonly Crossing[]): Result[] {
  const results: Result[] = [];
  let at = 0;
  for (const crossing of crossings) {
    const value = values[at++];
    switch (crossing) {
      case "i32":
      case "f32":
        results.push({ crossing, bits: BigInt.asUintN(32, BigInt(value as number)) });
        break;
      case "i64":
      case "f64":
        results.push({ crossing, bits: BigInt.asUintN(64, value as bigint) });
        break;
      case "v128":
        results.push({
          crossing,
          bits: BigInt.asUintN(64, value as bigint) | (BigInt.asUintN(64, values[at++] as bigint) << 64n),
        });
        break;
      case "opaque":
        results.push({ crossing, isNull: value === 1 });
        break;
      case "js":
        results.push({ crossing, value });
    }
  }
  return results;
}

/** Whether the bits of a float of this width are a NaN of the class. */
function isNan(bits: bigint, width: number, kind: "nan:canonical" | "nan:arithmetic"): boolean {
  const fraction = width === 32 ? 23n : 52n;
  const magnitude = BigInt.asUintN(width - 1, bits);
  const canonical = ((1n << BigInt(width - 1)) - 1n) & ~((1n << (fraction - 1n)) - 1n);
  return kind === "nan:canonical" ? magnitude === canonical : (magnitude & canonical) === canonical;
}

function matchesNumber(bits: bigint, width: number, pattern: NumberPattern): boolean {
  return typeof pattern === "bigint" ? BigInt.asUintN(width, pattern) === bits : isNan(bits, width, pattern);
}

const widths = { i32: 32, i64: 64, f32: 32, f64: 64 } as const;

/** Whether a result is what the script expects. */
export function matches(result: Result, pattern: Pattern, host: HostReferences): boolean {
  switch (pattern.type) {
    case "either":
      return pattern.of.some((one) => matches(result, one, host));
    case "i32":
    case "i64":
    case "f32":
    case "f64":
      return result.crossing === pattern.type && matchesNumber(result.bits, widths[pattern.type], pattern.value);
    case "v128": {
      if (result.crossing !== "v128") return false;
      const { laneBits } = pattern;
      return pattern.lanes.every((lane, at) =>
        matchesNumber(BigInt.asUintN(laneBits, result.bits >> BigInt(at * laneBits)), laneBits, lane),
      );
    }
    case "ref.null":
      return result.crossing === "opaque" ? result.isNull : result.crossing === "js" && result.value === null;
    case "ref.extern":
    case "ref.host":
      if (result.crossing !== "js" || result.value === null) return false;
      return pattern.id === undefined || host.idOf(result.value) === pattern.id;
    case "ref":
      return isReference(result, pattern.of);
  }
}

function isReference(result: Result, kind: string): boolean {
  if (result.crossing === "opaque") return !result.isNull;
  if (result.crossing !== "js" || result.value === null) return false;
  switch (kind) {
    case "func":
      return typeof result.value === "function";
    case "i31":
    case "i31_shared":
      return typeof result.value === "number";
    case "struct":
    case "array":
      return typeof result.value === "object";
    default:
      return true;
  }
}

export function describeResult(result: Result): string {
  switch (result.crossing) {
    case "js":
      return result.value === null ? "null" : `a ${typeof result.value}`;
    case "opaque":
      return result.isNull ? "null" : "a reference";
    default:
      return `${result.crossing} 0x${result.bits.toString(16)}`;
  }
}

export function describePattern(pattern: Pattern): string {
  switch (pattern.type) {
    case "either":
      return `either ${pattern.of.map(describePattern).join(" or ")}`;
    case "v128":
      return `v128 ${pattern.lanes.map(describeNumber).join(" ")}`;
    case "ref":
      return `ref.${pattern.of}`;
    case "ref.null":
      return "null";
    case "ref.extern":
    case "ref.host":
      return `${pattern.type} ${pattern.id ?? ""}`;
    default:
      return `${pattern.type} ${describeNumber(pattern.value)}`;
  }
}

const describeNumber = (pattern: NumberPattern): string =>
  typeof pattern === "bigint" ? `0x${pattern.toString(16)}` : pattern;
