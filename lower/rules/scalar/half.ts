/**
 * Half-precision floats (half-precision, "Overview"), which no host has: vector operations are helper functions of the
 * host module that widen to singles, compute there and narrow again; scalar ones use the first lane of a vector.
 *
 * Every result is the exact one rounded once:
 *
 *  - sums, differences, products, quotients and square roots are rounded to singles first, which have 24 bits where
 *    twice the 11 bits of a half and two more are enough that the second rounding gives what one would have given
 *    (Figueroa, "When is double rounding innocuous?");
 *  - fused operations multiply in singles, where the product of two halves is exact, and add in doubles. If a sum needs
 *    more than 53 bits, then either the product is below 2^-30 of the addend, and too small to lead from it to the
 *    middle between two halves, or the sum is too large for a half. Then doubles are rounded to halves directly.
 */
import type { Immediates } from "../../../core/ops/immediates.ts";
import type { Row } from "../../../core/ops/row.ts";
import { byRow, rowNamed } from "../../../core/ops/table.ts";
import { V128, type ValType } from "../../../core/types/types.ts";
import { pushAccess, withHostMemories } from "../../access/memory-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type RuleFamily, withOperands } from "../../function/rule.ts";
import { assemble, type Callees } from "../../host/assemble.ts";
import type { HostItem } from "../../host/host-code.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";
import { demoteSingles, promoteHalves, roundDoubles } from "./half-conversions.ts";

/** Instructions that need no helper function of their own; those that they call are called by their names here. */
const inline = byRow<string>({
  "f16x8.abs": "v128.const i16x8 0x7fff  v128.and",
  "f16x8.neg": "v128.const i16x8 0x8000  v128.xor",
  "f16x8.splat": "f32x4.splat  call demote  i32x4.extract_lane 0  i16x8.splat",
  "f16x8.demote_f32x4_zero": "call demote  v128.const i32x4 0  i16x8.narrow_i32x4_u",
  "f16x8.demote_f64x2_zero":
    "call round  f32x4.demote_f64x2_zero  call demote  v128.const i32x4 0  i16x8.narrow_i32x4_u",
  "f32x4.promote_low_f16x8": "i32x4.extend_low_i16x8_u  call promote",
});

const widen = (local: number, half: string): string => `local.get ${local}  i32x4.extend_${half}_i16x8_u  call promote`;
const lowAndHigh = (each: (half: string) => string): string => `${each("low")}  ${each("high")}`;

/** One operation of singles on lanes; the result is in halves, in masks or in integers, as `narrow` says. */
const unary = (operation: string, narrow: string): string =>
  `${lowAndHigh((half) => `${widen(0, half)}  ${operation}`)}  ${narrow}`;
const binary = (operation: string, narrow: string): string =>
  `${lowAndHigh((half) => `${widen(0, half)}  ${widen(1, half)}  ${operation}`)}  ${narrow}`;

const toHalf = "i16x8.narrow_i32x4_u";
const toMask = "i16x8.narrow_i32x4_s";
const fromInteger = (sign: string): string =>
  `${lowAndHigh((half) => `local.get 0  i32x4.extend_${half}_i16x8_${sign}  f32x4.convert_i32x4_s  call demote`)}  ${toHalf}`;

/** A local with the two upper lanes of a vector of singles moved down. */
const upperPair = (local: number): string =>
  `local.get ${local}  local.get ${local}  i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15`;
/** Two lanes of the vector in local 4, plus or minus those of the one in local 3, as doubles, and rounded to halves. */
const fusedPair = (operation: string, pair: (local: number) => string): string =>
  `${pair(4)}  f64x2.promote_low_f32x4  ${pair(3)}  f64x2.promote_low_f32x4  ${operation}  call round  f32x4.demote_f64x2_zero`;
const fusedHalf = (operation: string, half: string): string => `
  ${widen(0, half)}  ${widen(1, half)}  f32x4.mul  local.set 3
  ${widen(2, half)}  local.set 4
  ${fusedPair(operation, (local) => `local.get ${local}`)}
  ${fusedPair(operation, upperPair)}
  i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
  call demote`;
const fused = (operation: string): string => `${lowAndHigh((half) => fusedHalf(operation, half))}  ${toHalf}`;

/** Bodies of the helper functions; the operands are locals 0, 1 and 2. */
const helpers = byRow<string>({
  ...Object.fromEntries(
    ["sqrt", "ceil", "floor", "trunc", "nearest"].map((name) => [
      `f16x8.${name}`,
      unary(`f32x4.${name}  call demote`, toHalf),
    ]),
  ),
  ...Object.fromEntries(
    ["add", "sub", "mul", "div", "min", "max"].map((name) => [
      `f16x8.${name}`,
      binary(`f32x4.${name}  call demote`, toHalf),
    ]),
  ),
  ...Object.fromEntries(
    ["eq", "ne", "lt", "gt", "le", "ge"].map((name) => [`f16x8.${name}`, binary(`f32x4.${name}`, toMask)]),
  ),
  // The operands themselves, whatever bits they have: the second where it is less or greater, else the first.
  "f16x8.pmin": `local.get 1  local.get 0  ${binary("f32x4.gt", toMask)}  v128.bitselect`,
  "f16x8.pmax": `local.get 1  local.get 0  ${binary("f32x4.lt", toMask)}  v128.bitselect`,
  "i16x8.trunc_sat_f16x8_s": unary("i32x4.trunc_sat_f32x4_s", "i16x8.narrow_i32x4_s"),
  "i16x8.trunc_sat_f16x8_u": unary("i32x4.trunc_sat_f32x4_s", "i16x8.narrow_i32x4_u"),
  "f16x8.convert_i16x8_s": fromInteger("s"),
  "f16x8.convert_i16x8_u": fromInteger("u"),
  "f16x8.madd": fused("f64x2.add"),
  "f16x8.nmadd": fused("f64x2.sub"),
});
/** Locals of the helper functions for fused operations. */
const FUSED_LOCALS = 2;

function callees(module: ModuleLowering, text: string): Callees {
  const needs = (name: string): boolean => text.includes(`call ${name}`);
  return {
    ...(needs("promote") ? { promote: promoteHalves(module) } : {}),
    ...(needs("demote") ? { demote: demoteSingles(module) } : {}),
    ...(needs("round") ? { round: roundDoubles(module) } : {}),
  };
}

function helper(module: ModuleLowering, { id, name }: Row, operands: number): HostItem {
  const text = helpers[id] as string;
  const params = new Array<ValType>(operands).fill(V128);
  return module.stubs.define(`heddle.${name}`, params, [V128], (code) => {
    for (let i = 0; i < FUSED_LOCALS && operands === 3; i++) code.local(V128);
    assemble(code, text, callees(module, text));
  });
}

function write({ module, code }: FunctionLowering, text: string): void {
  assemble(code, text, callees(module, text));
}

const vector = onStack((lowering, { row, popped }) => {
  const text = inline[row.id];
  if (text !== undefined) write(lowering, text);
  else lowering.code.call(helper(lowering.module, row, popped.length));
});

const FROM_BITS = "i32x4.splat  call promote  f32x4.extract_lane 0";
const TO_BITS = "f32x4.splat  call demote  i32x4.extract_lane 0";

const extract = onStack((lowering, { immediates }) =>
  write(lowering, `i16x8.extract_lane_u ${immediates.lane}  ${FROM_BITS}`),
);
const replace = onStack((lowering, { immediates }) =>
  write(lowering, `${TO_BITS}  i16x8.replace_lane ${immediates.lane}`),
);

/** The host's access to the 16 bits of a half. */
function accessBits({ module, code }: FunctionLowering, name: string, immediates: Immediates): void {
  const row = rowNamed(name);
  code.instruction(row, withHostMemories(module, row, immediates));
}

const load = withOperands((lowering, instruction, operands) => {
  pushAccess(lowering, instruction, operands);
  accessBits(lowering, "i32.load16_u", instruction.immediates);
  write(lowering, FROM_BITS);
  lowering.pushResults(instruction);
});

const store = withOperands((lowering, instruction, operands) => {
  pushAccess(lowering, instruction, operands);
  write(lowering, TO_BITS);
  accessBits(lowering, "i32.store16", instruction.immediates);
});

export const halfRules = {
  "half.vector": vector,
  "half.extract_lane": extract,
  "half.replace_lane": replace,
  "half.load": load,
  "half.store": store,
} satisfies RuleFamily;
