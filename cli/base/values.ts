/** Values of the language on the command line: arguments from words, and results as text. */
import {
  AbstractHeap,
  abstractOf,
  F32,
  F64,
  I32,
  I64,
  isAbstract,
  isNullable,
  isRef,
  type ValType,
} from "../../core/types/types.ts";
import { heapTypeByCode, wordOf } from "../../core/types/vocabulary.ts";
import { UsageError } from "./usage.ts";

const integer = /^[+-]?(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$/;
const decimal = /^[+-]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/;

/** A value to pass to an export, from a word of the command line. */
export function parseValue(word: string, type: ValType): unknown {
  if (type === I32) return Number(BigInt.asIntN(32, parseInteger(word, 32)));
  if (type === I64) return BigInt.asIntN(64, parseInteger(word, 64));
  if (type === F32) return Math.fround(parseFloatingPoint(word));
  if (type === F64) return parseFloatingPoint(word);
  if (isRef(type) && isNullable(type) && word === "null") return null;
  if (isRef(type))
    throw new UsageError(`'${word}': the only reference that can be written here is null, for a nullable parameter`);
  throw new UsageError(`'${word}': a value of type ${typeWord(type)} cannot be written here`);
}

function parseInteger(word: string, bits: number): bigint {
  if (!integer.test(word)) throw new UsageError(`'${word}' is not an integer`);
  const digits = BigInt(word.replace(/^[+-]/, "").replaceAll("_", ""));
  const value = word.startsWith("-") ? -digits : digits;
  if (value >= 1n << BigInt(bits) || value < -(1n << BigInt(bits - 1)))
    throw new UsageError(`'${word}' is out of range for i${bits}`);
  return value;
}

function parseFloatingPoint(word: string): number {
  if (integer.test(word))
    return (word.startsWith("-") ? -1 : 1) * Number(word.replace(/^[+-]/, "").replaceAll("_", ""));
  if (decimal.test(word)) return Number(word.replaceAll("_", ""));
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(word);
  if (special === null) throw new UsageError(`'${word}' is not a number`);
  const magnitude = special[2]?.toLowerCase() === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] === "-" ? -magnitude : magnitude;
}

/** A result as text: numbers in full, references by their kind. */
export function formatValue(value: unknown, type: ValType): string {
  if (type === F32 || type === F64) return formatFloatingPoint(Number(value), type);
  if (!isRef(type)) return String(value);
  if (value === null) return "null";
  const heap = isAbstract(type) ? abstractOf(type) : undefined;
  if (heap === AbstractHeap.extern)
    return typeof value === "string" ? JSON.stringify(value) : `(extern ${describe(value)})`;
  if (typeof value === "number") return `(i31 ${value})`;
  return `(ref ${typeof value === "function" ? "func" : referenceWord(type)})`;
}

function describe(value: unknown): string {
  return typeof value === "object" || typeof value === "function" ? typeof value : String(value);
}

function referenceWord(type: ValType): string {
  return isAbstract(type) ? (heapTypeByCode(abstractOf(type))?.name ?? "any") : "struct";
}

/** The shortest decimal that reads back as the same number of the type, as the text format writes it. */
function formatFloatingPoint(value: number, type: ValType): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0";
  if (type === F64) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** A value type in the words of the text format, as far as an argument can have it. */
function typeWord(type: ValType): string {
  return isRef(type) ? "a reference" : (wordOf(type) ?? "any type");
}
