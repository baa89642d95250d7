/**
 * Conversions between half-precision floats and the floats that hosts have, as helper functions of the host module,
 * four lanes at a time.
 *
 *     31        16 15 14      10 9          0
 *     +-----------+--+----------+------------+
 *     |     0     | s | exponent |  fraction  |     a half in a lane of 32 bits, as these functions take and give it
 *     +-----------+--+----------+------------+
 *
 * Every half is a single, so that widening is exact. Narrowing rounds to nearest, ties to even, in one step. NaNs keep
 * the sign and the upper bits of their payload, and become quiet.
 *
 * No step computes with subnormal singles, which are slow on some processors.
 */
import { V128 } from "../../../core/types/types.ts";
import { assemble } from "../../host/assemble.ts";
import type { HostItem } from "../../host/host-code.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

/** (halves) -> singles. */
export function promoteHalves(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.f16.promote", [V128], [V128], (code) => {
    code.local(V128);
    assemble(
      code,
      `
      ;; The fraction and the exponent at the places that singles have them.
      local.get 0  v128.const i32x4 0x7fff  v128.and  i32.const 13  i32x4.shl  local.set 1
      ;; Subnormal: with the exponent of the smallest normal half above the fraction, less that number.
      local.get 1  v128.const i32x4 0x38800000  i32x4.add  v128.const i32x4 0x38800000  f32x4.sub
      ;; Normal: the exponent's bias changes from 15 to 127.
      local.get 1  v128.const i32x4 0x38000000  i32x4.add
      local.get 1  v128.const i32x4 0x00800000  i32x4.lt_s
      v128.bitselect
      ;; Infinity and NaN: the largest exponent; NaN becomes quiet.
      local.get 1  v128.const i32x4 0x0f7fffff  i32x4.gt_s  v128.const i32x4 0x7f800000  v128.and  v128.or
      local.get 1  v128.const i32x4 0x0f800000  i32x4.gt_s  v128.const i32x4 0x00400000  v128.and  v128.or
      ;; The sign.
      local.get 0  i32.const 16  i32x4.shl  v128.const i32x4 0x80000000  v128.and  v128.or`,
    );
  });
}

/** (singles) -> halves. */
export function demoteSingles(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.f16.demote", [V128], [V128], (code) => {
    code.local(V128);
    assemble(
      code,
      `
      local.get 0  v128.const i32x4 0x7fffffff  v128.and  local.set 1
      ;; NaN, above infinity: the upper bits of its payload.
      local.get 1  i32.const 13  i32x4.shr_u  v128.const i32x4 0x7fff  v128.and  v128.const i32x4 0x0200  v128.or
      local.get 1  v128.const i32x4 0x7f800000  i32x4.gt_s  v128.and  v128.const i32x4 0x7c00  v128.or
      ;; Subnormal: the unit of a single from 0.5 to 1 is that of subnormal halves, so that adding 0.5 rounds.
      local.get 1  v128.const i32x4 0x3f000000  f32x4.add  v128.const i32x4 0x3f000000  i32x4.sub
      ;; Normal: the bias changes; 13 bits go, for which just under a half is added, and a whole half where the last bit that stays is odd.
      local.get 1  v128.const i32x4 0xc8000fff  i32x4.add
      local.get 1  i32.const 13  i32x4.shr_u  v128.const i32x4 1  v128.and  i32x4.add  i32.const 13  i32x4.shr_u
      local.get 1  v128.const i32x4 0x38800000  i32x4.lt_s
      v128.bitselect
      ;; From 65536 on, all are infinite or NaN.
      local.get 1  v128.const i32x4 0x477fffff  i32x4.gt_s
      v128.bitselect
      local.get 0  i32.const 16  i32x4.shr_u  v128.const i32x4 0x8000  v128.and  v128.or`,
    );
  });
}

/**
 * (doubles) -> doubles: rounded to the numbers that are halves, or 65536 and more for infinity. All of these are
 * singles too, so that the conversion to singles after it is exact and nothing is rounded twice.
 */
export function roundDoubles(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.f16.round", [V128], [V128], (code) => {
    code.local(V128);
    code.local(V128);
    assemble(
      code,
      `
      ;; The magnitude, at most 2^17.
      local.get 0  v128.const i64x2 0x7fffffffffffffff  v128.and  v128.const i64x2 0x4100000000000000  f64x2.pmin  local.set 1
      ;; 1.5 * 2^(e + 42) for a magnitude from 2^e on, and e no less than -14: the unit of a double there is that of a half at 2^e.
      local.get 1  v128.const i64x2 0x7ff0000000000000  v128.and  v128.const i64x2 0x3f10000000000000  f64x2.pmax
      v128.const i64x2 0x02a8000000000000  i64x2.add  local.set 2
      local.get 1  local.get 2  f64x2.add  local.get 2  f64x2.sub
      local.get 0  v128.const i64x2 0x8000000000000000  v128.and  v128.or`,
    );
  });
}
