/** 128-bit arithmetic (wide-arithmetic, "Overview"). */
import { family } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const wide = family({ feature: "wide-arithmetic", prefix: 0xfc, lowering: "wide" });

export const wideRows: readonly RowSpec[] = [
  wide(0x13, "i64.add128", "i64 i64 i64 i64 -> i64 i64"),
  wide(0x14, "i64.sub128", "i64 i64 i64 i64 -> i64 i64"),
  wide(0x15, "i64.mul_wide_s", "i64 i64 -> i64 i64"),
  wide(0x16, "i64.mul_wide_u", "i64 i64 -> i64 i64"),
];
