/** Half-precision floats (half-precision, "Binary format"; names as in its test suite). No host has them. */
import { bytes2, family, readsOrTraps, writesOrTraps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const scalar = family({
  feature: "half-precision",
  prefix: 0xfc,
  immediates: ["memarg"],
  rule: "memory.access",
  place: "memory",
  memory: bytes2,
});
const vector = family({ feature: "half-precision", prefix: 0xfd, lowering: "half.vector" });
const lane = family({ feature: "half-precision", prefix: 0xfd, immediates: ["lane"], rule: "simd.lane", lanes: 8 });

export const halfRows: readonly RowSpec[] = [
  scalar(0x30, "f32.load_f16", "i32 -> f32", { effects: readsOrTraps, lowering: "half.load" }),
  scalar(0x31, "f32.store_f16", "i32 f32 ->", { effects: writesOrTraps, lowering: "half.store" }),
  vector(0x120, "f16x8.splat", "f32 -> v128"),
  lane(0x121, "f16x8.extract_lane", "v128 -> f32", { lowering: "half.extract_lane" }),
  lane(0x122, "f16x8.replace_lane", "v128 f32 -> v128", { lowering: "half.replace_lane" }),
  vector(0x130, "f16x8.abs", "v128 -> v128"),
  vector(0x131, "f16x8.neg", "v128 -> v128"),
  vector(0x132, "f16x8.sqrt", "v128 -> v128"),
  vector(0x133, "f16x8.ceil", "v128 -> v128"),
  vector(0x134, "f16x8.floor", "v128 -> v128"),
  vector(0x135, "f16x8.trunc", "v128 -> v128"),
  vector(0x136, "f16x8.nearest", "v128 -> v128"),
  vector(0x137, "f16x8.eq", "v128 v128 -> v128"),
  vector(0x138, "f16x8.ne", "v128 v128 -> v128"),
  vector(0x139, "f16x8.lt", "v128 v128 -> v128"),
  vector(0x13a, "f16x8.gt", "v128 v128 -> v128"),
  vector(0x13b, "f16x8.le", "v128 v128 -> v128"),
  vector(0x13c, "f16x8.ge", "v128 v128 -> v128"),
  vector(0x13d, "f16x8.add", "v128 v128 -> v128"),
  vector(0x13e, "f16x8.sub", "v128 v128 -> v128"),
  vector(0x13f, "f16x8.mul", "v128 v128 -> v128"),
  vector(0x140, "f16x8.div", "v128 v128 -> v128"),
  vector(0x141, "f16x8.min", "v128 v128 -> v128"),
  vector(0x142, "f16x8.max", "v128 v128 -> v128"),
  vector(0x143, "f16x8.pmin", "v128 v128 -> v128"),
  vector(0x144, "f16x8.pmax", "v128 v128 -> v128"),
  vector(0x145, "i16x8.trunc_sat_f16x8_s", "v128 -> v128"),
  vector(0x146, "i16x8.trunc_sat_f16x8_u", "v128 -> v128"),
  vector(0x147, "f16x8.convert_i16x8_s", "v128 -> v128"),
  vector(0x148, "f16x8.convert_i16x8_u", "v128 -> v128"),
  vector(0x149, "f16x8.demote_f32x4_zero", "v128 -> v128"),
  vector(0x14a, "f16x8.demote_f64x2_zero", "v128 -> v128"),
  vector(0x14b, "f32x4.promote_low_f16x8", "v128 -> v128", { spellings: ["f32x4.promote_f16x8_low"] }),
  vector(0x14e, "f16x8.madd", "v128 v128 v128 -> v128"),
  vector(0x14f, "f16x8.nmadd", "v128 v128 v128 -> v128"),
];
