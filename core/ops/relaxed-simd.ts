/** Relaxed vector instructions (core 5.4.10; results may differ between hosts, core 4.3). */
import { family } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const vector = family({ feature: "relaxed-simd", prefix: 0xfd });

export const relaxedSimdRows: readonly RowSpec[] = [
  vector(0x100, "i8x16.relaxed_swizzle", "v128 v128 -> v128"),
  vector(0x101, "i32x4.relaxed_trunc_f32x4_s", "v128 -> v128"),
  vector(0x102, "i32x4.relaxed_trunc_f32x4_u", "v128 -> v128"),
  vector(0x103, "i32x4.relaxed_trunc_f64x2_s_zero", "v128 -> v128"),
  vector(0x104, "i32x4.relaxed_trunc_f64x2_u_zero", "v128 -> v128"),
  vector(0x105, "f32x4.relaxed_madd", "v128 v128 v128 -> v128"),
  vector(0x106, "f32x4.relaxed_nmadd", "v128 v128 v128 -> v128"),
  vector(0x107, "f64x2.relaxed_madd", "v128 v128 v128 -> v128"),
  vector(0x108, "f64x2.relaxed_nmadd", "v128 v128 v128 -> v128"),
  vector(0x109, "i8x16.relaxed_laneselect", "v128 v128 v128 -> v128"),
  vector(0x10a, "i16x8.relaxed_laneselect", "v128 v128 v128 -> v128"),
  vector(0x10b, "i32x4.relaxed_laneselect", "v128 v128 v128 -> v128"),
  vector(0x10c, "i64x2.relaxed_laneselect", "v128 v128 v128 -> v128"),
  vector(0x10d, "f32x4.relaxed_min", "v128 v128 -> v128"),
  vector(0x10e, "f32x4.relaxed_max", "v128 v128 -> v128"),
  vector(0x10f, "f64x2.relaxed_min", "v128 v128 -> v128"),
  vector(0x110, "f64x2.relaxed_max", "v128 v128 -> v128"),
  vector(0x111, "i16x8.relaxed_q15mulr_s", "v128 v128 -> v128"),
  vector(0x112, "i16x8.relaxed_dot_i8x16_i7x16_s", "v128 v128 -> v128"),
  vector(0x113, "i32x4.relaxed_dot_i8x16_i7x16_add_s", "v128 v128 v128 -> v128"),
];
