/** Recognizes the initializers that thread-local globals may have. */

import type { FeatureSet } from "../base/features.ts";
import { InstructionCursor } from "../binary/instructions.ts";
import type { Immediates } from "../ops/immediates.ts";
import type { Row } from "../ops/row.ts";
import type { Expression } from "../types/module.ts";

/** Whether a valid constant expression is one instruction, which makes the default value of its type (core 4.2.1). */
export function isDefaultConstant(expression: Expression, features: FeatureSet): boolean {
  const cursor = new InstructionCursor(expression, features);
  cursor.next();
  const isDefault = makesDefault(cursor.row, cursor.immediates);
  cursor.next();
  return isDefault && cursor.row.control === "end";
}

function makesDefault({ literal, immediates: [kind] }: Row, immediates: Immediates): boolean {
  if (!literal) return false;
  switch (kind) {
    case "i32":
      return immediates.i32 === 0;
    case "i64":
      return immediates.i64 === 0n;
    case "heaptype":
      return true;
    default:
      return immediates.bytes.every((byte) => byte === 0);
  }
}
