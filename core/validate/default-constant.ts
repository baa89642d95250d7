/** Recognizes the initializers that thread-local globals may have. */

import type { FeatureSet } from "../base/features.ts";
import { InstructionCursor } from "../binary/instructions.ts";
import type { Immediates } from "../ops/immediates.ts";
import type { Expression } from "../types/module.ts";

/** Whether a valid constant expression is one instruction, which makes the default value of its type (core 4.2.1). */
export function isDefaultConstant(expression: Expression, features: FeatureSet): boolean {
  const cursor = new InstructionCursor(expression, features);
  cursor.next();
  const isDefault = makesDefault(cursor.row.name, cursor.immediates);
  cursor.next();
  return isDefault && cursor.row.name === "end";
}

function makesDefault(instruction: string, immediates: Immediates): boolean {
  switch (instruction) {
    case "i32.const":
      return immediates.i32 === 0;
    case "i64.const":
      return immediates.i64 === 0n;
    case "f32.const":
    case "f64.const":
    case "v128.const":
      return immediates.bytes.every((byte) => byte === 0);
    default:
      return instruction === "ref.null";
  }
}
