/** What happens to an instruction when a module that has it is run. */
import type { Row } from "../../core/ops/row.ts";
import { isLowered } from "../../lower/rules/rules.ts";

/** Passed on to the host, translated by a rule, or refused when a module is lowered. */
export type LoweringStatus = "kept" | "lowered" | "validated";

export function loweringStatus(row: Row): LoweringStatus {
  if (row.lowering === "keep") return "kept";
  return isLowered(row.lowering) ? "lowered" : "validated";
}
