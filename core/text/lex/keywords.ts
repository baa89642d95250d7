/**
 * The words of the text format that are no instructions. A word in neither list is an "unknown operator" (core 6.3.1,
 * "keyword").
 */
import { rowByName } from "../../ops/table.ts";
import { abstractHeapTypes, heapTypesByShorthand, numberTypes, packedTypes } from "../../types/vocabulary.ts";
import { formatF64, parseFloatBits } from "./floats.ts";
import { parseInteger, parseNatural } from "./integers.ts";

const words = new Set([
  ...[...numberTypes, ...packedTypes, ...abstractHeapTypes].map(({ name }) => name as string),
  ...heapTypesByShorthand.keys(),
  ...(
    "ref null shared exact descriptor describes sub final rec type param result local mut field module import export table memory global tag " +
    "elem data start offset item declare then else do catch catch_all catch_ref catch_all_ref delegate on switch pagesize thread_local " +
    "virtual no-access read-only protect read readwrite seqcst seq_cst acqrel acq_rel i8x16 i16x8 i32x4 i64x2 f32x4 f64x2 f16x8 binary quote " +
    "definition instance register invoke get assert_return assert_trap assert_exhaustion assert_malformed assert_invalid " +
    "assert_unlinkable assert_exception assert_suspension assert_malformed_custom assert_invalid_custom thread wait either nan:canonical " +
    "nan:arithmetic ref.any ref.eq ref.i31 ref.i31_shared ref.struct ref.array ref.exn ref.func ref.extern ref.host ref.cont ref.null component"
  ).split(" "),
]);

/** True for a word of the grammar, an instruction included. */
export function isKnownKeyword(word: string): boolean {
  if (words.has(word) || rowByName(word) !== undefined) return true;
  if (word.startsWith("offset=")) return isNatural(word, 7);
  if (word.startsWith("align=")) return isNatural(word, 6);
  return (word.startsWith("nan") || word.startsWith("inf")) && isNumberText(word);
}

const isNatural = (word: string, from: number): boolean => parseNatural(word, from, word.length) !== undefined;

/** True for an integer or floating-point literal. */
export function isNumberText(text: string): boolean {
  return parseInteger(text, 0, text.length) !== undefined || parseFloatBits(text, formatF64) !== "no-literal";
}
