/**
 * 128-bit arithmetic (wide-arithmetic, "Overview") as 64-bit arithmetic, inline: a processor needs a handful of
 * instructions, so that a call would cost more than the work. A 128-bit number is two operands or results, its low half
 * first.
 *
 * Known deviations: a host that has the instructions is not asked for them.
 */
import { I64 } from "../../../core/types/types.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type Rule, type RuleEntry, type RuleFamily, withOperands } from "../../function/rule.ts";
import type { Operand } from "../../instructions/operand.ts";

type Four = readonly [Operand, Operand, Operand, Operand];
type Two = readonly [Operand, Operand];

/** Pushes the condition in the i32 on the stack as an i64, and combines it with the i64 below. */
function combineCarry(lowering: FunctionLowering, operator: "i64.add" | "i64.sub"): void {
  lowering.code.op("i64.extend_i32_u");
  lowering.code.op(operator);
}

function binary(lowering: FunctionLowering, operator: string, left: Operand, right: Operand): void {
  lowering.get(left);
  lowering.get(right);
  lowering.code.op(operator);
}

/** low = a + c; high = b + d + (low < a). */
const add = withOperands((lowering, instruction, operands) => {
  const [low, high, otherLow, otherHigh] = operands as Four;
  const { code } = lowering;
  const sum = lowering.temporary(I64);
  binary(lowering, "i64.add", low, otherLow);
  code.tee(sum);
  binary(lowering, "i64.add", high, otherHigh);
  code.get(sum);
  lowering.get(low);
  code.op("i64.lt_u");
  combineCarry(lowering, "i64.add");
  lowering.pushResults(instruction);
});

/** low = a - c; high = b - d - (a < c). */
const subtract = withOperands((lowering, instruction, operands) => {
  const [low, high, otherLow, otherHigh] = operands as Four;
  binary(lowering, "i64.sub", low, otherLow);
  binary(lowering, "i64.sub", high, otherHigh);
  binary(lowering, "i64.lt_u", low, otherLow);
  combineCarry(lowering, "i64.sub");
  lowering.pushResults(instruction);
});

/**
 * A new local with one half of an operand, in the low 32 bits: `shift` is `i64.shr_u` or, for a signed upper half,
 * `i64.shr_s`.
 */
function upperHalf(lowering: FunctionLowering, operand: Operand, shift: string): number {
  const local = lowering.temporary(I64);
  lowering.get(operand);
  lowering.code.i64(32n);
  lowering.code.op(shift);
  lowering.code.set(local);
  return local;
}

function lowerHalf(lowering: FunctionLowering, operand: Operand): number {
  const local = lowering.temporary(I64);
  lowering.get(operand);
  lowering.code.i64(0xffffffffn);
  lowering.code.op("i64.and");
  lowering.code.set(local);
  return local;
}

/**
 * The high half by four products of 32-bit halves, each with its upper bits signed where the numbers are:
 *
 *     t = aHigh * bLow + (aLow * bLow >>> 32)      fits: (2^32 - 1)^2 + 2^32 - 1 < 2^64, and the same with a sign
 *     u = aLow * bHigh + (t & 0xffffffff)
 *     high = aHigh * bHigh + (t >> 32) + (u >> 32)
 */
function multiply(signed: boolean): Rule {
  const shift = signed ? "i64.shr_s" : "i64.shr_u";
  return withOperands((lowering, instruction, operands) => {
    const [a, b] = operands as Two;
    const { code } = lowering;
    const product = (left: number, right: number): void => {
      code.get(left);
      code.get(right);
      code.op("i64.mul");
    };
    const upper = (operator: string): void => {
      code.i64(32n);
      code.op(operator);
    };
    const [aLow, aHigh] = [lowerHalf(lowering, a), upperHalf(lowering, a, shift)];
    const [bLow, bHigh] = [lowerHalf(lowering, b), upperHalf(lowering, b, shift)];
    const t = lowering.temporary(I64);
    binary(lowering, "i64.mul", a, b);
    product(aHigh, bHigh);
    product(aHigh, bLow);
    product(aLow, bLow);
    upper("i64.shr_u");
    code.op("i64.add");
    code.tee(t);
    upper(shift);
    code.op("i64.add");
    product(aLow, bHigh);
    code.get(t);
    code.i64(0xffffffffn);
    code.op("i64.and");
    code.op("i64.add");
    upper(shift);
    code.op("i64.add");
    lowering.pushResults(instruction);
  });
}

const signed = multiply(true);
const unsigned = multiply(false);
const multiplied: RuleEntry = ({ row }) => (row.sign === "signed" ? signed : unsigned);

export const wideRules = {
  "wide.add": add,
  "wide.sub": subtract,
  "wide.mul": multiplied,
} satisfies RuleFamily;
